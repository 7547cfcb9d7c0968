"""Applying, scoring, releasing, handing in, accepting and approving a payment with the keyboard alone: every stop can
be seen, and after a press the focus stands where reading goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pglab.cli.demo import city
from tests.browser.people import Reader
from tests.browser.typists import Typist
from tests.support.site import Site

pytestmark = pytest.mark.browser


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
        founder.tick(box)
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
    director.tick("checked")
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
