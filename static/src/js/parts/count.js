// Words left, shown at each keystroke and spoken after a pause. Without this the page says "Up to 400 words".
import { countWords } from "./words.js";

const PAUSE = 1000;
const plural = (count) => `${count.toLocaleString("en-US")} ${count === 1 ? "word" : "words"}`;

/** `You have 62 words left`, or `You have 3 words too many`. */
export function sentence(words, limit) {
  return words > limit ? `You have ${plural(words - limit)} too many` : `You have ${plural(limit - words)} left`;
}

export function watchWordCounts(root) {
  for (const line of root.querySelectorAll("[data-count-words]")) {
    const control = root.getElementById(line.dataset.for);
    const shown = line.querySelector("[data-shown]");
    const spoken = line.querySelector("[data-spoken]");
    if (!control || !shown || !spoken) continue;
    const limit = Number(line.dataset.countWords);
    let pause;
    const update = () => {
      const words = countWords(control.value);
      shown.textContent = sentence(words, limit);
      line.classList.toggle("count--over", words > limit);
    };
    control.addEventListener("input", () => {
      update();
      clearTimeout(pause);
      pause = setTimeout(() => { spoken.textContent = shown.textContent; }, PAUSE);
    });
    update();
    line.dataset.ready = "true";
  }
}
