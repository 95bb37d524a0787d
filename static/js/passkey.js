/* A form marked data-passkey="create" or "get": its button asks the device for a key and sends what it answers.
   The options stand in the page (data-options="id"), or are fetched from the form's address at the click. */
(() => {
  "use strict";

  const parsers = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };

  const optionsOf = async (form) => {
    const id = form.dataset.options;
    if (id) return JSON.parse(document.getElementById(id).textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const publicKey = (data, kind, form) => {
    const json = (data.creation_options ?? data.request_options).publicKey;
    const withoutPassword = form.querySelector("[name=passwordless]");
    if (kind === "create" && withoutPassword) {
      const wanted = withoutPassword.checked;
      Object.assign(json.authenticatorSelection, {
        residentKey: wanted ? "required" : "discouraged",
        requireResidentKey: wanted,
        userVerification: wanted ? "required" : json.authenticatorSelection.userVerification,
      });
    }
    return window.PublicKeyCredential[parsers[kind]](json);
  };

  const tell = (form, what, shown) => {
    const line = form.querySelector(`[data-passkey-${what}]`);
    if (line) line.hidden = !shown;
  };

  const ask = async (form) => {
    const kind = form.dataset.passkey;
    tell(form, "failed", false);
    try {
      const options = publicKey(await optionsOf(form), kind, form);
      const credential = await navigator.credentials[kind]({ publicKey: options });
      form.querySelector("[name=credential]").value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      tell(form, "failed", true);
    }
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const button = form.querySelector("#passkey-button");
    const isKnown = Boolean(window.PublicKeyCredential?.[parsers[form.dataset.passkey]]);
    tell(form, "unknown", !isKnown);
    button.disabled = !isKnown;
    if (isKnown) form.hidden = false; // hidden where a password does as well
    button.addEventListener("click", () => ask(form));
  });
})();
