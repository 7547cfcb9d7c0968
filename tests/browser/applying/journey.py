"""Applying as a founder does it, from the home page to the receipt, whatever they use to get there: a mouse, keys, a
finger, a browser without scripts, a line that drops."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select

from pglab.accounts import services as account_services
from pglab.accounts.queries import find_user_by_email
from pglab.addenda.queries import find_open_addendum
from pglab.addenda.services import withdraw_addendum
from pglab.addenda.states import AddendumKind
from pglab.cohorts.models import Cohort
from pglab.core.db import db, transaction
from pglab.rfps.models import EligibilityRule, FormQuestion, FormSection, QuestionKind, Rfp
from pglab.rfps.queries import list_areas, list_form_sections, list_slots
from tests.browser.people import Reader
from tests.browser.typists import Typist
from tests.factories.accounts import make_organization, make_user
from tests.factories.addenda import issue, make_waiting_addendum, words
from tests.support.accounts import PASSWORD
from tests.support.answers import WORDS
from tests.support.site import Site

COHORT = 12
MANAGER, DIRECTOR = "priya.shah@example.org", "helen.novak@example.org"
LEFT_OUT, FINISHED = "Impact on residents", "Your company"


@dataclass(frozen=True)
class Call:
    """What a founder finds: which answers fit, what is asked, what is to be handed in."""

    fitting: dict[str, str]
    area: str
    sections: list[tuple[str, dict[str, str]]]
    slots: list[str]


def the_call(site: Site) -> Call:
    """The open call of the demo, with an addendum that everybody has to read."""
    change_the_call(site)
    with site.app.app_context():
        rfp = open_rfp()
        rules = db.session.scalars(select(EligibilityRule).where(EligibilityRule.rfp_id == rfp.id)).all()
        return Call(
            {f"rule{rule.position}": "yes" if rule.fitting else "no" for rule in rules if rule.question},
            str(list_areas(rfp.cohort_id)[0].id),
            [(section.title, answers_of(section)) for section in list_form_sections(rfp.id)],
            [slot.title for slot in list_slots(rfp.id)],
        )


def open_rfp() -> Rfp:
    return db.session.scalars(select(Rfp).join(Rfp.cohort).where(Cohort.number == COHORT)).one()


def change_the_call(site: Site) -> None:
    """Two people of the City issue an addendum."""
    with site.app.app_context():
        rfp, manager = open_rfp(), find_user_by_email(MANAGER)
        assert manager is not None
        if prepared := find_open_addendum(rfp, AddendumKind.CONTENT):  # the demo's own: one at a time
            with transaction():
                withdraw_addendum(prepared, actor=manager)
        waiting = make_waiting_addendum(
            rfp,
            {"sections.0.body": "Poles may be used."},
            actor=manager,
            said=words("Poles may be used", acknowledge=True),
        )
        issue(waiting, actor=find_user_by_email(DIRECTOR))


def answers_of(section: FormSection) -> dict[str, str]:
    """An answer to each question that is asked of everybody."""
    return {f"q{each.position}": answer_to(each) for each in section.questions if each.show_if_id is None}


def answer_to(question: FormQuestion) -> str:
    if question.kind is QuestionKind.YES_NO:
        return "no"
    if question.kind is QuestionKind.URL:
        return "https://example.org/demo"
    return question.answers[0] if question.answers else WORDS


def make_founder(site: Site, name: str, startup: str) -> str:
    """Somebody with an account and a startup who has never applied; their address."""
    with site.app.app_context():
        founder = make_user(name, email=f"{name.lower().replace(' ', '.')}@startup.example.org")
        with transaction():
            account_services.set_password(founder, PASSWORD)
        make_organization(founder, name=startup)
        return founder.email


class Mouse:
    """Somebody who clicks. The other ways to use a browser differ only in how each of these is done."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    @property
    def page(self) -> Page:
        return self.reader.page

    def follow(self, words: str) -> None:
        self.reader.follow(words)

    def answer(self, name: str, value: str) -> None:
        self.reader.fill(self.page.locator(f'main [name="{name}"]'), value)

    def press(self, words: str, *, expect: int = 200) -> None:
        self.reader.press(words, expect=expect)

    def tick(self, name: str) -> None:
        self.answer(name, self.page.locator(f"main [name={name}]").get_attribute("value") or "")

    def upload(self, file: Path) -> None:
        self.reader.press("Upload", file=file)


class Keys(Mouse):
    """Somebody who uses no mouse. Every stop on the way shows the focus and is not covered."""

    def __init__(self, reader: Reader, file: Path) -> None:
        super().__init__(reader)
        self.typist = Typist(reader)
        self.page.on("filechooser", lambda dialog: dialog.set_files(file))

    def follow(self, words: str) -> None:
        self.typist.follow(words)

    def answer(self, name: str, value: str) -> None:
        if self.typist.focused()["name"] != name:
            self.typist.go_to(name=name)
        if self.typist.focused()["type"] == "radio":
            self.typist.pick(value)
        else:
            self.typist.type(value)

    def press(self, words: str, *, expect: int = 200) -> None:
        self.typist.press(words, expect=expect)

    def tick(self, name: str) -> None:
        self.typist.tick(name)

    def upload(self, file: Path) -> None:  # noqa: ARG002  (the browser's own dialog was told of it)
        self.typist.go_to(name="file")
        self.page.keyboard.press("Space")
        self.page.wait_for_function("() => document.activeElement.files.length === 1")
        self.press("Upload")


class Finger(Mouse):
    """Somebody at a phone. What is touched is large enough to be hit."""

    def follow(self, words: str) -> None:
        self.reader.going(self.reader.link(words).tap)

    def press(self, words: str, *, expect: int = 200) -> None:
        button = self.reader.button(words)
        box, kind = button.bounding_box(), button.get_attribute("class") or ""
        needed = 44 if kind.strip() == "usa-button" else 24  # the main action, and whatever else can be touched
        assert box and box["height"] >= needed, f"“{words}” on {self.reader.path} is {box} large"
        self.reader.going(button.tap, expect=expect)

    def upload(self, file: Path) -> None:
        self.page.locator("main [name=file]").set_input_files(file)
        self.press("Upload")


def apply(hand: Mouse, call: Call, *, email: str, file: Path) -> str:
    """From the home page to the receipt; the proposal's reference."""
    find_the_call(hand, call)
    hand.answer("email", email)
    hand.answer("password", PASSWORD)
    hand.press("Sign in")
    hand.reader.sees("Before you start")
    hand.answer("area", call.area)
    hand.press("Start proposal")
    reference = hand.reader.path.split("/")[3]
    fill_in(hand, call, file)
    fix_and_submit(hand, call)
    return reference


def find_the_call(hand: Mouse, call: Call) -> None:
    """Home, the check of the own fit, and on to the page where a proposal begins, by way of signing in."""
    hand.reader.open("/")
    hand.follow("Check your fit")
    for rule, answer in call.fitting.items():
        hand.answer(rule, answer)
    hand.press("Check")
    hand.reader.sees("You fit, as far as this check goes")
    hand.follow("Start a proposal")


def fill_in(hand: Mouse, call: Call, file: Path) -> None:
    """Every section but one, every document, and the addenda, each from the task list."""
    for title, answers in call.sections:
        if title == LEFT_OUT:
            continue
        hand.follow(title)
        if title != FINISHED:
            save_answers(hand, answers, "Save and return to task list")
            hand.reader.sees("Saved.")
            continue
        save_answers(hand, answers, "Save and continue")
        hand.answer("done", "yes")
        hand.press("Save")
        hand.reader.sees("Section completed.")
    for slot in call.slots:
        hand.follow(slot)
        hand.upload(file)
        hand.reader.sees(f"{file.name} received.")
        hand.follow("Back to task list")
    hand.follow("Acknowledge addenda")
    for box in hand.page.locator("main [name^=addendum_]").all():
        hand.tick(str(box.get_attribute("name")))
    hand.press("Save")
    hand.reader.sees("Check and submit")


def save_answers(hand: Mouse, answers: dict[str, str], button: str) -> None:
    for name, value in answers.items():
        hand.answer(name, value)
    hand.press(button)


def fix_and_submit(hand: Mouse, call: Call) -> None:
    """What is missing is named with a link; then declare, submit and get a receipt."""
    hand.follow("Check and submit")
    hand.reader.sees("1 thing to fix before you can submit")
    hand.follow(hand.page.locator("#problems a").first.inner_text())
    save_answers(hand, dict(call.sections)[LEFT_OUT], "Save and continue")
    hand.reader.does_not_see("to fix before you can submit")
    hand.follow("Continue to submit")
    hand.press("Submit proposal", expect=422)
    for box in ("is_true", "can_take_part", "knows_what_is_public"):
        hand.tick(box)
    hand.press("Submit proposal")
    hand.reader.sees("Proposal submitted", "submission 1", "Received")
