"""One cohort through the web pages, from an empty database to a paid stipend: the product's whole chain, in one story.

Every step goes through pages and forms as a browser without JavaScript would, with real tokens, files and mail.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.audit.queries import verify_chain
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.outbox.models import Email, Notice
from pglab.payments.models import JournalLine
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp
from scripts import verify_receipt
from tests.factories.accounts import make_director, make_finance_officer, make_program_manager, make_user
from tests.journeys.building import build_and_publish
from tests.support.accounts import PASSWORD, link_in, mails_to, send_waiting_links
from tests.support.answers import WORDS, answers_to
from tests.support.client import client_for
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")


@dataclass
class City:
    """The people of the City in this story, each at a browser."""

    app: Flask
    manager: Person
    director: Person
    finance: Person
    cashier: Person
    evaluators: list[Person]
    champion: Person
    visitor: Person

    def at_a_browser(self, user: User) -> Person:
        return Person(client_for(self.app).sign_in(user), user.name)


@pytest.fixture
def city(app: Flask, rolled_back: None) -> City:
    return people_of(app)


def people_of(app: Flask) -> City:
    """New people of the City, signed in."""

    def at(user: User) -> Person:
        return Person(client_for(app).sign_in(user), user.name)

    evaluators = [make_user(f"Evaluator {letter}", email=f"evaluator-{letter.lower()}@example.org") for letter in "ABC"]
    return City(
        app=app,
        manager=at(make_program_manager()),
        director=at(make_director()),
        finance=at(make_finance_officer("Fay Finance")),
        cashier=at(make_finance_officer("Cal Cashier")),
        evaluators=[at(user) for user in evaluators],
        champion=at(make_user("Mona Champion", email="mona@example.org")),
        visitor=Person(client_for(app), "visitor"),
    )


def test_a_cohort_from_published_rfp_to_paid_stipend(city: City, clock: OfficialClock):
    rfp = build_and_publish(city)
    founders = [a_founder_signs_up_and_applies(city, number) for number in (1, 2, 3)]
    the_deadline_passes(city, clock, rfp, founders)
    the_panel_scores(city, founders)
    decisions_are_released(city, founders)
    pilot = a_pilot_runs(city, clock, founders[0])
    the_stipend_is_paid(city, pilot, founders[0])
    the_public_sees_it(city)
    assert verify_chain().broken_at is None


@dataclass
class Founder:
    """A startup's representative, and the proposal they made."""

    person: Person
    company: str
    email: str
    reference: str = ""


def a_founder_signs_up_and_applies(city: City, number: int) -> Founder:
    """Story 2: sign up, confirm, register, draft, upload, check, submit, receipt."""
    founder = Founder(
        Person(client_for(city.app), f"founder {number}"), f"CurbSense {number}", f"dana{number}@example.org"
    )
    sign_up(founder)
    person = founder.person
    person.open("/apply/organizations/new").press(
        "Register startup",
        legal_name=founder.company,
        registration_state="Pennsylvania",
        street="1 Example St",
        city="Pittsburgh",
        postal_code="15222",
        county="Allegheny",
    )
    organization = db.session.query(User).filter_by(email=founder.email).one().memberships[0].organization_id
    area = db.session.query(Rfp).one()
    person.open("/apply/cohorts/12").press(
        "Start proposal", organization=str(organization), area=area_named(area, "Safer streets")
    )
    founder.reference = re.search(r"L12-[0-9A-Z]{4}", person.path)[0]  # type: ignore[index]  # the address names it
    for section in ("Your company", "Your product today", "The problem and your solution", "Impact on residents"):
        answer_section(person, founder, section)
    for section in ("Plan and feasibility", "Privacy and access"):
        answer_section(person, founder, section)
    for slot in ("Pitch deck", "Proof of registration"):
        person.open(f"/apply/proposals/{founder.reference}").follow(slot).press(
            "Upload", file=(make_pdf(2), "deck.pdf")
        )
        person.sees("deck.pdf", "2 pages")
    submit(founder, expect_number=1)
    if number == 1:
        edit_and_submit_again(founder)
    return founder


def sign_up(founder: Founder) -> None:
    person = founder.person
    person.open("/sign-up").press(
        "Create account", name=f"Dana {founder.company}", email=founder.email, password=PASSWORD
    )
    send_waiting_links()
    person.open(link_in(mails_to(founder.email)[-1])).press("Confirm my email")
    person.open("/sign-in").press("Sign in", email=founder.email, password=PASSWORD)


def area_named(rfp: Rfp, title: str) -> str:
    from pglab.rfps import queries  # noqa: PLC0415  (only this helper needs it)

    return str(next(area.id for area in queries.list_areas(rfp.cohort_id) if area.title == title))


def answer_section(person: Person, founder: Founder, title: str) -> None:
    """Answer what the section asks; a second question is answered where there is one."""
    person.open(f"/apply/proposals/{founder.reference}").follow(title)
    person.press("Save and continue", **answers_to(title)).sees("Saved.")


def submit(founder: Founder, *, expect_number: int) -> None:
    person = founder.person
    person.open(f"/apply/proposals/{founder.reference}/check").does_not_see("to fix before you can submit")
    person.follow("Continue to submit").press(
        "Submit proposal", is_true="yes", can_take_part="yes", knows_what_is_public="yes"
    )
    person.sees("Proposal submitted", f"submission {expect_number}", "Received")
    receipt = person.client.get(f"/apply/proposals/{founder.reference}/receipts/{expect_number}.json").json
    keys = person.client.get("/.well-known/pglab-receipt-keys.json").json
    assert verify_receipt.verdict(receipt, keys)
    assert f"{founder.reference}" in mails_to(founder.email)[-1].notice.subject


def edit_and_submit_again(founder: Founder) -> None:
    """Editing after submitting leaves submission 1 in force until submission 2 is made."""
    person = founder.person
    person.open(f"/apply/proposals/{founder.reference}/sections/impact").press(
        "Save and return to task list", q1=WORDS + " Better."
    )
    person.sees("You have unsent changes", "Submission 1 is what we’ll use")
    submit(founder, expect_number=2)


def the_deadline_passes(city: City, clock: OfficialClock, rfp: Rfp, founders: list[Founder]) -> None:
    """Story 3: sealed before, late refused with exact times, opened by two people."""
    reference = founders[0].reference
    city.manager.open("/manage/cohorts/12/proposals").sees("Sealed until").does_not_see(reference)
    city.manager.open(f"/manage/proposals/{reference}", expect=404)
    founders[1].person.open(f"/apply/proposals/{reference}", expect=404)
    city.visitor.open("/cohorts/12").does_not_see("CurbSense")

    late = founders[2].person
    late.open(f"/apply/proposals/{founders[2].reference}/submission")
    clock.freeze(rfp.closes_at + timedelta(seconds=3))
    late.press("Submit proposal", expect=410, is_true="yes", can_take_part="yes", knows_what_is_public="yes")
    late.sees("so it can’t be accepted", "Submission 1, received", "is still in", "Save this refusal")

    clock.freeze(rfp.closes_at + timedelta(hours=1))
    city.manager.open("/manage/cohorts/12/opening").press("Ask to open the proposals")
    city.manager.sees("someone else must open")
    city.director.open("/manage/cohorts/12/opening").press("Open the proposals").sees(
        "3", *[f.reference for f in founders]
    )
    city.manager.open(f"/manage/proposals/{reference}").sees("CurbSense 1", "Better.", "deck.pdf")


def the_panel_scores(city: City, founders: list[Founder]) -> None:
    """Story 4: seats, conflicts first, scores beside the proposal, a conflicted evaluator shut out everywhere."""
    for letter, evaluator in zip("abc", city.evaluators, strict=True):
        city.manager.open("/manage/cohorts/12/panel").press("Invite evaluator", email=f"evaluator-{letter}@example.org")
        evaluator.open("/review").press("Accept your seat")
        evaluator.open(f"/review/proposals/{founders[0].reference}", expect=403).sees("Declare your conflicts")
    first, second, conflicted = city.evaluators
    for evaluator in (first, second):
        declare(evaluator, {founder.reference: ("none", "") for founder in founders})
    declare(
        conflicted,
        {founder.reference: ("none", "") for founder in founders}
        | {founders[0].reference: ("conflict", "My sister works there.")},
    )
    conflicted.open(f"/review/proposals/{founders[0].reference}", expect=403).does_not_see(WORDS[:20])
    conflicted.open(f"/review/proposals/{founders[0].reference}/documents/pitch-deck", expect=403)
    points = {0: 5, 1: 3, 2: 3}
    for evaluator in city.evaluators:
        for place, founder in enumerate(founders):
            if evaluator is conflicted and place == 0:
                continue
            score(evaluator, founder, points[place])
        evaluator.open("/review/cohorts/12/attestation").press("Sign", agreed="yes")


def declare(evaluator: Person, answers: dict[str, tuple[str, str]]) -> None:
    typed = {f"answer-{reference}": answer for reference, (answer, _) in answers.items()}
    typed |= {f"note-{reference}": note for reference, (_, note) in answers.items()}
    evaluator.open("/review/cohorts/12/conflicts").press("Save and sign", **typed)


def score(evaluator: Person, founder: Founder, points: int) -> None:
    """Points and an explanation for each criterion, beside the answers; then final."""
    typed = {f"points-{place}": str(points) for place in range(1, 6)}
    typed |= {f"explanation-{place}": f"{points} because it names the group." for place in range(1, 6)}
    evaluator.open(f"/review/proposals/{founder.reference}").sees(
        WORDS.split(".", maxsplit=1)[0], "Fit with the challenge"
    )
    evaluator.press("Mark as final", **typed)


def decisions_are_released(city: City, founders: list[Founder]) -> None:
    """Story 5: the official ranking with its tie, decisions, a second person releases them, startups are told."""
    city.manager.open("/manage/cohorts/12/panel-stage").press("Open the panel stage")
    city.manager.open("/manage/cohorts/12/ranking").sees("100.0", "60.0", "2=")
    typed: dict[str, str] = {}
    for place, founder in enumerate(founders):
        typed[f"outcome-{founder.reference}"] = ("award", "reserve", "decline")[place]
        typed[f"feedback-{founder.reference}"] = f"The panel found the measure of {founder.company} credible."
    city.manager.open("/manage/cohorts/12/decisions").press("Save decisions", **typed)
    city.manager.open("/manage/cohorts/12/decisions/request").press("Ask for release")
    founders[0].person.open(f"/apply/proposals/{founders[0].reference}/decision", expect=404)
    city.director.open("/manage/cohorts/12/decisions/release").press("Release", checked="yes")
    told = db.session.query(Notice).filter(Notice.subject.like("Your PGH Lab decision is ready%")).all()
    assert {notice.about for notice in told} == {founder.reference for founder in founders}
    founders[0].person.open(f"/apply/proposals/{founders[0].reference}/decision").sees("selected", "credible")
    founders[2].person.open(f"/apply/proposals/{founders[2].reference}/decision").sees("not selected")
    founders[0].person.open(f"/apply/proposals/{founders[0].reference}/award-response").press("Accept award")


def a_pilot_runs(city: City, clock: OfficialClock, founder: Founder) -> str:
    """Story 6: a pilot with three milestones; a deliverable sent back once, then accepted."""
    city.manager.open(f"/manage/cohorts/12/pilots/{founder.reference}").press(
        "Start the pilot", champion="mona@example.org"
    )
    clock.freeze(official_now() + timedelta(days=90))
    city.manager.open("/manage/agreements/A12-01").press(
        "Record the executed agreement", contract_number="C-2027-014", executed_on=eastern_day(official_now())
    )
    startup = founder.person
    startup.client.sign_in(db.session.query(User).filter_by(email=founder.email).one())  # the session ended long ago
    startup.open("/workspace/P12-01").sees("Agreed plan", "Working proof in the field", "Outcome report")
    hand_in(startup, "First version of the plan.")
    city.champion.open("/workspace/P12-01/milestones/1").press(
        "Continue", verdict="changes_requested", what="Name the two sites."
    )
    startup.open("/workspace/P12-01/milestones/1").sees("Name the two sites.")
    hand_in(startup, "Now with both sites.")
    city.champion.open("/workspace/P12-01/milestones/1").press("Continue", verdict="accepted")
    city.champion.sees("$6,250.00").press("Accept")
    startup.open("/workspace/P12-01").sees("Accepted")
    return "P12-01"


def eastern_day(at: datetime) -> str:
    from pglab.core.clock import EASTERN  # noqa: PLC0415  (only this helper needs it)

    return at.astimezone(EASTERN).date().isoformat()


def hand_in(startup: Person, note: str) -> None:
    startup.open("/workspace/P12-01/milestones/1").press(
        "Hand in milestone 1", note=note, file=(make_pdf(1), "plan.pdf")
    )


def the_stipend_is_paid(city: City, pilot: str, founder: Founder) -> None:
    """Story 7: prepared, approved by two other people, recorded as paid; the journal balances; the startup sees it."""
    organization = db.session.query(Proposal).filter_by(reference=founder.reference).one().organization_id
    today = eastern_day(official_now())
    city.finance.open(f"/finance/payees/{organization}/details").press(
        "Enter the details", vendor_number="004512", remit_to="Main office", w9_on_file_on=today
    )
    city.cashier.open(f"/finance/payees/{organization}/details/1/confirmation").press("Confirm vendor 004512")
    city.manager.open("/finance").follow("$6,250.00 to CurbSense 1")
    city.manager.press("Send $6,250.00 for approval")
    city.manager.open("/finance/payments/S12-0001/approval", expect=403).sees("someone else must approve")
    for approver in (city.director, city.finance):
        approver.open("/finance/payments/S12-0001/approval").press("Continue", decision="approve")
        approver.press("Approve $6,250.00")
    city.cashier.open("/finance/payments/S12-0001/disbursement").press(
        "Record the payment", method="ach", number="88213", paid_on=today
    )
    city.cashier.open("/finance/payments/S12-0001").sees("Paid", "88213")
    founder.person.open(f"/workspace/{pilot}/payments").sees("Paid", "6,250.00")
    assert sum(line.amount_cents for line in db.session.query(JournalLine)) == 0


def the_public_sees_it(city: City) -> None:
    """Story 8: the award and the money, for everyone."""
    city.visitor.open("/cohorts/12/awards").sees("CurbSense 1", "Safer streets", "25,000.00", "6,250.00")
    city.visitor.open("/transparency").sees("6,250")
    assert db.session.query(Email).count() > 20
