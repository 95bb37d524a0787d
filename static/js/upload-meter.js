/* Drop boxes: takes dropped files, lists them, follows the total against the limit, shows how far each one has gone. */
(() => {
  "use strict";

  const language = document.documentElement.lang || "fr";

  const readable = (bytes, units) => {
    const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), units.length - 1);
    const value = bytes / 1024 ** power;
    return `${value.toLocaleString(language, { maximumFractionDigits: power ? 1 : 0 })}\u00a0${units[power]}`;
  };

  const line = (file, units) => {
    const item = document.createElement("li");
    item.dataset.chosen = "";
    const text = document.createElement("span");
    const name = document.createElement("span");
    name.className = "file-name";
    name.textContent = file.name;
    const size = document.createElement("span");
    size.className = "file-meta";
    size.textContent = readable(file.size, units);
    text.append(name, size);
    const mark = document.createElement("span");
    mark.className = "file-mark";
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("class", "icon");
    icon.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${document.body.dataset.icons}#file`);
    icon.append(use);
    mark.append(icon);
    item.append(mark, text);
    return item;
  };

  const follow = (box, file, item, input) =>
    new Promise((done) => {
      const bar = document.createElement("progress");
      bar.max = file.size || 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      item.children[1].append(bar);
      const body = new FormData();
      body.append(input.name, file);
      const token = input.form?.querySelector("[name=csrfmiddlewaretoken]");
      if (token) body.append(token.name, token.value);
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => {
        bar.value = event.loaded;
      });
      request.addEventListener("loadend", () => {
        const taken = request.status >= 200 && request.status < 300;
        bar.className = taken ? "tone-success" : "tone-danger";
        if (!taken) input.setCustomValidity(request.responseText.slice(0, 200));
        done(taken);
      });
      request.open("POST", box.dataset.uploadUrl);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.send(body);
    });

  const set = (box) => {
    const input = box.querySelector("input[type=file]");
    const frame = box.querySelector(".drop");
    const list = box.querySelector("[data-drop-list]");
    const meter = box.querySelector("[data-drop-meter]");
    const total = box.querySelector("[data-drop-total]");
    const units = box.dataset.units.split(",");
    const limit = Number(box.dataset.maxBytes || 0);
    const used = Number(box.dataset.usedBytes || 0);

    const weigh = (files) => {
      const bytes = files.reduce((sum, file) => sum + file.size, used);
      if (!limit) return true;
      meter.value = Math.min(bytes, limit);
      meter.className = bytes > limit ? "tone-danger" : bytes > limit * 0.85 ? "tone-warning" : "";
      total.textContent = `${readable(bytes, units)} / ${readable(limit, units)}`;
      const refusal = bytes > limit ? box.dataset.tooBig.replace("%s", readable(limit, units)) : "";
      input.setCustomValidity(refusal);
      if (refusal) input.reportValidity();
      return !refusal;
    };

    const show = async () => {
      const files = [...input.files];
      list.querySelectorAll("[data-chosen]").forEach((item) => item.remove());
      const items = files.map((file) => line(file, units));
      list.append(...items);
      if (!weigh(files) || !box.dataset.uploadUrl) return;
      const taken = [];
      for (const [position, file] of files.entries()) taken.push(await follow(box, file, items[position], input));
      if (taken.length && taken.every(Boolean)) {
        input.value = "";
        box.dispatchEvent(new CustomEvent("uploaded", { bubbles: true }));
      }
    };

    input.addEventListener("change", show);
    ["dragenter", "dragover"].forEach((kind) =>
      frame.addEventListener(kind, (event) => {
        event.preventDefault();
        frame.classList.add("is-over");
      }),
    );
    ["dragleave", "drop"].forEach((kind) => frame.addEventListener(kind, () => frame.classList.remove("is-over")));
    frame.addEventListener("drop", (event) => {
      event.preventDefault();
      const bag = new DataTransfer();
      const dropped = [...event.dataTransfer.files];
      (input.multiple ? dropped : dropped.slice(0, 1)).forEach((file) => bag.items.add(file));
      input.files = bag.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };

  const setAll = (root) => root.querySelectorAll("[data-drop]:not([data-ready])").forEach((box) => {
    box.dataset.ready = "";
    set(box);
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => setAll(document));
  else setAll(document);
  document.addEventListener("htmx:afterSwap", () => setAll(document));
})();
