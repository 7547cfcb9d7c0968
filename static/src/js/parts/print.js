// On paper everything is open and the sheet says when it was printed. Without this, details stay as the reader left them.
const WHEN = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeStyle: "short", timeZone: "America/New_York" });

const now = () => WHEN.format(new Date()).replace(" at ", ", ").replace("AM", "a.m.").replace("PM", "p.m.");

export function preparePrint(root) {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...root.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
    for (const line of root.querySelectorAll("[data-printed]")) line.textContent = `Printed ${now()} ET`;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}
