// A second press of a button while the first is on its way does nothing. The server's own check is the promise;
// this only spares people the wait. The button stays as it is: never disabled, so it can be found and read.
const SLOW = 2_000;

export function sendOnce(root) {
  for (const form of root.querySelectorAll("form[data-once]")) {
    // Where the answer takes its time, the page says what is true by then: `data-on-its-way`, read out once.
    const line = form.querySelector("[data-on-its-way]");
    let sent = false;
    let waiting = 0;
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (sent) event.preventDefault();
      else if (line) waiting = setTimeout(() => { line.textContent = line.dataset.onItsWay; }, SLOW);
      sent = true;
    });
    // Coming back with the Back button shows the same page again: it may be sent again.
    window.addEventListener("pageshow", () => {
      sent = false;
      clearTimeout(waiting);
      if (line) line.textContent = "";
    });
    form.dataset.ready = "true";
  }
}
