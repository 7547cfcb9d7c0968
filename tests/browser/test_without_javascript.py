"""The acts that matter, in a browser that runs no scripts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from pglab.accounts.queries import find_user_by_email
from pglab.accounts.services import PERSONAS
from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.proposals import services as proposals
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.rfps.models import Rfp
from tests.browser.people import Reader
from tests.support.answers import WORDS
from tests.support.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(demo: Site, a_window: Callable[..., Reader]) -> Callable[[str], Reader]:
    """Somebody of the demo at a browser without scripts."""
    return lambda name: a_window(demo, name, scripts=False).be(name)


@pytest.fixture
def opened(demo: Site) -> Iterator[str]:
    """Cohort 12 after its deadline, with its proposals opened; gives the reference of the one that was submitted."""
    with demo.app.app_context():
        rfp = db.session.scalars(select(Rfp).join(Rfp.cohort).where(Cohort.number == 12)).one()
        demo.clock.freeze(rfp.closes_at + timedelta(hours=1))
        emails = {persona.name: persona.email for persona in PERSONAS}
        with db.session.begin_nested():
            proposals.ask_opening(rfp, actor=find_user_by_email(emails["Priya Shah"]))
        with db.session.begin_nested():
            proposals.confirm_opening(rfp, actor=find_user_by_email(emails["Helen Novak"]))
        db.session.commit()
        submitted = select(Proposal.reference).where(
            Proposal.rfp_id == rfp.id, Proposal.status == ProposalStatus.SUBMITTED
        )
        reference = db.session.scalars(submitted).first()
    yield str(reference)
    demo.clock.reset()


def test_a_founder_applies(reader: Callable[[str], Reader], deck: Path):
    founder = reader("Dana Ruiz").open("/apply").follow("Start a proposal for cohort 12")
    area = founder.page.get_by_label("Cooler neighborhoods").get_attribute("value")
    founder.press("Start proposal", area=area)
    tasks = founder.path
    for section in ("Your company", "Your product today", "The problem and your solution"):
        answer(founder.open(tasks), section)
    for section in ("Impact on residents", "Plan and feasibility", "Privacy and access"):
        answer(founder.open(tasks), section)
    for slot in ("Pitch deck", "Proof of registration"):
        founder.open(tasks).follow(slot).press("Upload", file=deck).sees("deck.pdf", "2 pages")
    founder.open(tasks).follow("Check and submit").follow("Continue to submit")
    founder.press("Submit proposal", is_true="yes", can_take_part="yes", knows_what_is_public="yes")
    founder.sees("Proposal submitted", "submission 1")


def answer(founder: Reader, section: str) -> None:
    founder.follow(section)
    controls = founder.page.locator("main form [name^=q]").evaluate_all(
        "all => Object.fromEntries(all.map((e) => [e.name, e.type === 'radio' ? e.value : e.type]))"
    )
    typed = {"url": "https://example.org/demo", "textarea": WORDS, "text": WORDS}
    founder.press("Save and continue", **{name: typed.get(kind, kind) for name, kind in controls.items()})
    founder.sees("Saved.")


def test_a_champion_accepts_a_milestone(reader: Callable[[str], Reader]):
    champion = reader("Mona Abara").open("/workspace/P90-03/milestones/1").press("Continue", verdict="accepted")
    champion.press("Accept milestone 1").open("/workspace/P90-03/milestones/1").sees("Accepted")


def test_a_payment_is_approved(reader: Callable[[str], Reader]):
    finance = reader("Marisol Vega").open("/finance").follow("$6,250.00 to Allegheny")
    finance.press("Continue", decision="approve").press("Approve $6,250.00")
    finance.open("/finance/payments/S90-0004").sees("Approved")


def test_an_evaluator_scores_a_proposal(opened: str, reader: Callable[[str], Reader]):
    evaluator = reader("Avery Chen").open("/review/cohorts/12/conflicts")
    names = evaluator.page.locator("main [name^=answer-]").evaluate_all("all => [...new Set(all.map((e) => e.name))]")
    evaluator.press("Save and sign", **dict.fromkeys(names, "none"))
    typed = {f"points-{place}": "4" for place in range(1, 6)}
    typed |= {f"explanation-{place}": "It names the group and how it is counted." for place in range(1, 6)}
    evaluator.open(f"/review/proposals/{opened}").press("Mark as final", **typed).sees("Marked as final")
    evaluator.open(f"/review/proposals/{opened}").sees("80.0 of 100", "5 of 5 scored")


def test_a_visitor_looks_through_what_was_tried(demo: Site, a_window: Callable[..., Reader]):
    visitor = a_window(demo, "visitor", scripts=False).open("/cohorts").sees("Before this site: cohorts 1 to 11")
    visitor.open("/pilots").press("Filter", host="ura", outcome="known", words="shawl").sees(
        "1 pilot of 60", "Cognowear"
    )
    visitor.follow("Clear filters").sees("60 pilots").follow("BeamData").sees("Cohort 6, 2021", "Cohort 5, 2019")
    visitor.follow("sources disagree").sees("Host pairings were not published for this cohort")
    assert visitor.path == "/cohorts/6"


def test_decisions_are_changed_and_released(reader: Callable[[str], Reader]):
    manager, director = reader("Priya Shah"), reader("Helen Novak")
    manager.open("/manage/cohorts/96/ranking").sees("Steel City Stormwater Analytics")
    manager.open("/manage/cohorts/96/decisions")
    reserve = manager.page.locator("main [type=radio][value=reserve]:checked").get_attribute("name")
    manager.press("Save decisions", **{str(reserve): "decline"})
    manager.open("/manage/cohorts/96/decisions/request").press("Ask for release")
    director.open("/manage/cohorts/96/decisions/release").press("Release", expect=422)
    director.press("Release", checked="yes").open("/manage/cohorts/96/decisions").sees("Released")
