// Watches exports that are being made; a finished one loads the page again. Without this script
// there is a link that does the same.
const rows = [...document.querySelectorAll("[data-export]")];

async function look() {
  for (const row of rows) {
    const answer = await fetch(row.dataset.export, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const standing = await answer.json();
    const bar = row.querySelector("progress");
    if (bar) bar.value = standing.done;
    const moved = !["ordered", "running"].includes(standing.state);
    if (moved || (standing.state === "running" && !bar)) {
      location.reload();
      return;
    }
  }
  setTimeout(look, 2000);
}

if (rows.length) setTimeout(look, 2000);
