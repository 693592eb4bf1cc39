// Empties what this browser kept of drafts, also where it does not know the header for it.

const form = document.querySelector("form[data-leave]");
if (form) {
  form.addEventListener("submit", () => {
    try {
      localStorage.clear();
      sessionStorage.clear();
    } catch { /* no storage: nothing was kept here */ }
  });
}
