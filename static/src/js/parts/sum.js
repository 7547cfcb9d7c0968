// The sum of numbers that must come to a fixed total, while they are typed: shown at once, spoken after a pause.
// Without this the server says it when the page is saved (pglab/rfps/services/changing.py).
const PAUSE = 1000;

/** A typed number in hundredths: `6,250.00` and `$6250` are 625000. Nothing and what is no number count as 0. */
export function hundredths(typed) {
  const plain = typed.replace(/[$,\s]/g, "");
  return /^\d+(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
}

/** `Total 95 of 100. Add 5.`, `Total $26,000 of $25,000. Take away $1,000.` or `Total 100 of 100.` */
export function sentence(sum, target, money) {
  const written = (amount) => {
    const digits = amount % 100 ? 2 : 0;
    return (money ? "$" : "") + (amount / 100).toLocaleString("en-US", { minimumFractionDigits: digits });
  };
  const missing = target - sum;
  const advice = missing === 0 ? "" : missing > 0 ? ` Add ${written(missing)}.` : ` Take away ${written(-missing)}.`;
  return `Total ${written(sum)} of ${written(target)}.${advice}`;
}

export function watchSums(page) {
  for (const line of page.querySelectorAll("[data-sum]")) {
    const form = line.closest("form");
    const controls = [...form.elements].filter((each) => each.name.startsWith(line.dataset.sum));
    const shown = line.querySelector("[data-shown]");
    const spoken = line.querySelector("[data-spoken]");
    const target = Number(line.dataset.target);
    let pause;
    const update = () => {
      const sum = controls.reduce((whole, each) => whole + hundredths(each.value), 0);
      shown.textContent = sentence(sum, target, "money" in line.dataset);
      line.classList.toggle("count--over", sum !== target);
    };
    for (const control of controls) {
      control.addEventListener("input", () => {
        update();
        clearTimeout(pause);
        pause = setTimeout(() => { spoken.textContent = shown.textContent; }, PAUSE);
      });
    }
    update();
  }
}
