// The list of placeholders becomes buttons that write into the text field. Without this script the
// names are read and typed.
const list = document.getElementById("places");
const field = list && document.getElementById(list.dataset.field);
if (field) {
  for (const code of list.querySelectorAll("code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = code.className;
    button.dir = "ltr";
    button.textContent = code.textContent;
    button.title = list.dataset.label;
    button.addEventListener("click", () => {
      field.setRangeText(code.textContent, field.selectionStart, field.selectionEnd, "end");
      field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    code.replaceWith(button);
  }
}
