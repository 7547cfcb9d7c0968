"""The three pilots of cohort 90, each at another point: paid and approved; sent back, returned and waiting; late."""

from datetime import date

from sqlalchemy import select

from pglab.awards.queries import get_decision
from pglab.awards.services import accept_award
from pglab.cli.demo import city, documents
from pglab.cli.demo.people import OTHER_CHAMPION
from pglab.cli.demo.sample_cohort import COHORT
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

AWARDED = ("curbsense", "cooperative", "wang")
CHAMPIONS = {"curbsense": "Mona Abara", "cooperative": OTHER_CHAMPION, "wang": "Mona Abara"}
TITLES = {
    "curbsense": "Close calls at thirty crossings",
    "cooperative": "Heat, block by block",
    "wang": "Every sidewalk of two neighborhoods",
}
STARTS = {"curbsense": -18, "cooperative": -10, "wang": -16}
EXECUTED = {"curbsense": -19, "cooperative": -11, "wang": -4}
VENDORS = {
    "curbsense": ("104417", "Pittsburgh, Smallman St"),
    "cooperative": ("104432", "Pittsburgh, River Ave"),
    "wang": ("104458", "Pittsburgh, Hatfield St"),
}
SENT_BACK = (
    "The plan names the blocks but not the porches. Please add the list of the 120 addresses, and who is called when a "
    "station fails."
)
RETURNED = "The plan came with two lists of sites. Please confirm with the department which one holds, then ask again."


def steps(calendar: Calendar) -> list[Step]:
    """Thirty-seven weeks ago to last week."""
    found, act = [], calendar.act
    for at, key in enumerate(AWARDED):
        clock = f"1{at}:40"
        found += [
            act((-37, WED, clock), f"{key} accepts the award", accept, key),
            act((-25, TUE, clock), f"The pilot of {key} starts", start, calendar, key),
            act((-24, TUE, clock), f"{key} gets a vendor number", enter, calendar, key),
            act((-24, WED, clock), f"The vendor number of {key} is confirmed", confirm, key),
            act((EXECUTED[key], THU, clock), f"The agreement of {key} is executed", execute, calendar, key),
        ]
    return [*found, *paid_and_approved(calendar), *returned_and_waiting(calendar), *late(calendar)]


def paid_and_approved(calendar: Calendar) -> list[Step]:
    """CurbSense: the first milestone is paid, the second approved and with the Controller."""
    act, key = calendar.act, "curbsense"
    return [
        act((-16, THU, "15:10"), f"{key} hands in milestone 1", hand_in, key, 1, "plan"),
        act((-15, MON, "10:30"), f"Milestone 1 of {key} is accepted", approve, key, 1),
        act((-15, TUE, "09:30"), f"Payment 1 of {key} is requested", request, key, 1),
        act((-15, WED, "11:00"), f"The program approves payment 1 of {key}", sign, key, 1, "Helen Novak"),
        act((-15, THU, "14:00"), f"Finance approves payment 1 of {key}", sign, key, 1, "Tomas Lin"),
        act((-14, THU, "09:45"), f"Payment 1 of {key} is recorded", pay, key, 1, calendar.week_day(-14, WED)),
        act((-4, WED, "16:20"), f"{key} hands in milestone 2", hand_in, key, 2, "proof"),
        act((-3, MON, "13:15"), f"Milestone 2 of {key} is accepted", approve, key, 2),
        act((-3, TUE, "09:20"), f"Payment 2 of {key} is requested", request, key, 2),
        act((-3, THU, "11:40"), f"The program approves payment 2 of {key}", sign, key, 2, "Marcus Bell"),
        act((-2, MON, "10:10"), f"Finance approves payment 2 of {key}", sign, key, 2, "Marisol Vega"),
    ]


def returned_and_waiting(calendar: Calendar) -> list[Step]:
    """The cooperative: sent back once, then accepted; its first request returned, its second waiting for finance."""
    act, key = calendar.act, "cooperative"
    return [
        act((-8, THU, "11:30"), f"{key} hands in milestone 1", hand_in, key, 1, "plan"),
        act((-7, MON, "15:45"), f"Milestone 1 of {key} is sent back", send_back, key, 1),
        act((-5, WED, "10:15"), f"{key} hands in milestone 1 again", hand_in, key, 1, "plan 2"),
        act((-4, MON, "09:50"), f"Milestone 1 of {key} is accepted", approve, key, 1),
        act((-4, TUE, "09:15"), f"Payment 1 of {key} is requested", request, key, 1),
        act((-4, THU, "16:05"), f"Payment 1 of {key} is returned", send_payment_back, key, 1, "Helen Novak"),
        act((-2, TUE, "09:25"), f"Payment 1 of {key} is requested again", request, key, 1),
        act((-2, THU, "11:35"), f"The program approves payment 1 of {key}", sign, key, 1, "Helen Novak"),
    ]


def late(calendar: Calendar) -> list[Step]:
    """王小明 Robotics: the agreement took long: milestone 1 waits for the champion, milestone 2 is late."""
    return [calendar.act((-2, TUE, "14:30"), "wang hands in milestone 1", hand_in, "wang", 1, "plan")]


def accept(key: str) -> None:
    """The representative accepts the award."""
    actor = city.representative(key)
    accept_award(get_decision(city.proposal(COHORT, key).reference, viewer=actor), actor=actor)


def start(calendar: Calendar, key: str) -> None:
    """The program manager starts the pilot with its champion."""
    manager = city.person("Priya Shah")
    pilots.start_pilot(
        get_decision(city.proposal(COHORT, key).reference, viewer=manager),
        champion=city.person(CHAMPIONS[key]),
        actor=manager,
        title=TITLES[key],
        starts_on=calendar.week_day(STARTS[key], MON),
        ends_on=calendar.week_day(STARTS[key] + 26, FRI),
    )


def enter(calendar: Calendar, key: str) -> None:
    """Finance enters what the City's finance system holds."""
    number, label = VENDORS[key]
    payments.enter_vendor(
        city.startup(key),
        vendor_number=number,
        remit_to=label,
        w9_on_file_on=calendar.week_day(-24, MON),
        actor=city.person("Tomas Lin"),
    )


def confirm(key: str) -> None:
    """A second person confirms it."""
    payments.confirm_vendor(
        payment_queries.list_verifications(city.startup(key).id)[0], actor=city.person("Marisol Vega")
    )


def execute(calendar: Calendar, key: str) -> None:
    """The contract is signed by everyone, the Controller last."""
    pilot = city.pilot(key)
    pilots.execute_agreement(
        pilot_queries.list_agreements([pilot.id])[pilot.id],
        contract_number=f"90-{pilot.number:04d}",
        executed_on=calendar.week_day(EXECUTED[key], WED),
        actor=city.person("Priya Shah"),
    )


def milestone(key: str, number: int) -> Milestone:
    """A milestone of the startup's pilot."""
    return db.session.scalars(
        select(Milestone).where(Milestone.pilot_id == city.pilot(key).id, Milestone.number == number)
    ).one()


def hand_in(key: str, number: int, told: str) -> None:
    """The startup hands in a note and a report."""
    title, note, paragraphs = city.reports()[key][told]
    pilots.submit_deliverable(
        milestone(key, number),
        note=note,
        upload=documents.report(city.plain_name(key), title, paragraphs),
        actor=city.representative(key),
    )


def approve(key: str, number: int) -> None:
    """The champion accepts what was handed in last."""
    judged = milestone(key, number)
    pilots.accept_milestone(judged, version=newest(judged), actor=judged.pilot.champion)


def send_back(key: str, number: int) -> None:
    """The champion asks for changes."""
    judged = milestone(key, number)
    pilots.ask_for_changes(judged, what=SENT_BACK, version=newest(judged), actor=judged.pilot.champion)


def newest(judged: Milestone) -> int:
    """The number of the version that was handed in last."""
    return pilot_queries.list_handed_in([judged.id])[judged.id][0].version.number


def installment(key: str, number: int) -> Installment:
    """The part of the stipend that a milestone earns."""
    return db.session.scalars(select(Installment).where(Installment.milestone_id == milestone(key, number).id)).one()


def request(key: str, number: int) -> None:
    """The program manager asks for the payment."""
    payments.prepare_request(installment(key, number), approvals_needed=2, actor=city.person("Priya Shah"))


def waiting(key: str, number: int) -> PaymentRequest:
    """The newest request for an installment."""
    found = payment_queries.facts_of(installment(key, number), official_now()).request
    if found is None:
        raise LookupError(f"no payment was requested for milestone {number} of {key}")
    return found


def sign(key: str, number: int, name: str) -> None:
    """One more person approves."""
    asked = waiting(key, number)
    approvals = payment_queries.facts_of_request(asked, official_now()).approvals
    payments.approve_request(
        asked, stage=next_stage(asked, approvals), fingerprint=asked.fingerprint, actor=city.person(name)
    )


def send_payment_back(key: str, number: int, name: str) -> None:
    """Whoever should approve returns the request with a reason."""
    payments.return_request(waiting(key, number), reason=RETURNED, actor=city.person(name))


def pay(key: str, number: int, paid_on: date) -> None:
    """Finance records that the Controller paid."""
    asked = waiting(key, number)
    payments.record_payment(
        asked, method=Method.ACH, number=str(90_000 + number), paid_on=paid_on, actor=city.person("Marisol Vega")
    )
