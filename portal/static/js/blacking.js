// A selected passage of an answer comes into the field by itself.
(() => {
  const field = document.getElementById("passage");
  if (!field) return;
  document.addEventListener("selectionchange", () => {
    const chosen = document.getSelection();
    const text = chosen ? chosen.toString().trim() : "";
    if (!text || !chosen.anchorNode?.parentElement?.closest(".p-jury")) return;
    field.value = text;
  });
})();
