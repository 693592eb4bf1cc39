// Saves a page of the form by itself, counts characters, waits while there is no connection.
// Without this script every button of the page saves, too.

(() => {
  // A page of the portal after a button: what was on its way has arrived.
  try {
    const sent = sessionStorage.getItem("sent");
    if (sent) localStorage.removeItem(sent);
    sessionStorage.removeItem("sent");
  } catch { /* no storage: nothing was kept here */ }

  const form = document.querySelector("form[data-autosave]");
  if (!form) return;

  const status = document.getElementById("saved");
  const words = form.dataset;
  const place = `draft:${location.pathname}`;
  // Where the form names them, only these fields are saved by themselves.
  const saves = (field) => !words.autosave || field.matches(words.autosave);
  const DELAY = 1200;
  const RETRY = 5000;
  let timer = 0;
  let running = false;
  let dirty = false;
  let leaving = false;

  // --- what the status line says ------------------------------------------------------------
  function say(sentence, state) {
    if (!status) return;
    status.lastElementChild.textContent = sentence;
    status.querySelector(".kern-icon").hidden = state !== "saved";
    status.classList.toggle("is-over", state === "bad");
  }

  // --- the copy on this device, kept only until the server has it ------------------------------
  function snapshot() {
    const kept = [];
    const left = new Set([...form.elements].filter((field) => !saves(field)).map(({ name }) => name));
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !left.has(name) && !["csrf_token", "revision", "window"].includes(name)) {
        kept.push([name, value]);
      }
    }
    return kept;
  }

  function keepHere() {
    try {
      localStorage.setItem(place, JSON.stringify({
        fields: snapshot(),
        revision: form.elements.revision.value,
        window: form.elements.window.value,
      }));
    } catch { /* private mode or full: the server copy is the one that counts */ }
  }

  function forgetHere() {
    try { localStorage.removeItem(place); } catch { /* nothing to forget */ }
  }

  function restore() {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(place) || "null"); } catch { /* damaged: ignore */ }
    if (!kept || !Array.isArray(kept.fields)) return;
    // The server compares with the revision of that time: what another device wrote since then is
    // not overwritten.
    form.elements.revision.value = kept.revision;
    form.elements.window.value = kept.window;
    const given = new Map();
    for (const [name, value] of kept.fields) given.set(name, [...(given.get(name) || []), value]);
    for (const field of form.elements) {
      const told = field.type === "hidden" && !field.name.startsWith("was.");
      if (!field.name || told || field.type === "file" || !saves(field)) continue;
      const values = given.get(field.name);
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = Boolean(values && values.includes(field.value));
      } else if (values && field.tagName !== "BUTTON") {
        field.value = values.shift() ?? field.value;
      }
    }
    changed();
  }

  // --- saving -----------------------------------------------------------------------------------
  function changed() {
    dirty = true;
    keepHere();
    later(DELAY);
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save() {
    if (running || !dirty) return; // what changes while one save runs is saved after it
    running = true;
    dirty = false;
    let wait = DELAY;
    say(words.saving, "saving");
    try {
      let answer = await post();
      if (answer.status === 400) {
        // The cookie behind the token is gone: take the fresh token and try once more.
        const fresh = (await answer.clone().json().catch(() => ({}))).csrf_token;
        if (fresh) {
          for (const field of document.getElementsByName("csrf_token")) field.value = fresh;
          answer = await post();
        }
      }
      if (!answer.ok) throw await refusal(answer);
      told(await answer.json());
    } catch (fault) {
      dirty = true;
      if (fault && fault.sentence) {
        say(fault.sentence, "bad");
        wait = 0; // again only with the next change
      } else {
        say(navigator.onLine === false ? words.offline : words.failed, "waiting");
        wait = RETRY;
      }
    } finally {
      running = false;
      if (dirty && wait && !leaving) later(wait);
    }
  }

  function post() {
    return fetch(form.action || location.href, {
      method: "POST",
      body: withoutFiles(),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
  }

  function withoutFiles() {
    const data = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") data.append(name, value);
    }
    return data;
  }

  async function refusal(answer) {
    if (answer.status >= 500 || answer.status === 429) return null;
    try {
      const told = await answer.json();
      return { sentence: told.error || words.refused };
    } catch {
      return { sentence: words.refused };
    }
  }

  function told(answer) {
    // A window whose text came too late stays behind, so that it does not overwrite the other text.
    if (!answer.conflicts.length) form.elements.revision.value = answer.revision;
    say(answer.conflicts.length ? answer.conflict_sentence : answer.sentence,
      answer.conflicts.length ? "bad" : "saved");
    open(new Set(answer.asked));
    document.dispatchEvent(new CustomEvent("portal:saved", { detail: answer }));
    if (!dirty) forgetHere();
  }

  // A choice may open further questions: the server decides, here they are only shown or hidden.
  function open(asked) {
    for (const box of form.querySelectorAll("[data-question]")) {
      const shown = asked.has(box.dataset.question);
      box.hidden = !shown;
      box.querySelector("fieldset[data-switch]").disabled = !shown;
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || event.target.form !== form || !saves(event.target)) return;
    changed();
  });
  form.addEventListener("change", (event) => {
    const kind = event.target.type;
    if (!saves(event.target)) return;
    if (kind === "radio" || kind === "checkbox" || event.target.tagName === "SELECT") {
      clearTimeout(timer);
      dirty = true;
      keepHere();
      save();
    }
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
    keepHere();
    try { sessionStorage.setItem("sent", place); } catch { /* no storage */ }
  });
  window.addEventListener("online", () => { if (dirty) save(); });
  window.addEventListener("offline", () => { if (dirty) say(words.offline, "waiting"); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !dirty || leaving) return;
    const data = withoutFiles();
    if (navigator.sendBeacon && navigator.sendBeacon(form.action || location.href, data)) {
      return; // the copy here stays until an answer says that it arrived
    }
    save();
  });
  window.addEventListener("pageshow", () => { leaving = false; });

  // --- counting, alike on the server: code points after NFC, a line break is one -----------------
  const number = new Intl.NumberFormat(document.documentElement.lang || "de");

  function count(line) {
    const area = document.getElementById(line.dataset.countOf);
    if (!area) return;
    const text = area.value.replace(/\r\n?/g, "\n")
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, "")
      .normalize("NFC");
    const typed = [...text].length;
    const limit = Number(line.dataset.limit);
    const over = typed - limit;
    line.textContent = (over > 0 ? line.dataset.over : line.dataset.text)
      .replace("{num}", number.format(typed))
      .replace("{limit}", number.format(limit))
      .replace("{over}", number.format(over));
    line.classList.toggle("is-over", over > 0);
  }

  for (const line of form.querySelectorAll("[data-count-of]")) {
    document.getElementById(line.dataset.countOf)?.addEventListener("input", () => count(line));
    count(line);
  }

  // --- a sum of a table while one types -------------------------------------------------------------
  function amount(text) {
    const bare = text.replace(/[\s€'’]/g, "");
    const cents = bare.match(/^(-?[\d.,]*?)(?:[.,](\d{1,2}))?$/);
    return cents ? Number(`${cents[1].replace(/[.,]/g, "") || 0}.${cents[2] || 0}`) : 0;
  }

  for (const sum of form.querySelectorAll("[data-sum]")) {
    const cells = `[data-column="${sum.dataset.sum}"]`;
    const add = () => {
      let total = 0;
      for (const cell of form.querySelectorAll(cells)) total += amount(cell.value);
      const money = sum.dataset.money ? { style: "currency", currency: sum.dataset.money } : {};
      sum.textContent = new Intl.NumberFormat(document.documentElement.lang, money).format(total);
    };
    form.addEventListener("input", (event) => { if (event.target.matches(cells)) add(); });
    add();
  }

  // Uploads ask for a fresh page. It waits while somebody writes and until all is saved.
  async function reload() {
    const writes = document.activeElement?.matches("input[type=text], textarea");
    if (dirty || running || writes) {
      save();
      setTimeout(reload, 1000);
    } else {
      location.reload();
    }
  }
  document.addEventListener("portal:refresh", reload);

  document.getElementById("errors")?.focus();
  restore();
})();
