"""The product's whole chain in a real browser: from a cohort that is built to a stipend that is paid and published.

Every page that anybody comes to is checked at the width of a desk and of a phone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pglab.accounts.models import StaffRole
from pglab.accounts.queries import find_user_by_email
from pglab.accounts.services import PERSONAS
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db
from pglab.rfps.models import Rfp
from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import make_submitted_proposal
from tests.journeys.building import dates, details
from tests.support import databases
from tests.support.accounts import PASSWORD
from tests.support.answers import answers_to
from tests.support.site import Site, served

pytestmark = pytest.mark.browser

ROLES = {
    "Priya Shah": [StaffRole.PROGRAM_MANAGER],
    "Helen Novak": [StaffRole.DIRECTOR],
    "Tomas Lin": [StaffRole.FINANCE],
    "Marisol Vega": [StaffRole.FINANCE],
    **{name: [] for name in ("Avery Chen", "Bianca Ortiz", "Mona Abara")},
}
FOUNDER = "ella@flowright.example.org"
EVALUATORS = ("Avery Chen", "Bianca Ortiz")


@dataclass
class Town:
    """Everybody in this story, each at a window, and what they talk about."""

    site: Site
    inspector: Inspector
    windows: dict[str, Reader]
    founder: Reader
    visitor: Reader
    deck: Path
    reference: str = ""
    others: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Reader:
        return self.windows[name]

    def chapter(self, step: str) -> None:
        """From here on pictures are named by this step."""
        for reader in (*self.windows.values(), self.founder, self.visitor):
            reader.step = step

    def sign_in_again(self, *names: str) -> None:
        """What needs a fresh sign-in comes next."""
        for name in names:
            self[name].be(name)

    def official_now(self) -> datetime:
        with self.site.app.app_context():
            return official_now()

    def deadline(self) -> datetime:
        with self.site.app.app_context():
            return db.session.scalars(select(Rfp)).one().closes_at

    def proposals(self) -> tuple[str, ...]:
        return (self.reference, *self.others)


@pytest.fixture
def site() -> Iterator[Site]:
    """The product over an empty database in which only the City's people have accounts."""
    with databases.copy_of(databases.empty_database(), databases.run_name("story")) as own, served(own) as site:
        with site.app.app_context():
            for persona in PERSONAS:
                if persona.name in ROLES:
                    make_user(persona.name, *ROLES[persona.name], email=persona.email)
        yield site


@pytest.fixture
def town(site: Site, inspector: Inspector, a_window: Callable[..., Reader], deck: Path) -> Town:
    windows = {name: a_window(site, name, inspector).be(name) for name in ROLES}
    return Town(
        site, inspector, windows, a_window(site, "Ella Founder", inspector), a_window(site, "visitor", inspector), deck
    )


def test_the_story_of_one_cohort(town: Town):
    for number, chapter in enumerate(CHAPTERS, 1):
        town.chapter(f"story-{number}")
        chapter(town)
    town.inspector.is_content()


def a_manager_builds_a_cohort(town: Town) -> None:
    """Created from the sample plan, previewed, sent for review; somebody else publishes it."""
    manager, today = town["Priya Shah"], town.official_now().astimezone(EASTERN).date()
    town.visitor.open("/").open("/cohorts").open("/help")
    manager.open("/manage").follow("Create a cohort")
    manager.press("Create", expect=422, number="")
    manager.press("Create", **details(today), **dates(today))
    manager.open("/manage/cohorts/12/preview").sees("Preview", "Safer streets")
    manager.open("/manage/cohorts/12/publication").press("Send")
    manager.open("/manage/cohorts/12/publication").sees("someone else")
    town["Helen Novak"].open("/manage/cohorts/12/publication").press("Publish", checked="yes")
    for page in ("", "/rfp", "/how-we-decide", "/proposal-questions"):
        town.visitor.open(f"/cohorts/12{page}").sees("Cohort 12")
    town.visitor.open("/cohorts/12").follow("Safer streets")


def a_founder_applies(town: Town) -> None:
    """Signs up, confirms through the mail, registers, drafts, uploads, checks, submits and gets a receipt."""
    founder = town.founder
    founder.open("/sign-up").press("Create account", expect=422)
    founder.press("Create account", name="Ella Founder", email=FOUNDER, password=PASSWORD)
    town.site.work()
    founder.open("/dev/mail").follow("Confirm your email")
    founder.going(founder.page.locator("main p a[href*='/confirm/']").first.click).press("Confirm my email")
    founder.open("/sign-in").press("Sign in", email=FOUNDER, password=PASSWORD)
    founder.open("/apply").open("/apply/organizations/new").press("Register startup", expect=422)
    founder.press(
        "Register startup",
        legal_name="Flowright & Daughters Inc.",
        registration_state="Pennsylvania",
        street="1 Example St",
        city="Pittsburgh",
        postal_code="15222",
        county="Allegheny",
    )
    founder.open("/apply/cohorts/12").press("Start proposal", area=id_of_area(town, "Safer streets"))
    town.reference = founder.path.split("/")[3]
    founder.open(f"/apply/proposals/{town.reference}/check").sees("to fix before you can submit")
    for section in ("Your company", "Your product today", "The problem and your solution", "Impact on residents"):
        answer_section(founder, town.reference, section)
    for section in ("Plan and feasibility", "Privacy and access"):
        answer_section(founder, town.reference, section)
    for slot in ("Pitch deck", "Proof of registration"):
        founder.open(f"/apply/proposals/{town.reference}").follow(slot)
        founder.press("Upload", expect=422)
        founder.press("Upload", file=town.deck).sees("deck.pdf", "2 pages")
    founder.open(f"/apply/proposals/{town.reference}/check").does_not_see("to fix before you can submit")
    founder.follow("Continue to submit").press("Submit proposal", expect=422)
    founder.press("Submit proposal", is_true="yes", can_take_part="yes", knows_what_is_public="yes")
    founder.sees("Proposal submitted", "submission 1", "Received")
    founder.open("/account/notices").open(f"/apply/proposals/{town.reference}").open("/apply")


def id_of_area(town: Town, title: str) -> str:
    from pglab.rfps import queries  # noqa: PLC0415  (only this step needs it)

    with town.site.app.app_context():
        rfp = db.session.scalars(select(Rfp)).one()
        return str(next(area.id for area in queries.list_areas(rfp.cohort_id) if area.title == title))


def answer_section(founder: Reader, reference: str, title: str) -> None:
    """Answer what the section asks; a second question is answered where there is one."""
    founder.open(f"/apply/proposals/{reference}").follow(title)
    founder.press("Save and continue", **answers_to(title)).sees("Saved.")


def the_deadline_passes(town: Town) -> None:
    """Sealed before it, a late try refused after it, opened by two people."""
    with town.site.app.app_context():
        rfp = db.session.scalars(select(Rfp)).one()
        names = ("Hearth & Hill Robotics Inc.", "Three Sisters Sensing LLC")
        startups = [make_organization(make_user(f"Member of {name}"), name=name) for name in names]
        town.others = tuple(make_submitted_proposal(rfp, startup).reference for startup in startups)
    town.sign_in_again("Priya Shah", "Helen Novak")
    manager, director, founder = town["Priya Shah"], town["Helen Novak"], town.founder
    manager.open("/manage/cohorts/12/proposals").sees("Sealed until").does_not_see(town.reference)
    manager.open(f"/manage/proposals/{town.reference}", expect=404)
    founder.open(f"/apply/proposals/{town.reference}/submission")
    town.site.clock.freeze(town.deadline() + timedelta(seconds=3))
    founder.press("Submit proposal", expect=410, is_true="yes", can_take_part="yes", knows_what_is_public="yes")
    founder.sees("so it can’t be accepted", "Submission 1, received", "is still in", "Save this refusal")
    founder.open(f"/apply/proposals/{town.reference}")
    town.site.clock.freeze(town.deadline() + timedelta(hours=1))
    manager.open("/manage/cohorts/12/opening").press("Ask to open the proposals").sees("someone else must open")
    director.open("/manage/cohorts/12/opening").press("Open the proposals").sees("3", *town.proposals())
    manager.open(f"/manage/proposals/{town.reference}").sees("Flowright & Daughters Inc.", "deck.pdf")


def the_panel_scores(town: Town) -> None:
    """Seats, conflicts first, points with reasons beside the proposal, signed."""
    manager = town["Priya Shah"]
    with town.site.app.app_context():
        emails = [persona.email for persona in PERSONAS if persona.name in EVALUATORS]
    for name, email in zip(EVALUATORS, emails, strict=True):
        manager.open("/manage/cohorts/12/panel").press("Invite evaluator", email=email)
        evaluator = town[name]
        evaluator.open("/review").press("Accept your seat")
        evaluator.open(f"/review/proposals/{town.reference}", expect=403).sees("Declare your conflicts")
        evaluator.open("/review/cohorts/12/conflicts").press("Save and sign", expect=422)
        evaluator.press("Save and sign", **{f"answer-{reference}": "none" for reference in town.proposals()})
        for reference, points in zip(town.proposals(), (5, 3, 2), strict=True):
            score(evaluator, reference, points)
        evaluator.open("/review").open("/review/cohorts/12").open("/review/cohorts/12/my-scores")
        evaluator.open("/review/cohorts/12/attestation").press("Sign", agreed="yes")
    manager.open("/manage/cohorts/12/conflicts").open("/manage/cohorts/12/progress")


def score(evaluator: Reader, reference: str, points: int) -> None:
    typed = {f"points-{place}": str(points) for place in range(1, 6)}
    typed |= {f"explanation-{place}": f"{points} because it names the group." for place in range(1, 6)}
    evaluator.open(f"/review/proposals/{reference}").sees("Fit with the challenge")
    evaluator.press("Mark as final", **typed)


def decisions_are_released(town: Town) -> None:
    """The official ranking, decisions by one person, released by another; the startup reads and accepts."""
    town.sign_in_again("Priya Shah", "Helen Novak")
    manager, director, founder = town["Priya Shah"], town["Helen Novak"], town.founder
    manager.open("/manage/cohorts/12/panel-stage").press("Open the panel stage")
    manager.open("/manage/cohorts/12/ranking").sees("100.0", "60.0")
    typed: dict[str, str] = {}
    for reference, outcome in zip(town.proposals(), ("award", "reserve", "decline"), strict=True):
        typed |= {f"outcome-{reference}": outcome, f"feedback-{reference}": "The panel found your measure credible."}
    manager.open("/manage/cohorts/12/decisions").press("Save decisions", **typed)
    manager.open("/manage/cohorts/12/decisions/request").press("Ask for release")
    director.open("/manage/cohorts/12/decisions/release").press("Release", checked="yes")
    founder.open(f"/apply/proposals/{town.reference}").open(f"/apply/proposals/{town.reference}/decision")
    founder.sees("selected", "credible")
    founder.open(f"/apply/proposals/{town.reference}/award-response").press("Accept award")


def a_pilot_runs(town: Town) -> None:
    """A pilot with its plan; a deliverable is sent back once, then accepted."""
    manager, champion, founder = town["Priya Shah"], town["Mona Abara"], town.founder
    champions_email = next(persona.email for persona in PERSONAS if persona.name == "Mona Abara")
    manager.open("/manage/cohorts/12/pilots").open(f"/manage/cohorts/12/pilots/{town.reference}")
    manager.press("Start the pilot", champion=champions_email)
    town.site.clock.freeze(town.official_now() + timedelta(days=90))
    manager.open("/manage/agreements/A12-01").press(
        "Record the executed agreement", contract_number="C-2027-014", executed_on=today_in(town)
    )
    founder.open("/workspace").open("/workspace/P12-01").sees("Agreed plan", "Outcome report")
    hand_in(founder, town.deck, "First version of the plan.")
    champion.open("/workspace").open("/workspace/P12-01").open("/workspace/P12-01/milestones/1").press(
        "Continue", verdict="changes_requested", what="Name the two sites."
    )
    founder.open("/workspace/P12-01/milestones/1").sees("Name the two sites.")
    hand_in(founder, town.deck, "Now with both sites.")
    champion.open("/workspace/P12-01/milestones/1").press("Continue", verdict="accepted")
    champion.sees("$6,250.00").press("Accept")
    founder.open("/workspace/P12-01").sees("Accepted")


def today_in(town: Town) -> str:
    return town.official_now().astimezone(EASTERN).date().isoformat()


def hand_in(founder: Reader, file: Path, note: str) -> None:
    founder.open("/workspace/P12-01/milestones/1").press("Hand in milestone 1", note=note, file=file)


def the_stipend_is_paid(town: Town) -> None:
    """Prepared, approved by two other people, recorded; the startup sees it as paid."""
    town.sign_in_again("Helen Novak", "Tomas Lin", "Marisol Vega")
    manager, director = town["Priya Shah"], town["Helen Novak"]
    finance, cashier, founder = town["Tomas Lin"], town["Marisol Vega"], town.founder
    with town.site.app.app_context():
        user = find_user_by_email(FOUNDER)
        assert user is not None
        organization = user.memberships[0].organization_id
    finance.open("/finance/payees").open(f"/finance/payees/{organization}")
    finance.open(f"/finance/payees/{organization}/details").press(
        "Enter the details", vendor_number="004512", remit_to="Main office", w9_on_file_on=today_in(town)
    )
    cashier.open(f"/finance/payees/{organization}/details/1/confirmation").press("Confirm vendor 004512")
    manager.open("/finance").follow("$6,250.00 to Flowright")
    manager.press("Send $6,250.00 for approval")
    manager.open("/finance/payments/S12-0001/approval", expect=403).sees("someone else must approve")
    for approver in (director, finance):
        approver.open("/finance").open("/finance/payments/S12-0001/approval").press("Continue", decision="approve")
        approver.press("Approve $6,250.00")
    cashier.open("/finance/payments/S12-0001/disbursement").press(
        "Record the payment", method="ach", number="88213", paid_on=today_in(town)
    )
    cashier.open("/finance/payments/S12-0001").sees("Paid", "88213")
    cashier.open("/finance/payments").open("/finance/budget")
    founder.open("/workspace/P12-01/payments").sees("Paid", "6,250.00")


def the_public_sees_it(town: Town) -> None:
    """The award and the money, for everyone."""
    town.visitor.open("/cohorts/12/awards").sees("Flowright & Daughters Inc.", "25,000.00", "6,250.00")
    town.visitor.open("/transparency").sees("6,250")
    town.visitor.open("/cohorts/12").open("/cohorts").open("/")


CHAPTERS = (
    a_manager_builds_a_cohort,
    a_founder_applies,
    the_deadline_passes,
    the_panel_scores,
    decisions_are_released,
    a_pilot_runs,
    the_stipend_is_paid,
    the_public_sees_it,
)
