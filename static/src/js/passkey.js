// Passkeys: asks the device to make one or to sign, puts its answer into the form and sends that. The buttons that need
// this stay hidden where a browser cannot; password and code work everywhere.

/** Bytes from the text form in which they travel. */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** The text form of bytes. */
function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What the server asks, with bytes where the browser wants bytes. */
function wanted(form) {
  const asked = JSON.parse(form.dataset.asked);
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const known of asked.excludeCredentials ?? []) known.id = bytes(known.id);
  return { publicKey: asked };
}

/** What the device answered, as the server reads it. */
function answered(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response, clientExtensionResults: {} });
}

async function ask(form) {
  const trouble = form.querySelector("[data-passkey-trouble]");
  trouble.hidden = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey](wanted(form));
    form.querySelector("[name=device_answer]").value = answered(credential);
    form.submit();
  } catch {
    trouble.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
    form.dataset.ready = "true";
  }
}
