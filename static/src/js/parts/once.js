// A second press of a button while the first is on its way does nothing. The server's own check is the promise;
// this only spares people the wait. The button stays as it is: never disabled, so it can be found and read.
export function sendOnce(root) {
  for (const form of root.querySelectorAll("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (sent) event.preventDefault();
      sent = true;
    });
    // Coming back with the Back button shows the same page again: it may be sent again.
    window.addEventListener("pageshow", () => { sent = false; });
    form.dataset.ready = "true";
  }
}
