// Follows a meeting: asks every few seconds whether something has changed of what this person may
// see, and loads the page again. Whoever is typing or choosing is only told. Clocks run by
// themselves. Without this script there are links, and the wall loads itself again.

const place = document.querySelector("[data-meeting]");
const notice = document.querySelector("[data-changed]");
const EVERY = 3000;
let touched = false;

document.addEventListener("input", () => { touched = true; });
document.addEventListener("submit", (event) => {
  touched = false;
  takeAlong(event.target);
});

// The buttons of the item save its notes by themselves; here those of the other forms do so too.
function takeAlong(form) {
  const notes = document.querySelector("[data-notes]");
  if (!notes || form === notes || form.method !== "post") return;
  for (const name of ["notes_of", "notes_seen", "notes"]) {
    const field = form.elements[name] || document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = notes.elements[name].value;
    form.append(field);
  }
}

async function look() {
  try {
    const answer = await fetch(place.dataset.meeting, { headers: { Accept: "application/json" } });
    if (answer.ok && !answer.redirected) {
      const { state } = await answer.json();
      if (state !== place.dataset.state) {
        if (!touched) {
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
