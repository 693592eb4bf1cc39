// Passkeys: the button on the sign-in page and in the own account. Without script there is none.

(() => {
  const place = document.querySelector("[data-passkey]");
  if (!place || !window.PublicKeyCredential) return;

  const button = place.querySelector("button");
  const status = place.querySelector("[role=status]");
  const token = document.querySelector("input[name=csrf_token]").value;
  const isNew = place.dataset.passkey === "new";
  place.hidden = false;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // The server speaks base64url, the browser bytes.
  function opened(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      for (const one of options[list] ?? []) one.id = bytes(one.id);
    }
    return options;
  }

  function told(credential) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
  }

  async function send(url, data) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
      body: JSON.stringify(data),
    });
    if (answer.redirected) location.assign(answer.url); // somebody has to prove who it is first
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    return said;
  }

  button.addEventListener("click", async () => {
    status.textContent = "";
    button.disabled = true;
    try {
      const options = opened(await send(place.dataset.ask, {}));
      const keys = navigator.credentials;
      const made = isNew ? await keys.create({ publicKey: options }) : await keys.get({ publicKey: options });
      const said = await send(place.dataset.answer, told(made));
      location.assign(said.next);
    } catch (error) {
      // Cancelled in the browser's own window, or refused by the server with a sentence.
      status.textContent = error instanceof DOMException ? place.dataset.cancelled : error.message;
      button.disabled = false;
    }
  });
})();
