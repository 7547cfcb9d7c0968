"""Applying, scoring, releasing, handing in, accepting and approving a payment with the keyboard alone: every stop can
be seen, and after a press the focus stands where reading goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pglab.cli.demo import city
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

STEPS_AT_MOST = 80
# What holds the focus, told so that a test can find it: its words, its name, its place, and whether it can be seen.
FOCUSED = """() => {
  const on = document.activeElement, box = on.getBoundingClientRect();
  const label = on.labels?.[0];
  const shown = label && (box.width < 2 || box.left < 0) ? label : on;
  const part = shown.getClientRects()[0] || box;
  const hit = document.elementFromPoint(part.left + Math.min(part.width / 2, innerWidth - part.left - 1),
    part.top + Math.min(part.height / 2, innerHeight - part.top - 1));
  const ring = [on, shown].some((e) => ['', '::after', '::before'].some((pseudo) => {
    const style = getComputedStyle(e, pseudo || null);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  }));
  return {
    tag: on.tagName, name: on.getAttribute('name') || '', value: on.value || '', type: on.type || '',
    words: (on.getAttribute('aria-label') || on.innerText || label?.innerText || '').trim().replace(/\\s+/g, ' '),
    seen: !!hit && (shown.contains(hit) || hit.contains(shown) && hit.contains(on) || !!label?.contains(hit)
      || on.contains(hit)),
    ring, covering: hit ? hit.tagName + '.' + hit.className : 'nothing', classes: on.className,
  };
}"""


class Typist:
    """Somebody who uses no mouse: goes from stop to stop, and looks at each."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.page = reader, reader.page

    def focused(self) -> dict:
        return self.page.evaluate(FOCUSED)

    def step(self, key: str = "Tab") -> dict:
        """One key on; the stop must show its focus and must not be covered."""
        self.page.keyboard.press(key)
        at = self.focused()
        if at["tag"] not in ("BODY", "HTML"):
            where = f"{at['tag']} “{at['words'][:60]}” {at['name']} on {self.reader.path}"
            assert at["seen"], f"{where} is covered by {at['covering']}"
            assert at["ring"] or at["tag"] in ("MAIN", "H1"), f"{where} does not show that it has the focus"
        return at

    def go_to(self, words: str = "", *, name: str = "") -> "Typist":
        """Tab on to the control with these words (or this form name)."""
        passed = []
        for _ in range(STEPS_AT_MOST):
            at = self.step()
            passed.append(at["words"] or at["name"])
            if (words and at["words"].startswith(words)) or (name and at["name"] == name):
                return self
        raise AssertionError(f"no way to {words or name} on {self.reader.path} by the keyboard: {passed}")

    def type(self, text: str) -> "Typist":
        self.page.keyboard.type(text)
        return self

    def choose(self, words: str) -> "Typist":
        """Choose a radio of the group that has the focus, by its words."""
        for _ in range(12):
            at = self.focused()
            if words in at["words"]:
                self.page.keyboard.press("Space")
                return self
            self.step("ArrowDown")
        raise AssertionError(f"no choice “{words}” on {self.reader.path}")

    def pick(self, value: str) -> "Typist":
        """Choose a radio of the group that has the focus, by its value."""
        for _ in range(12):
            if self.focused()["value"] == value:
                self.page.keyboard.press("Space")
                return self
            self.step("ArrowRight")
        raise AssertionError(f"no choice of {value} on {self.reader.path}")

    def follow(self, words: str) -> "Typist":
        self.go_to(words)
        self.reader.going(lambda: self.page.keyboard.press("Enter"))
        return self

    def press(self, words: str, *, expect: int = 200) -> "Typist":
        """Go to a button and press it; the focus is then on the summary of errors, on the heading, or at the top."""
        self.go_to(words)
        self.reader.going(lambda: self.page.keyboard.press("Enter"), expect=expect)
        at = self.focused()
        wanted = "error-summary" in at["classes"] if expect == 422 else at["tag"] in ("H1", "BODY")
        assert wanted, f"after “{words}” the focus is on {at['tag']}.{at['classes']} “{at['words'][:60]}”"
        return self


def upload(typist: Typist, button: str = "Upload") -> None:
    """Space opens the browser's own dialog, in which the file is chosen."""
    typist.go_to(name="file")
    typist.page.keyboard.press("Space")
    typist.page.wait_for_function("() => document.activeElement.files.length === 1")
    typist.press(button)


def test_a_founder_applies_without_a_mouse(demo: Site, a_window: Callable[..., Reader], deck: Path):
    founder = Typist(a_window(demo, "Dana Ruiz").be("Dana Ruiz").open("/apply"))
    founder.page.on("filechooser", lambda dialog: dialog.set_files(deck))
    founder.follow("Start a proposal for cohort 12")
    founder.go_to(name="area").choose("Cooler neighborhoods").press("Start proposal")
    tasks = founder.reader.path
    for section in ("Your company", "Your product today", "The problem and your solution"):
        answer(founder, section)
    for section in ("Impact on residents", "Plan and feasibility", "Privacy and access"):
        answer(founder, section)
    for slot in ("Pitch deck", "Proof of registration"):
        founder.reader.open(tasks)
        founder.follow(slot)
        upload(founder)
    founder.reader.open(tasks)
    founder.follow("Check and submit").follow("Continue to submit")
    founder.press("Submit proposal", expect=422)
    for box in ("is_true", "can_take_part", "knows_what_is_public"):
        founder.go_to(name=box)
        founder.page.keyboard.press("Space")
    founder.press("Submit proposal")
    founder.reader.sees("Proposal submitted", "submission 1")
    assert founder.focused()["tag"] == "H1"


def answer(founder: Typist, section: str) -> None:
    """Go to a section from the task list, answer what it asks and save."""
    founder.follow(section)
    names = founder.page.locator("main form [name^=q]").evaluate_all("all => [...new Set(all.map((e) => e.name))]")
    for name in names:
        founder.go_to(name=name)
        at = founder.focused()
        if at["type"] == "radio":
            founder.page.keyboard.press("Space")
        else:
            founder.type("https://example.org/demo" if at["type"] == "url" else "We count near misses with the crew.")
    founder.press("Save and continue")
    if "/sections/" in founder.reader.path:
        founder.follow("Back to task list")


def test_a_payment_is_approved_without_a_mouse(demo: Site, a_window: Callable[..., Reader]):
    finance = Typist(a_window(demo, "Marisol Vega").be("Marisol Vega").open("/finance"))
    finance.follow("$6,250.00 to Allegheny")
    finance.press("Continue", expect=422)
    finance.go_to(name="decision").choose("Approve").press("Continue")
    finance.press("Approve $6,250.00")
    finance.reader.open("/finance/payments/S90-0004").sees("Approved")


def test_an_evaluator_scores_without_a_mouse(demo: Site, a_window: Callable[..., Reader]):
    with demo.app.app_context():
        reference = city.proposal(95, "unbroken").reference
    evaluator = Typist(a_window(demo, "Carl Dietz").be("Carl Dietz").open(f"/review/proposals/{reference}"))
    for place in range(1, 6):
        evaluator.go_to(name=f"points-{place}").pick("4")
        evaluator.go_to(name=f"explanation-{place}").type("3 of the 4 steps? Named: j, k and r.")
    evaluator.press("Mark as final")
    evaluator.reader.sees("Marked as final").open(f"/review/proposals/{reference}").sees("80.0 of 100", "5 of 5 scored")


def test_decisions_are_released_without_a_mouse(demo: Site, a_window: Callable[..., Reader]):
    director = Typist(a_window(demo, "Helen Novak").be("Helen Novak").open("/manage/cohorts/96"))
    director.follow("Decisions").follow("Check and release")
    director.press("Release 5 decisions", expect=422)
    director.go_to(name="checked")
    director.page.keyboard.press("Space")
    director.press("Release 5 decisions")
    director.reader.open("/manage/cohorts/96/decisions").sees("Released")


def test_a_milestone_is_handed_in_and_accepted_without_a_mouse(demo: Site, a_window: Callable[..., Reader], deck: Path):
    founder = Typist(a_window(demo, "Dana Ruiz").be("Dana Ruiz").open("/workspace/P90-01/milestones/3"))
    founder.page.on("filechooser", lambda dialog: dialog.set_files(deck))
    founder.go_to(name="note").type("Counted again after the corner was painted.")
    upload(founder, "Hand in milestone 3")
    champion = Typist(a_window(demo, "Mona Abara").be("Mona Abara").open("/workspace/P90-01/milestones/3"))
    champion.press("Continue", expect=422)
    champion.go_to(name="verdict").choose("Accept").press("Continue")
    champion.press("Accept milestone 3")
    champion.reader.open("/workspace/P90-01/milestones/3").sees("Accepted")
