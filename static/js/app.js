/* Small comforts. Every page works without them; the hooks are data-* attributes, never classes. */
(() => {
  "use strict";

  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  /* --- dialogs ----------------------------------------------------------------------------------------- */
  const openDialog = (id) => {
    const dialog = document.getElementById(id);
    if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
    dialog.showModal();
    return true;
  };

  document.addEventListener("click", (event) => {
    const opener = closest(event, "[data-dialog-open]");
    if (opener && openDialog(opener.dataset.dialogOpen)) event.preventDefault();
    if (closest(event, "[data-dialog-close]")) closest(event, "dialog")?.close();
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  });

  const openAsked = () => {
    document.querySelectorAll("dialog[data-open]").forEach((dialog) => openDialog(dialog.id));
    if (location.hash.length > 1) openDialog(decodeURIComponent(location.hash.slice(1)));
  };

  /* --- one click, one request -------------------------------------------------------------------------- */
  const release = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    // A download answers without leaving the page: give the button back.
    if (form.hasAttribute("data-download")) setTimeout(() => release(form), 2000);
  });

  // Coming back by the browser's arrow shows the page as it was left: give every button back.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  /* --- lists and boxes that submit by themselves -------------------------------------------------------- */
  document.addEventListener("change", (event) => {
    const field = closest(event, "[data-auto-submit]");
    if (field) (field.form ?? field).requestSubmit();
  });

  /* --- blocks that an answer reveals -------------------------------------------------------------------- */
  const show = (block, shown) => {
    block.hidden = !shown;
    // What cannot be seen must neither be required nor sent.
    block.querySelectorAll("input, select, textarea").forEach((field) => {
      field.disabled = !shown;
    });
  };

  const revealByBox = (box) => {
    const block = document.querySelector(box.dataset.reveal);
    if (block) show(block, box.checked);
  };

  const revealByAnswer = (block) => {
    // « kind=legal is_professional=on »: one of these answers is enough.
    const isGiven = (condition) => {
      const [name, wanted] = condition.split("=");
      const answers = [...(block.closest("form") ?? document).querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      const given = answers.filter((field) => !field.matches("[type=radio], [type=checkbox]") || field.checked);
      return given.some((field) => field.value === wanted);
    };
    show(block, block.dataset.revealWhen.split(" ").some(isGiven));
  };

  const revealAll = () => {
    document.querySelectorAll("input[data-reveal]").forEach(revealByBox);
    document.querySelectorAll("[data-reveal-when]").forEach(revealByAnswer);
  };
  document.addEventListener("change", (event) => {
    if (closest(event, "input[type=radio], input[type=checkbox], select")) revealAll();
  });

  /* --- dismiss, print, copy, fill ----------------------------------------------------------------------- */
  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copyText);
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  };

  const fill = (button) => {
    const email = document.querySelector("input[name=login], input[type=email]");
    const password = document.querySelector("input[type=password]");
    if (email) email.value = button.dataset.fillEmail;
    if (password) password.value = button.dataset.fillPassword;
    password?.form?.querySelector("[type=submit], button:not([type])")?.focus();
  };

  document.addEventListener("click", (event) => {
    const dismiss = closest(event, "[data-dismiss]");
    if (dismiss) dismiss.closest(dismiss.dataset.dismiss)?.remove();
    if (closest(event, "[data-print]")) window.print();
    const copier = closest(event, "[data-copy-text]");
    if (copier) copy(copier);
    const filler = closest(event, "[data-fill-email]");
    if (filler) fill(filler);
    document.querySelectorAll("details[data-drop-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-drop-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* --- passwords that may be read ----------------------------------------------------------------------- */
  const eye = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
    svg.append(use);
    return svg;
  };

  const makeReadable = (input) => {
    const words = document.body.dataset;
    const wrap = document.createElement("div");
    wrap.className = "password-wrap";
    input.replaceWith(wrap);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button";
    const show = (readable) => {
      input.type = readable ? "text" : "password";
      button.setAttribute("aria-label", readable ? words.hidePassword : words.showPassword);
      button.setAttribute("aria-pressed", String(readable));
      button.replaceChildren(eye(readable ? "eye-off" : "eye"));
    };
    button.addEventListener("click", () => show(input.type === "password"));
    wrap.append(input, button);
    show(false);
    input.form?.addEventListener("submit", () => {
      input.type = "password";
    });
  };

  const ready = () => {
    document.querySelectorAll("input[type=password]").forEach(makeReadable);
    document.querySelectorAll("[data-fill-email]").forEach((button) => {
      button.hidden = false;
    });
    revealAll();
    openAsked();
    document.querySelector("[data-focus]")?.focus();
    document.querySelector("form[data-auto-submit-now]")?.requestSubmit();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
  document.addEventListener("htmx:afterSwap", revealAll);
})();
