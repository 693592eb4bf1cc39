// Waits for a receipt that is being made and puts its link in place; without this script the line
// asks to reload the page.

(() => {
  const PAUSE = 1500;
  const TRIES = 80;

  for (const line of document.querySelectorAll("[data-wait-for]")) {
    line.textContent = line.dataset.waiting;
    look(line, 0);
  }

  async function look(line, tries) {
    try {
      const answer = await fetch(line.dataset.waitFor, { headers: { Accept: "application/json" } });
      if (answer.ok && (await answer.json()).state === "made") {
        await exchange(line);
        return;
      }
    } catch { /* offline: look again later */ }
    if (tries < TRIES) setTimeout(look, PAUSE, line, tries + 1);
    else line.textContent = line.dataset.reload;
  }

  // The page is asked for once more; only the line of the receipt is taken from it.
  async function exchange(line) {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const place = line.closest("[data-receipt]");
    const fresh = page.querySelector(`[data-receipt="${place.dataset.receipt}"]`);
    if (fresh) place.replaceChildren(...fresh.children);
  }
})();
