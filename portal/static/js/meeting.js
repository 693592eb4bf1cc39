// Follows a meeting: asks every few seconds whether something has changed of what this person may
// see, and loads the page again. Whoever is typing or choosing is only told. Clocks run by
// themselves. Without this script there are links, and the wall loads itself again.

const place = document.querySelector("[data-meeting]");
const notice = document.querySelector("[data-changed]");
const EVERY = 3000;
let touched = false;
let writing = false; // notes that form.js has not saved yet

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-kept]")) writing = true; else touched = true;
});
document.addEventListener("submit", () => { touched = writing = false; });
// What this page has saved itself is no change that it has to be told of.
document.addEventListener("portal:saved", ({ detail }) => {
  writing = detail.conflicts.length > 0;
  if (place.dataset.state === detail.was) place.dataset.state = detail.state;
});
const busy = () => touched || writing || document.activeElement?.matches("textarea");

// The enter key presses the button beside the field.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-enter]");
  if (event.key !== "Enter" || event.isComposing || !box || !event.target.matches("input")) return;
  event.preventDefault();
  box.querySelector("button[formaction]").click();
});

// What was opened stays open when the page is loaded again.
for (const fold of document.querySelectorAll("[data-kept-open]")) {
  fold.addEventListener("toggle", () => {
    const here = new URL(location.href);
    here.searchParams.delete(fold.dataset.keptOpen);
    if (fold.open) here.searchParams.set(fold.dataset.keptOpen, "yes");
    history.replaceState(null, "", here);
  });
}

async function look() {
  try {
    const answer = await fetch(place.dataset.meeting, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) {
      const { state } = await answer.json();
      if (state !== place.dataset.state) {
        if (!busy()) {
          location.reload();
          return;
        }
        if (notice) notice.hidden = false;
      }
    }
  } catch {
    // The net is gone for a moment: asked again next time.
  }
  setTimeout(look, EVERY);
}

function tick() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(clock.dataset.since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
    const rest = String(seconds % 60).padStart(2, "0");
    clock.textContent = hours
      ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  }
}

if (place) setTimeout(look, EVERY);
setInterval(tick, 1000);
