/* Solves the puzzle of core/captcha.py while the form is filled in; where it can't, the question stays. */
(() => {
  "use strict";

  const encoder = new TextEncoder();
  const show = (box, what, shown) => {
    const line = box.querySelector(`[data-captcha-${what}]`);
    if (line) line.hidden = !shown;
  };

  const isSolved = (digest, bits) => (new DataView(digest).getUint32(0) >>> (32 - bits)) === 0;

  const solve = async (token, bits) => {
    for (let number = 0; ; number += 1) {
      const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${token}:${number}`));
      if (isSolved(digest, bits)) return String(number);
    }
  };

  const work = async (box) => {
    show(box, "question", false);
    show(box, "wait", true);
    box.querySelector("[name$=_work]").value = await solve(box.dataset.captcha, Number(box.dataset.bits));
    show(box, "wait", false);
    show(box, "done", true);
  };

  // Whoever is quicker than the puzzle waits for it: the form leaves by itself as soon as it is solved.
  const start = (box) => {
    let isReady = false;
    const solved = work(box).then(() => {
      isReady = true;
    });
    box.closest("form").addEventListener("submit", (event) => {
      if (isReady) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      solved.then(() => event.target.requestSubmit(event.submitter));
    });
  };

  if (window.crypto?.subtle) document.querySelectorAll("[data-captcha]").forEach(start);
})();
