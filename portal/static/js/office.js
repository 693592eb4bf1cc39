// Keys and ticked rows of the office. Everything works without: links, boxes and buttons are there.
(() => {
  "use strict";
  const SWITCH = "office-keys-off";
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const rows = all("[data-rows] tbody tr");
  const bulk = find("[data-bulk]");
  const boxes = rows.map((row) => find("input[type=checkbox]", row)).filter(Boolean);
  const everything = find("#pick-all");

  // --- rows ---
  function at() {
    return rows.findIndex((row) => row.contains(document.activeElement));
  }

  function go(step) {
    const to = Math.min(Math.max(at() + step, 0), rows.length - 1);
    const link = rows[to] && find("[data-row]", rows[to]);
    if (link) {
      link.focus();
      rows[to].scrollIntoView({ block: "nearest" });
    }
  }

  function count() {
    const picked = boxes.filter((box) => box.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-on", box.checked));
    if (everything) {
      everything.checked = picked.length > 0 && picked.length === boxes.length;
      everything.indeterminate = picked.length > 0 && picked.length < boxes.length;
    }
    if (!bulk) return;
    const whole = find("[name=all]", bulk);
    bulk.classList.toggle("is-idle", picked.length === 0 && !(whole && whole.checked));
    const words = find("[data-picked]", bulk);
    const number = new Intl.NumberFormat(document.documentElement.lang).format(picked.length);
    words.textContent = picked.length === 1 ? words.dataset.one
      : words.dataset.many.replace("{num}", number);
    find("[data-pick-none]", bulk).hidden = picked.length === 0;
  }

  function pickNone() {
    boxes.forEach((box) => { box.checked = false; });
    const whole = bulk && find("[name=all]", bulk);
    if (whole) whole.checked = false;
    count();
  }

  if (bulk) {
    let last = -1;
    boxes.forEach((box, n) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        const [from, to] = n > last ? [last, n] : [n, last];
        boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
      }
      last = n;
    }));
    document.addEventListener("change", count);
    find("[data-pick-none]", bulk).addEventListener("click", pickNone);
    if (everything) {
      everything.hidden = false;
      everything.addEventListener("click", () => {
        boxes.forEach((box) => { box.checked = everything.checked; });
        count();
      });
    }
    window.addEventListener("pageshow", count);
    count();
  }

  // A changed filter shows its list at once; the button stays for everybody else.
  const search = find("#search");
  if (search) {
    all("select", search).forEach((one) => one.addEventListener("change", () => search.submit()));
  }

  // --- keys ---
  const off = find("#keys-off");
  const read = () => { try { return localStorage.getItem(SWITCH) === "1"; } catch { return false; } };
  if (off) {
    off.checked = read();
    off.addEventListener("change", () => {
      try { localStorage.setItem(SWITCH, off.checked ? "1" : "0"); } catch { /* stays on */ }
    });
  }

  const writing = (element) => element.closest(
    "input:not([type=checkbox]),textarea,select,[contenteditable]");

  const actions = {
    "/": () => find("#q"),
    n: () => find("#note"),
    "?": () => {
      const help = find("#keys");
      if (help) help.open = !help.open;
      return help && find("summary", help);
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing) return;
    if (event.key === "Escape" && writing(event.target)) { event.target.blur(); return; }
    if (read() || writing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (rows.length && (key === "j" || key === "k")) {
      event.preventDefault();
      go(key === "j" ? 1 : -1);
      return;
    }
    if (rows.length && key === "x" && at() >= 0) {
      const box = find("input[type=checkbox]", rows[at()]);
      if (box) { box.checked = !box.checked; count(); }
      return;
    }
    if (key === "Escape" && bulk) { pickNone(); return; }
    const target = find(`[data-key="${CSS.escape(key)}"]`);
    if (target) { event.preventDefault(); target.click(); return; }
    const focus = actions[key] && actions[key]();
    if (focus) {
      event.preventDefault();
      focus.focus();
      focus.scrollIntoView({ block: "center" });
    }
  });
})();
