// Time left, refreshed once a minute from the server's clock; spoken only at 24 hours, 60, 30, 10 and 5 minutes.
const MINUTE = 60_000;
const SPOKEN = [24 * 60, 60, 30, 10, 5];
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** The same sentence as the server writes: see time_left in pglab/web/filters.py. */
export function timeLeft(milliseconds) {
  if (milliseconds < 0) return "Closed";
  const minutes = Math.floor(milliseconds / MINUTE);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days) return `${plural(days, "day")} ${plural(hours % 24, "hour")} left`;
  if (hours) return `${plural(hours, "hour")} ${plural(minutes % 60, "minute")} left`;
  return minutes ? `${plural(minutes, "minute")} left` : "less than a minute left";
}

/** `Your device’s clock is 7 minutes slow. Our clock decides.`, or nothing when it is right to two minutes. More than a day
 *  off is another day set on purpose (a demo site, say) and nothing to warn about. */
export function drift(offset) {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  if (minutes <= 2 || minutes > 24 * 60) return "";
  const wrong = minutes < 120 ? plural(minutes, "minute") : plural(Math.round(minutes / 60), "hour");
  return `. Your device’s clock is ${wrong} ${offset > 0 ? "slow" : "fast"}. Our clock decides.`;
}

/** The server's clock when it answered: from the answer's Server-Timing (`now;desc="1792267200000"`), which stays right on a
 *  page kept by a cache, else from the page itself. */
function serverClock(line) {
  const told = performance.getEntriesByType("navigation")[0]?.serverTiming?.find((entry) => entry.name === "now");
  return Number(told?.description || line.dataset.now);
}

export function watchDeadlines(root) {
  for (const line of root.querySelectorAll("[data-deadline][data-now]")) {
    const shown = line.querySelector("[data-left]");
    const spoken = line.querySelector("[data-spoken]");
    if (!shown || !spoken) continue;
    // The page took a moment to arrive; the clock of the page's own start keeps that moment out of the drift.
    const answered = serverClock(line);
    const offset = answered - performance.timeOrigin;
    const started = performance.now();
    const serverNow = () => answered + (performance.now() - started);
    let before = Math.ceil((Number(line.dataset.deadline) - serverNow()) / MINUTE);
    const update = () => {
      const left = Number(line.dataset.deadline) - serverNow();
      shown.textContent = timeLeft(left) + drift(offset);
      const minutes = Math.ceil(left / MINUTE);
      if (SPOKEN.some((mark) => minutes <= mark && before > mark)) spoken.textContent = shown.textContent;
      before = minutes;
    };
    update();
    setInterval(update, MINUTE);
    document.addEventListener("visibilitychange", update);
    line.dataset.ready = "true";
  }
}
