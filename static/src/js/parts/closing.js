// A page of a draft left open across the deadline says so within a minute, as the server would on the next page. The words
// come as a status: whoever types goes on typing.
import { serverClock } from "./deadline.js";

const MINUTE = 60_000;

export function watchClosing(root) {
  if (root.querySelector("[data-closed]")) return; // the card of the deadline says it on its page
  for (const notice of root.querySelectorAll("[data-closing]")) {
    const words = notice.querySelector("[data-words]");
    const answered = serverClock(notice);
    const started = performance.now();
    const millisecondsLeft = () => Number(notice.dataset.closes) - answered - (performance.now() - started);
    const update = () => {
      if (millisecondsLeft() >= 0 || words.textContent) return;
      notice.hidden = false;
      words.textContent = notice.dataset.closing;
    };
    update();
    setInterval(update, MINUTE);
    setTimeout(update, millisecondsLeft() + 100); // too far off for a timer, it runs at once and does nothing
    document.addEventListener("visibilitychange", update);
    notice.dataset.ready = "true";
  }
}
