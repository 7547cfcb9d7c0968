// The evaluator's keyboard and running total. Every action also has a visible control; without this the page works the same.
import { runningTotal } from "./parts/total.js";

const STORED = "pglab.shortcuts";
const TEXT = "textarea, input:not([type=radio]), select";

const bench = document.querySelector("[data-workbench]");
const form = bench?.closest("form");
const criteria = [...document.querySelectorAll("[data-criterion]")];

/** My total of what is scored so far, counted again at each choice. */
function showTotal() {
  const given = criteria.map((criterion) => ({
    weight: Number(criterion.dataset.weight),
    points: criterion.querySelector("input[type=radio]:checked")?.value,
  }));
  const { total, outOf, scored } = runningTotal(given);
  bench.querySelector("[data-total]").textContent = `${total} of ${outOf}`;
  bench.querySelector("[data-scored]").textContent = `${scored} of ${given.length} scored`;
}

const wantedOn = () => { try { return localStorage.getItem(STORED) !== "off"; } catch { return true; } };
const press = (then) => form?.querySelector(`button[name=then][value=${then}]`)?.click();
const criterionOf = (element) => element.closest?.("[data-criterion]");

/** Go to the criterion `step` further than the one with the focus. */
function move(step) {
  const at = criteria.indexOf(criterionOf(document.activeElement));
  const next = criteria[Math.max(0, Math.min(criteria.length - 1, at + step))];
  (next?.querySelector("input[type=radio]:checked") ?? next?.querySelector("input[type=radio]"))?.focus();
}

const SINGLE = {
  j: () => move(1),
  k: () => move(-1),
  r: () => criterionOf(document.activeElement)?.querySelector("textarea")?.focus(),
  d: () => document.getElementById("proposal").focus(),
  f: () => document.getElementById("rubric").focus(),
  "[": () => document.querySelector('[data-key="["]')?.click(),
  "]": () => document.querySelector('[data-key="]"]')?.click(),
};

/** Digits score only while the focus is inside a criterion. */
function score(key) {
  const radio = criterionOf(document.activeElement)?.querySelector(`input[type=radio][value="${key}"]`);
  if (!radio) return false;
  radio.checked = true;
  radio.focus();
  showTotal();
  return true;
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && (event.key === "Enter" || event.key === "s")) {
    event.preventDefault();
    press(event.key === "Enter" ? "next" : "save");
    return;
  }
  if (event.key === "Escape" && event.target.matches?.("textarea")) {
    criterionOf(event.target)?.querySelector("input[type=radio]")?.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(TEXT) || !wantedOn()) return;
  if (/^[0-5]$/.test(event.key) ? score(event.key) : SINGLE[event.key]) {
    SINGLE[event.key]?.();
    event.preventDefault();
  }
}

/** The switch that turns single keys off, for people whose tools type letters by themselves. */
function showSwitch() {
  const box = document.querySelector("[data-shortcuts]");
  if (!box) return;
  box.hidden = false;
  const button = box.querySelector("button");
  const say = () => { button.textContent = wantedOn() ? "Turn single keys off" : "Turn single keys on"; };
  button.addEventListener("click", () => {
    try { localStorage.setItem(STORED, wantedOn() ? "off" : "on"); } catch { /* stays on for this page */ }
    say();
  });
  say();
}

if (form) {
  form.addEventListener("change", showTotal);
  document.addEventListener("keydown", onKey);
  if (criteria.length) showTotal();
  showSwitch();
  bench.dataset.ready = "true";
}
