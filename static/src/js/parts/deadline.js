// Time left, refreshed once a minute from the server's clock; spoken only at 24 hours, 60, 30, 10 and 5 minutes, and when
// the deadline passes: then the line says what the server would (`data-closed`).
const MINUTE = 60_000;
const LONGEST_TIMER = 2 ** 31 - 1000;
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

/** `Your device’s clock is 7 minutes slow. Our clock decides`, or nothing when it is right to two minutes. More than a day
 *  off is another day set on purpose (a demo site, say) and nothing to warn about. */
export function drift(offset) {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  if (minutes <= 2 || minutes > 24 * 60) return "";
  const wrong = minutes < 120 ? plural(minutes, "minute") : plural(Math.round(minutes / 60), "hour");
  return `. Your device’s clock is ${wrong} ${offset > 0 ? "slow" : "fast"}. Our clock decides`;
}

/** `3:42 p.m.`, as it is in Pittsburgh. */
export function easternTime(at) {
  const said = new Date(at).toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", timeZone: "America/New_York" });
  return said.replaceAll("\u202f", " ").replace("AM", "a.m.").replace("PM", "p.m.");
}

/** The server's clock when it answered: from the answer's Server-Timing (`now;desc="1792267200000"`), which stays right on a
 *  page kept by a cache, else from the page itself. */
export function serverClock(line) {
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
    const millisecondsLeft = () => Number(line.dataset.deadline) - serverNow();
    let before = Math.ceil(millisecondsLeft() / MINUTE);
    let open = millisecondsLeft() >= 0;
    const update = () => {
      const left = millisecondsLeft();
      const over = left < 0 && line.dataset.closed;
      const wrong = drift(offset);
      shown.textContent = over ? line.dataset.closed : timeLeft(left) + (wrong && `${wrong}: it is ${easternTime(serverNow())} ET.`);
      const minutes = Math.ceil(left / MINUTE);
      const passed = open && left < 0;
      if (passed || SPOKEN.some((mark) => minutes <= mark && before > mark)) spoken.textContent = shown.textContent;
      before = minutes;
      open = left >= 0;
    };
    update();
    setInterval(update, MINUTE);
    // At the deadline itself nobody reads for a minute that there is time left.
    if (open && millisecondsLeft() < LONGEST_TIMER) setTimeout(update, millisecondsLeft() + 100);
    document.addEventListener("visibilitychange", update);
    line.dataset.ready = "true";
  }
}
