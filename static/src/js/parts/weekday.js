// The weekday of a date while it is typed, in the words of the server (et_date in pglab/web/filters.py).
const WORDS = { weekday: "long", year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };

/** `Friday, October 16, 2026` for `2026-10-16`; nothing for what is no date. */
export function inWords(iso) {
  const day = new Date(`${iso}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(iso) && !Number.isNaN(day.getTime()) ? day.toLocaleDateString("en-US", WORDS) : "";
}

/** Say below each date what day it is. */
export function watchDates(page) {
  for (const line of page.querySelectorAll("[data-weekday]")) {
    const control = page.getElementById(line.dataset.weekday);
    control?.addEventListener("input", () => { line.textContent = inWords(control.value); });
  }
}
