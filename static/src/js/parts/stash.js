// Text that is not saved yet, kept in this tab only: until it is saved, or the person signs out.
const PREFIX = "typed ";

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Keep these texts by name for one form; `sent` when its button was pressed. */
export function remember(url, seen, texts, sent = false) {
  try {
    sessionStorage.setItem(PREFIX + url, JSON.stringify({ seen, texts, sent }));
  } catch {
    // A full or forbidden store: the page itself still holds the text.
  }
}

export function forget(url) {
  sessionStorage.removeItem(PREFIX + url);
}

const oneBreak = (texts) => texts.join("\n").replaceAll("\r\n", "\n").trim();

/** Put texts back that the form does not show; the names of their controls. */
export function putBack(url, form) {
  const kept = read(PREFIX + url);
  const names = [];
  for (const [name, texts] of Object.entries(kept?.texts ?? {})) {
    if (oneBreak(new FormData(form).getAll(name)) === oneBreak(texts)) continue;
    for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (control.type === "radio" || control.type === "checkbox") control.checked = texts.includes(control.value);
      else control.value = texts[0] ?? "";
      control.dispatchEvent(new Event("input"));
    }
    names.push(name);
  }
  if (names.length) form.elements.seen.value = kept.seen;
  else forget(url);
  return names;
}

/** What was sent has arrived when the next page says so; signing out leaves nothing behind. */
export function clearStash(root) {
  for (const form of root.querySelectorAll("form[action$='/sign-out']")) {
    form.addEventListener("submit", () => sessionStorage.clear());
  }
  if (!root.querySelector(".usa-alert--success")) return;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && read(key)?.sent) sessionStorage.removeItem(key);
  }
}
