"""What happens in a pilot of any cohort: it starts, its agreement is executed, milestones are handed in and paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from pglab.awards.queries import get_decision
from pglab.awards.services import accept_award
from pglab.cli.demo import city, documents
from pglab.cli.demo.story import FRI, MON, THU, TUE, WED, Calendar, Step
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.payments import queries as payment_queries
from pglab.payments import services as payments
from pglab.payments.models import Installment, PaymentRequest
from pglab.payments.policy import next_stage
from pglab.payments.states import Method
from pglab.pilots import queries as pilot_queries
from pglab.pilots import services as pilots
from pglab.pilots.models import Milestone


@dataclass(frozen=True)
class Agreed:
    """One pilot as it is agreed. Weeks count from this one: the first, and the one the agreement is executed in."""

    cohort: int
    key: str
    title: str
    champion: str
    first_week: int
    executed_in: int = 0
    vendor: tuple[str, str] = ("", "")

    def on(self, title: str) -> str:
        """A step's title with the pilot it belongs to."""
        return f"{title} of {self.key} in cohort {self.cohort}"


def accept(cohort: int, key: str) -> None:
    """The representative accepts the award."""
    actor = city.representative(key)
    accept_award(get_decision(city.proposal(cohort, key).reference, viewer=actor), actor=actor)


def start(calendar: Calendar, agreed: Agreed) -> None:
    """The program manager starts the pilot with its champion."""
    manager = city.person("Priya Shah")
    pilots.start_pilot(
        get_decision(city.proposal(agreed.cohort, agreed.key).reference, viewer=manager),
        champion=city.person(agreed.champion),
        actor=manager,
        title=agreed.title,
        starts_on=calendar.week_day(agreed.first_week, MON),
        ends_on=calendar.week_day(agreed.first_week + 26, FRI),
    )


def enter_vendor(agreed: Agreed, w9_on_file_on: date) -> None:
    """Finance enters what the City's finance system holds."""
    number, label = agreed.vendor
    payments.enter_vendor(
        city.startup(agreed.key),
        vendor_number=number,
        remit_to=label,
        w9_on_file_on=w9_on_file_on,
        actor=city.person("Tomas Lin"),
    )


def confirm_vendor(key: str) -> None:
    """A second person confirms it."""
    payments.confirm_vendor(
        payment_queries.list_verifications(city.startup(key).id)[0], actor=city.person("Marisol Vega")
    )


def execute(calendar: Calendar, agreed: Agreed) -> None:
    """The contract is signed by everyone, the Controller last."""
    pilot = city.pilot(agreed.cohort, agreed.key)
    pilots.execute_agreement(
        pilot.agreement,
        contract_number=f"{agreed.cohort}-{pilot.number:04d}",
        executed_on=calendar.week_day(agreed.executed_in, WED),
        actor=city.person("Priya Shah"),
    )


def milestone(agreed: Agreed, number: int) -> Milestone:
    """A milestone of the pilot."""
    pilot = city.pilot(agreed.cohort, agreed.key)
    return db.session.scalars(select(Milestone).where(Milestone.pilot_id == pilot.id, Milestone.number == number)).one()


def hand_in(agreed: Agreed, number: int, told: str) -> None:
    """The startup hands in a note and a report."""
    title, note, paragraphs = city.reports()[agreed.key][told]
    pilots.submit_deliverable(
        milestone(agreed, number),
        note=note,
        upload=documents.report(city.plain_name(agreed.key), title, paragraphs),
        actor=city.representative(agreed.key),
    )


def approve(agreed: Agreed, number: int) -> None:
    """The champion accepts what was handed in last."""
    judged = milestone(agreed, number)
    pilots.accept_milestone(judged, version=newest(judged), actor=judged.pilot.champion)


def send_back(agreed: Agreed, number: int, what: str) -> None:
    """The champion asks for changes."""
    judged = milestone(agreed, number)
    pilots.ask_for_changes(judged, what=what, version=newest(judged), actor=judged.pilot.champion)


def newest(judged: Milestone) -> int:
    """The number of the version that was handed in last."""
    return pilot_queries.list_handed_in([judged.id])[judged.id][0].version.number


def installment(agreed: Agreed, number: int) -> Installment:
    """The part of the stipend that a milestone earns."""
    judged = milestone(agreed, number)
    return db.session.scalars(select(Installment).where(Installment.milestone_id == judged.id)).one()


def request(agreed: Agreed, number: int) -> None:
    """The program manager asks for the payment."""
    payments.prepare_request(installment(agreed, number), approvals_needed=2, actor=city.person("Priya Shah"))


def waiting(agreed: Agreed, number: int) -> PaymentRequest:
    """The newest request for an installment."""
    found = payment_queries.facts_of(installment(agreed, number), official_now()).request
    if found is None:
        raise LookupError(f"no payment was requested for milestone {number} of {agreed.key}")
    return found


def sign(agreed: Agreed, number: int, name: str) -> None:
    """One more person approves."""
    asked = waiting(agreed, number)
    approvals = payment_queries.facts_of_request(asked, official_now()).approvals
    payments.approve_request(
        asked, stage=next_stage(asked, approvals), fingerprint=asked.fingerprint, actor=city.person(name)
    )


def send_payment_back(agreed: Agreed, number: int, name: str, reason: str) -> None:
    """Whoever should approve returns the request with a reason."""
    payments.return_request(waiting(agreed, number), reason=reason, actor=city.person(name))


def pay(agreed: Agreed, number: int, paid_on: date) -> None:
    """Finance records that the Controller paid."""
    place = city.pilot(agreed.cohort, agreed.key).number
    payments.record_payment(
        waiting(agreed, number),
        method=Method.ACH,
        number=f"{agreed.cohort}{10 * (place - 1) + number:03d}",
        paid_on=paid_on,
        actor=city.person("Marisol Vega"),
    )


def paying(calendar: Calendar, agreed: Agreed, number: int, week: int, signers: Sequence[str]) -> list[Step]:
    """A payment from the request to the record of it, in two weeks."""
    act, payment = calendar.act, agreed.on(f"payment {number}")
    return [
        act((week, TUE, "09:30"), f"Requested: {payment}", request, agreed, number),
        act((week, WED, "11:00"), f"Approved by the program: {payment}", sign, agreed, number, signers[0]),
        act((week, THU, "14:00"), f"Approved by finance: {payment}", sign, agreed, number, signers[1]),
        act(
            (week + 1, THU, "09:45"),
            f"Recorded: {payment}",
            *(pay, agreed, number, calendar.week_day(week + 1, WED)),
        ),
    ]
