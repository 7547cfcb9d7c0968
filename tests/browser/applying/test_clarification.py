"""A clarification is asked and answered, without scripts, and with the keyboard alone; its pages hold in each state."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from pglab.cli.demo import city
from pglab.core.clock import EASTERN
from tests.browser.checking import DESK, SMALL, Inspector
from tests.browser.people import Reader
from tests.browser.test_keyboard import upload
from tests.browser.typists import Typist
from tests.support.site import Site

pytestmark = pytest.mark.browser


def reference_of(demo: Site, cohort: int, key: str = "curbsense") -> str:
    with demo.app.app_context():
        return city.proposal(cohort, key).reference


def test_it_is_asked_and_answered_without_scripts(demo: Site, a_window: Callable[..., Reader], deck: Path):
    reference = reference_of(demo, 95)
    manager = a_window(demo, "Priya Shah", scripts=False).be("Priya Shah").open(f"/manage/proposals/{reference}")
    manager.sees("overdue since").follow("Ask for a clarification")
    manager.press("Ask the startup", expect=422).sees("There is a problem", "Enter what you need to know")
    question = manager.page.get_by_label("What do you need from the City?").first.get_attribute("value")
    manager.press(
        "Ask the startup",
        text="Who signs the permits?",
        questions=question,
        document="pitch-deck",
        **{"due_at-date": "2099-10-16", "due_at-time": "16:00"},
    ).sees("Clarification asked", "Who signs the permits?")

    founder = a_window(demo, "Dana Ruiz", scripts=False).be("Dana Ruiz").open("/apply")
    founder.sees("We need something from you").open(f"/apply/proposals/{reference}").follow("Where your proposal is")
    founder.sees("We need something from you").follow("Answer question 2").sees("Who signs the permits?")
    founder.press("Send response", expect=422, answer_1="").sees("There is a problem")
    founder.press("Send response", answer_1="The department does, in month 1.", file=deck)
    founder.sees("Your answer was received", "The department does, in month 1.")
    founder.follow("Where your proposal is").sees("There is nothing for you to do now", "Answer to question 2 received")

    evaluator = a_window(demo, "Carl Dietz", scripts=False).be("Carl Dietz").open(f"/review/proposals/{reference}")
    evaluator.sees("New: answer to clarification 2", "The department does, in month 1.")
    manager.open(f"/manage/proposals/{reference}/clarifications/2").sees("Answered", "As received with the proposal")


def test_time_is_given_and_an_answer_is_sent_without_a_mouse(demo: Site, a_window: Callable[..., Reader], deck: Path):
    reference = reference_of(demo, 94)
    manager = Typist(a_window(demo, "Priya Shah").be("Priya Shah").open(f"/manage/proposals/{reference}"))
    manager.follow("Clarification 1")
    manager.enter_moment("due_at", datetime(2099, 10, 16, 17, 30, tzinfo=EASTERN))
    manager.press("Give more time")
    manager.reader.sees("Friday, October 16, 2099, 5:30 p.m. ET")

    founder = Typist(a_window(demo, "Dana Ruiz").be("Dana Ruiz").open(f"/apply/proposals/{reference}"))
    founder.page.on("filechooser", lambda dialog: dialog.set_files(deck))
    founder.follow("Answer question 1")
    founder.reader.page.locator("[data-sending][data-ready]").wait_for(state="attached")
    upload(founder, "Send response")
    founder.reader.sees("Your answer was received", "deck.pdf")


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("Dana Ruiz", ["90 status", "90 clarifications/1", "95 status", "95 clarifications/1", "93 status"]),
        ("Lee Okafor", ["95 clarifications/1"]),
    ],
)
def test_each_state_holds_on_a_desk_and_on_a_small_phone(
    name: str, pages: list[str], demo: Site, a_window: Callable[..., Reader], inspector: Inspector
):
    reader = a_window(demo, name).be(name)
    for page in pages:
        cohort, _, tail = page.partition(" ")
        reader.open(f"/apply/proposals/{reference_of(demo, int(cohort))}/{tail}")
        inspector.look(reader.page, f"{page} for {name}".replace("/", "-"), audit=(DESK,), scroll=(SMALL,))
    inspector.is_content()


def test_the_programs_pages_hold_in_each_state(demo: Site, a_window: Callable[..., Reader], inspector: Inspector):
    manager = a_window(demo, "Priya Shah").be("Priya Shah")
    for cohort, tail in ((90, ""), (90, "/clarifications/1"), (95, "/clarifications/1"), (95, "/clarifications/new")):
        manager.open(f"/manage/proposals/{reference_of(demo, cohort)}{tail}")
        inspector.look(manager.page, f"{cohort}{tail}".replace("/", "-"), audit=(DESK,), scroll=(SMALL,))
    inspector.is_content()
