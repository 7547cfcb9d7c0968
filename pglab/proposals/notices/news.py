"""What a team learns of its call: addenda, answers, its end."""

from pglab.accounts.models import User
from pglab.addenda.models import Addendum, Cancellation
from pglab.core.clock import official_now
from pglab.outages.models import Outage
from pglab.outbox.queries import is_told
from pglab.outbox.services import owe
from pglab.proposals.models import Proposal
from pglab.proposals.notices.people import representatives, team
from pglab.questions.models import PublishedAnswer
from pglab.rfps.notices import deadline_calendar
from pglab.rfps.queries import Amendment
from pglab.web.filters import et_brief, et_long


def tell_addendum(proposal: Proposal, addendum: Addendum, amendment: Amendment) -> None:
    """The team learns of an addendum and what to do (N10), or of the new deadline (N11); each person once. Who has
    submitted reads that the submission stays in force, who has only a draft reads that it still has to be submitted.
    """
    moved, still_open = amendment.moves_deadline, official_now() <= proposal.rfp.closes_at
    asked = "Action needed: " if addendum.needs_acknowledgement and still_open else ""
    subject = f"New deadline: {et_brief(addendum.closes_at)}" if moved else f"{asked}{addendum.name} changes the RFP"
    calendar = deadline_calendar(proposal.rfp) if moved else ""
    for person in team(proposal):
        if not is_told(person.id, subject=subject, about=proposal.reference):
            owe(
                "deadline_moved" if moved else "addendum_issued",
                person,
                subject=subject,
                template="proposals/deadline_moved" if moved else "proposals/addendum",
                about=proposal,
                proposal=proposal,
                rfp=proposal.rfp,
                addendum=addendum,
                issued=et_long(addendum.issued_at),
                changes=amendment.changes,
                moved=moved,
                still_open=still_open,
                deadline=et_long(proposal.rfp.closes_at),
                representatives=[user.name for user in representatives(proposal)],
                calendar=calendar,
            )


def tell_outage(proposal: Proposal, outage: Outage) -> None:
    """A team that has not submitted learns of an outage shortly before its deadline (N51); each person once."""
    times = outage_words(outage)
    for person in team(proposal):
        if not is_told(person.id, subject=f"We had a problem {times}", about=proposal.reference):
            owe(
                "outage",
                person,
                subject=f"We had a problem {times}",
                template="proposals/outage",
                about=proposal,
                proposal=proposal,
                rfp=proposal.rfp,
                outage=outage,
                times=times,
                over=official_now() > proposal.rfp.closes_at,
                deadline=et_long(proposal.rfp.closes_at),
            )


def outage_words(outage: Outage) -> str:
    """From when until when, as briefly as it can be said: “on Fri, Oct 16, from 3:31 p.m. to 3:47 p.m. ET”."""
    day, _, start = et_brief(outage.started_at).rpartition(", ")
    last_day, _, end = et_brief(outage.ended_at).rpartition(", ")
    return (
        f"on {day}, from {start.removesuffix(' ET')} to {end}"
        if day == last_day
        else f"from {day}, {start} to {last_day}, {end}"
    )


def tell_cancelled(proposal: Proposal, cancellation: Cancellation) -> None:
    """The team learns that the call is cancelled, and why; each person once."""
    subject, calendar = f"{proposal.rfp.reference} was cancelled", deadline_calendar(proposal.rfp)
    for person in team(proposal):
        if not is_told(person.id, subject=subject, about=proposal.reference):
            owe(
                "rfp_cancelled",
                person,
                subject=subject,
                template="proposals/cancelled",
                about=proposal,
                calendar=calendar,
                proposal=proposal,
                rfp=proposal.rfp,
                cancellation=cancellation,
            )


def tell_answers(person: User, proposal: Proposal, answers: list[PublishedAnswer]) -> None:
    """Somebody who works on a proposal learns which questions were answered since the last such mail (N9)."""
    number = proposal.rfp.cohort.number
    owe(
        "answers_published",
        person,
        subject=f"New answers for PGH Lab Cohort {number} ({len(answers)})",
        template="proposals/answers",
        about=proposal,
        cohort=number,
        answers=answers,
    )
