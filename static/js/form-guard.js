/* A form marked data-guard asks before what was typed in it is lost. */
(() => {
  "use strict";

  const touched = new Set();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-guard")) touched.add(form);
  });
  document.addEventListener("reset", (event) => touched.delete(event.target));
  // Any form that is sent takes the reader where he asked to go.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) touched.clear();
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...touched].some((form) => form.isConnected)) event.preventDefault();
  });
})();
