// What is typed is kept while it is typed: two seconds after a pause, at least every ten seconds, and on leaving a field.
// The form's own button stays the promise; a text that could not be saved yet stays in this tab and is said to be unsaved.
import { stillHere } from "./idle.js";
import { forget, putBack, remember } from "./stash.js";

const PAUSE = 2_000;
const LONGEST = 10_000;
const MINUTE = 60_000;
const RETRIES = [2, 5, 15, 30, 60];
const LARGEST_LAST_WORD = 60 * 1024;
const COMPARE = "Somebody else changed an answer here. Press Save and continue to compare the two texts.";
const SIGNED_OUT = "You were signed out. Press Save and continue: your text is kept while you sign in.";

/** Seconds until the next try after so many failures in a row. */
export function retryAfter(failures) {
  return RETRIES[Math.min(failures, RETRIES.length) - 1];
}

/** When to send, in milliseconds from now: after a pause, or when something has waited long enough. */
export function due({ now, typed, waiting }) {
  return Math.max(0, Math.min(typed + PAUSE, waiting + LONGEST) - now);
}

export function keepTyping(root) {
  for (const line of root.querySelectorAll("[data-autosave]")) watch(line, line.closest("form"));
}

function watch(line, form) {
  const url = line.dataset.autosave;
  const shown = line.querySelector("[data-shown]");
  const spoken = line.querySelector("[data-spoken]");
  const unsaved = new Set();
  let [timer, failures, typed, waiting, lastSpoken] = [0, 0, 0, 0, -MINUTE];
  let [batch, sending, halted, leaving] = [null, false, false, false];

  const values = (name) => new FormData(form).getAll(name).map(String);
  const stash = () => remember(url, form.elements.seen.value, Object.fromEntries([...unsaved].map((name) => [name, values(name)])));

  const say = (words, { bad = false, aloud = bad } = {}) => {
    shown.textContent = words;
    line.classList.toggle("save-status--bad", bad);
    if (!aloud && performance.now() - lastSpoken < MINUTE) return;
    spoken.textContent = words;
    lastSpoken = performance.now();
  };

  const plan = (wait) => {
    clearTimeout(timer);
    if (!halted) timer = setTimeout(send, wait);
  };

  const request = (names) => {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, seen: form.elements.seen.value, typed: "yes" });
    body.set("asked", names.map((name) => name.slice(1)).join(","));
    const sent = new Map(names.map((name) => [name, values(name)]));
    for (const [name, texts] of sent) for (const text of texts) body.append(name, text);
    return { body, sent };
  };

  const post = (body, keepalive = false) =>
    fetch(url, { method: "POST", body, keepalive, headers: { Accept: "application/json" }, redirect: "error" });

  const stop = (words) => {
    halted = true;
    clearTimeout(timer);
    say(words, { bad: true });
  };

  const arrived = (answer, sent) => {
    form.elements.seen.value = answer.seen;
    stillHere(answer.rest);
    for (const [name, texts] of sent) if (values(name).join("\n") === texts.join("\n")) unsaved.delete(name);
    if (answer.clashes.length) return stop(COMPARE);
    waiting = performance.now();
    if (unsaved.size) {
      stash();
      return plan(due({ now: waiting, typed, waiting }));
    }
    forget(url);
    if (answer.refused.length) say(answer.refused[0], { bad: true });
    else say(`Draft saved ${answer.saved_at}`);
  };

  const failed = (after = 0) => {
    failures += 1;
    const wait = Math.max(retryAfter(failures), after);
    say(`Not saved yet. Your text is on this page. We try again in ${wait} seconds.`, { bad: true });
    plan(wait * 1000);
  };

  async function send() {
    if (sending || halted || !unsaved.size) return;
    sending = true;
    batch ??= request([...unsaved]); // after a failure the same again: it may have arrived
    shown.textContent = "Saving…";
    try {
      const answer = await post(batch.body);
      sending = false;
      if (answer.ok || answer.status === 409) {
        const { sent } = batch;
        [batch, failures] = [null, 0];
        arrived(await answer.json(), sent);
      } else if (answer.status >= 500 || answer.status === 429) failed(Number(answer.headers.get("Retry-After")) || 0);
      else if (answer.status === 401 || answer.status === 400) stop(SIGNED_OUT);
      else stop("This could not be saved by itself. Press Save and continue.");
    } catch {
      sending = false;
      failed();
    }
  }

  const note = (event) => {
    const { name } = event.target;
    if (!/^q\d+$/.test(name ?? "")) return;
    typed = performance.now();
    if (!unsaved.size) waiting = typed;
    unsaved.add(name);
    stash();
    if (!failures) plan(due({ now: typed, typed, waiting }));
  };

  form.addEventListener("input", note);
  form.addEventListener("change", (event) => { note(event); if (!failures) send(); });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    leaving = true;
    clearTimeout(timer);
    remember(url, form.elements.seen.value, Object.fromEntries([...unsaved].map((name) => [name, values(name)])), true);
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("online", () => { if (unsaved.size) plan(0); });
  window.addEventListener("beforeunload", (event) => { if (unsaved.size && !leaving) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => {
    const { name } = document.activeElement ?? {};
    if (document.visibilityState !== "hidden" || halted || leaving || !unsaved.has(name)) return;
    const { body, sent } = request([name]);
    if (String(body).length >= LARGEST_LAST_WORD) return;
    post(body, true).then(async (answer) => { if (answer.ok) arrived(await answer.json(), sent); }).catch(() => {});
  });
  for (const name of putBack(url, form)) unsaved.add(name);
  if (unsaved.size) {
    say("We put back what you typed before. It is not saved yet.", { aloud: true });
    plan(PAUSE);
  }
  line.dataset.ready = "true";
}
