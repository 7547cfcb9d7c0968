// How long the rest of an upload will take, from how long the part before it took.
const MINUTE = 60;

/** `about 20 s left`, in steps that do not flicker; nothing in the first two seconds, and when it is done. */
export function timeToGo({ sent, seconds, rest }) {
  if (seconds < 2 || sent <= 0 || rest <= 0) return "";
  const left = (rest * seconds) / sent;
  if (left < 10) return "a few seconds left";
  if (left < MINUTE) return `about ${Math.ceil(left / 10) * 10} s left`;
  const minutes = Math.ceil(left / MINUTE);
  return `about ${minutes} minute${minutes === 1 ? "" : "s"} left`;
}
