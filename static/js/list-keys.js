/* A list by the keyboard: « / » leads to the search, arrows walk the rows, Enter opens. Everything works without it. */
(() => {
  "use strict";

  const isTyping = (target) => target instanceof Element && target.closest("input, select, textarea, [contenteditable]");
  const links = () => [...document.querySelectorAll("[data-rows] tbody th a")];

  const walk = (step) => {
    const all = links();
    const here = all.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
    all[Math.min(Math.max(next, 0), all.length - 1)]?.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (isTyping(event.target)) return;
    const box = document.querySelector("form[role=search] input[type=search]");
    if (event.key === "/" && box) {
      event.preventDefault();
      box.focus();
      box.select();
      return;
    }
    const inRows = event.target instanceof Element && event.target.closest("[data-rows]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // Elsewhere the arrows scroll the page, as everybody expects of them.
    if (step && inRows) {
      event.preventDefault();
      walk(step);
    }
  });

  // From the box, an arrow goes down into the results.
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && event.target instanceof Element && event.target.matches("form[role=search] input[type=search]") && links().length) {
      event.preventDefault();
      walk(1);
    }
  });

  // An address holds what was filled in, not every empty field.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-drop-empty]")) return;
    const empty = [...event.target.elements].filter((field) => field.name && !field.value);
    empty.forEach((field) => {
      field.disabled = true;
    });
    // Coming back by the arrow finds every field alive.
    setTimeout(() => empty.forEach((field) => {
      field.disabled = false;
    }));
  });
})();
