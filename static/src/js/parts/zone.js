// The time of an instant where its reader is, beside Eastern time, which stays first and is the one that counts.
const EASTERN = "America/New_York";

function said(at, timeZone, day) {
  const words = { ...(day && { weekday: "long" }), hour: "numeric", minute: "2-digit", timeZone };
  return at.toLocaleString("en-US", words).replaceAll("\u202f", " ").replace("AM", "a.m.").replace("PM", "p.m.");
}

/** `1:00 p.m. your time`, with the weekday where it is another; nothing where clocks show Eastern time. */
export function yourTime([iso, zone]) {
  const at = new Date(iso);
  if (!iso.includes("T") || Number.isNaN(at.getTime()) || said(at, zone, true) === said(at, EASTERN, true)) return "";
  const day = (timeZone) => at.toLocaleDateString("en-US", { timeZone });
  return `${said(at, zone, day(zone) !== day(EASTERN))} your time`;
}

/** Add it to deadlines and to the times of sessions. */
export function addYourTime(page) {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const time of page.querySelectorAll(".deadline__at time, .facts time")) {
    const words = yourTime([time.dateTime, zone]);
    if (!words) continue;
    const note = page.createElement("span");
    note.className = "small muted";
    note.textContent = ` (${words})`;
    (time.closest("strong") ?? time).after(note);
  }
}
