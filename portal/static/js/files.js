// Sends each chosen file at once, with progress, cancel and retry. Without this script the button
// "Upload" sends them with an ordinary form.

(() => {
  const language = document.documentElement.lang || "de";
  const size = (bytes) => new Intl.NumberFormat(language, {
    style: "unit", unit: bytes < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: 1,
  }).format(bytes < 1e6 ? bytes / 1e3 : bytes / 1e6);
  const fill = (sentence, values) =>
    sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  let under = 0; // uploads on their way

  function element(name, attributes = {}, text = "") {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    return made;
  }

  for (const box of document.querySelectorAll("[data-files]")) {
    const input = box.querySelector("input[type=file]");
    if (input) {
      box.querySelector("[data-upload-button]").hidden = true;
      input.addEventListener("change", () => {
        const queue = [...input.files];
        input.value = "";
        for (const file of queue) begin(box, file);
      });
    }
    watch(box);
  }

  function begin(box, file) {
    const words = box.dataset;
    const line = element("div", { class: "p-file", role: "group", "aria-label": file.name });
    const stack = element("div", { class: "p-stack p-stack--s" });
    const head = element("div", { class: "p-row p-row--apart" });
    const name = element("h3", { class: "p-h3" });
    name.append(element("bdi", {}, file.name));
    const state = element("span", { class: "p-state p-state--half" }, words.uploading);
    const note = element("p", {}, words.goingOn);
    const bar = element("progress", { max: "100", value: "0", "aria-label": file.name });
    const button = element("button", { type: "button", class: "p-linkish" }, words.cancel);
    head.append(name, state);
    stack.append(head, note, bar, button);
    line.append(element("div"), stack);
    box.querySelector("[data-waiting]").append(line);

    if (file.size > Number(words.max)) {
      stop(fill(words.tooLarge, { file: file.name, size: size(file.size), limit: size(Number(words.max)) }), false);
      return;
    }
    send();

    function send() {
      const call = new XMLHttpRequest();
      const started = Date.now();
      call.open("POST", words.upload);
      call.setRequestHeader("Accept", "application/json");
      call.setRequestHeader("Content-Type", "application/octet-stream"); // what it is, the server looks
      call.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
      call.setRequestHeader("X-CSRF-Token", document.getElementsByName("csrf_token")[0].value);
      call.responseType = "json";
      under += 1;
      line.classList.remove("p-file--bad");
      call.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        bar.value = (100 * event.loaded) / event.total;
        const left = ((Date.now() - started) / event.loaded) * (event.total - event.loaded) / 1000;
        const done = fill(words.progress, { done: size(event.loaded), all: size(event.total) });
        const wait = left > 2 ? `, ${fill(words.seconds, { num: Math.ceil(left) })}` : "";
        note.textContent = `${done}${wait}. ${words.goingOn}`;
      });
      call.addEventListener("load", () => {
        under -= 1;
        if (call.status < 300) {
          bar.remove();
          button.remove();
          note.textContent = fill(words.done, { file: file.name });
          state.className = "p-state p-state--done";
          refresh();
        } else {
          stop((call.response && call.response.error) || words.failed, call.status >= 500);
        }
      });
      call.addEventListener("error", () => { under -= 1; stop(words.failed, true); });
      call.addEventListener("abort", () => { under -= 1; stop(words.cancelled, true); });
      state.className = "p-state p-state--half";
      state.textContent = words.uploading;
      bar.hidden = false;
      button.textContent = words.cancel;
      button.onclick = () => call.abort();
      call.send(file);
    }

    function stop(sentence, again) {
      bar.hidden = true;
      state.className = "p-state p-state--bad";
      state.textContent = "";
      note.textContent = sentence;
      button.hidden = !again;
      button.textContent = words.retry;
      button.onclick = send;
      line.classList.add("p-file--bad");
    }
  }

  // When all are up, the page is drawn anew by the server, with what was typed saved first.
  async function refresh() {
    if (under > 0 || document.querySelector(".p-file--bad[role=group]")) return;
    document.dispatchEvent(new CustomEvent("portal:refresh"));
  }

  // A file that is being checked: look again until the worker has judged it.
  function watch(box) {
    const waiting = [...box.querySelectorAll("[data-checking]")];
    if (!waiting.length) return;
    let tries = 0;
    const look = async () => {
      tries += 1;
      try {
        const answer = await fetch(box.dataset.states, { headers: { Accept: "application/json" } });
        const states = await answer.json();
        if (waiting.some((line) => states[line.dataset.checking] !== "checking")) {
          await refresh();
          return;
        }
      } catch { /* offline: look again later */ }
      if (tries < 40) setTimeout(look, 1500);
    };
    setTimeout(look, 1500);
  }

  window.addEventListener("beforeunload", (event) => {
    if (under > 0) event.preventDefault();
  });
})();
