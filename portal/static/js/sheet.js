// Beside the sheet of a juror: keys, a count and a sum while one scores. Saving is done by form.js;
// without any script the buttons do all of it.

(() => {
  const form = document.querySelector("form[data-sheet]");

  // --- turning pages: j and k, as shown beside the links ------------------------------------------
  const writes = (node) => node.matches?.("textarea, select, input:not([type=radio])");
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.isComposing) return;
    if (event.ctrlKey) {
      if (event.key === "Enter" && form) {
        event.preventDefault();
        form.requestSubmit(form.querySelector("[data-send]"));
      }
      return;
    }
    if (writes(event.target)) return;
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    } else if (/^[0-9]$/.test(event.key)) {
      score(event, Number(event.key));
    }
  });

  // --- a digit scores the line that has the focus -------------------------------------------------
  function score(event, number) {
    if (!form) return;
    const line = event.target.closest?.(".p-crit");
    const button = line?.querySelector(`input[type=radio][value="${number}"]`);
    if (!button) return;
    event.preventDefault();
    button.checked = true;
    button.focus();
    button.dispatchEvent(new Event("input", { bubbles: true }));
    button.dispatchEvent(new Event("change", { bubbles: true }));
  }

  if (!form) return;

  // --- how many lines are scored, and what they come to -------------------------------------------
  const format = new Intl.NumberFormat(document.documentElement.lang || "de", {
    minimumFractionDigits: 2, maximumFractionDigits: 2,
  });
  const lines = [...form.querySelectorAll(".p-crit")];
  const counts = document.querySelectorAll("[data-counted-of]");
  const mean = form.querySelector("[data-mean-of]");

  function add() {
    let done = 0;
    let weights = 0;
    let sum = 0;
    let most = 0;
    for (const line of lines) {
      const buttons = [...line.querySelectorAll("input[type=radio]")];
      most = Math.max(most, ...buttons.map((button) => Number(button.value)));
      const chosen = buttons.find((button) => button.checked);
      if (!chosen) continue;
      done += 1;
      weights += Number(line.dataset.weight);
      sum += Number(line.dataset.weight) * Number(chosen.value);
    }
    for (const place of lines.length ? counts : []) {
      place.textContent = form.dataset.counted
        .replace("{done}", done).replace("{total}", lines.length);
    }
    if (mean) {
      mean.textContent = weights
        ? form.dataset.mean.replace("{mean}", format.format(sum / weights)).replace("{most}", most)
        : "–";
    }
  }
  form.addEventListener("change", add);
  window.addEventListener("pageshow", add);
  add();
})();
