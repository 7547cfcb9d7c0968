// A session ends when nobody presses a key for long. The page says so 150 seconds before, and typing puts it off.
const WARN = 150;
const MINUTE = 60_000;
const LONGEST = 24 * 3600;
const ENDS = "Nobody has used this page for a while. You will be signed out in about 2 minutes. Text that you typed is kept.";
const LAST = "A sign-in ends after 12 hours. Yours ends in about 2 minutes. Save your work, then sign in again.";
const DEAD = "We can’t reach PGH Lab from here. Check your connection, then try again.";
const OVER = "You were signed out to protect your account. What you typed is still on this page. Press its button: your text is kept while you sign in.";

/** What to do when the server says how many seconds are left: wait so long and ask again, warn, or say that it is over. */
export function next(seconds) {
  if (seconds > WARN + 1) return { wait: seconds - WARN };
  return seconds > 0 ? { warn: seconds } : { over: true };
}

let goesOn = () => {};

/** The server has heard that keys were pressed, and says how many seconds the session goes on. */
export function stillHere(seconds) {
  goesOn(seconds);
}

export function watchSession(root) {
  const dialog = root.querySelector("dialog[data-idle]");
  const token = root.querySelector("form[action$='/sign-out'] [name=csrf_token]")?.value;
  if (dialog && token && Number(dialog.dataset.idle) < LONGEST) watch(dialog, token);
}

function watch(dialog, token) {
  const words = dialog.querySelector("[data-words]");
  const stay = dialog.querySelector("[data-stay]");
  let [timer, due, told, over] = [0, 0, Date.now(), false];

  /** Seconds left; 0 when the session has ended, null when the server cannot be asked. */
  const ask = async (typed) => {
    const body = new URLSearchParams({ csrf_token: token, typed: typed ? "yes" : "" });
    try {
      const answer = await fetch(dialog.dataset.ask, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.ok) return (await answer.json()).seconds;
      return answer.status === 400 || answer.status === 401 ? 0 : null;
    } catch {
      return null;
    }
  };

  const look = async () => act(await ask(false)); // somebody may have gone on in another tab
  const later = (seconds) => {
    clearTimeout(timer);
    due = Date.now() + seconds * 1000;
    if (!over) timer = setTimeout(look, seconds * 1000);
  };

  const show = (sentence, button) => {
    words.textContent = sentence;
    stay.textContent = button;
    if (!dialog.open) dialog.showModal();
  };

  const act = (seconds) => {
    if (seconds === null) return later(15);
    const { wait, warn } = next(seconds);
    if (wait) {
      if (dialog.open) dialog.close();
      return later(wait);
    }
    over = !warn;
    show(over ? OVER : ENDS, over ? "Close" : "Stay signed in");
    later((warn ?? 0) + 1);
  };

  const goOn = async () => {
    if (over || stay.textContent === "Close") return dialog.close();
    told = Date.now();
    const seconds = await ask(true);
    if (seconds === null) show(DEAD, stay.textContent);
    if (next(seconds ?? 0).warn) show(LAST, "Close");
    else act(seconds);
  };

  stay.addEventListener("click", goOn);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); goOn(); });
  document.addEventListener("input", async () => {
    if (over || Date.now() - told < MINUTE) return;
    told = Date.now();
    const seconds = await ask(true);
    if (seconds) act(seconds);
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && Date.now() > due && !over) look(); });
  goesOn = (seconds) => { told = Date.now(); act(seconds); };
  act(Number(dialog.dataset.idle));
  dialog.dataset.ready = "true";
}
