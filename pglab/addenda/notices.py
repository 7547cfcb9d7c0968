"""Who among the City's people is told of an official change. Startups are told by the domain of proposals."""

from typing import Any

from pglab.accounts.models import User
from pglab.addenda.models import Addendum, Cancellation
from pglab.outbox.services import owe
from pglab.rfps.notices import deadline_calendar, publishers
from pglab.rfps.queries import Amendment, Difference, get_amendment
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from pglab.web.filters import et_brief, et_long


def tell_issue_asked(addendum: Addendum) -> None:
    """Whoever could be the second person learns that an addendum or a later deadline waits."""
    what = "a later deadline" if addendum.moves_deadline else "an addendum"
    page = "deadline-extension" if addendum.moves_deadline else "addenda/draft"
    _tell_second_people(
        "issue_asked",
        addendum.prepared_by,
        about=addendum.rfp,
        subject=f"Action needed: {what} of {addendum.rfp.reference}",
        template="addenda/asked",
        what=what,
        addendum=addendum,
        asked_by=addendum.prepared_by.name,
        page=page,
        deadline=et_long(addendum.closes_at),
    )


def tell_cancellation_asked(cancellation: Cancellation) -> None:
    """Whoever could be the second person learns that a cancellation waits."""
    _tell_second_people(
        "cancellation_asked",
        cancellation.asked_by,
        about=cancellation.rfp,
        subject=f"Action needed: cancel {cancellation.rfp.reference}",
        template="addenda/cancellation_asked",
        cancellation=cancellation,
    )


def announce_addendum(addendum: Addendum) -> None:
    """Everyone who follows the cohort is owed the news, once the call itself is public."""
    rfp, amendment = addendum.rfp, get_amendment(addendum.rfp, addendum.number or 0)
    moved = amendment.moves_deadline
    announce(
        NewsKind.DEADLINE if moved else NewsKind.ADDENDUM,
        rfp.cohort,
        title=f"New deadline: {et_brief(rfp.closes_at)}" if moved else f"{addendum.name}: {addendum.title}",
        summary=_moved_words(addendum, moved) if moved else addendum.summary,
        path=f"/cohorts/{rfp.cohort.number}/addenda/{addendum.number}",
        visible_at=rfp.publish_at,
        detail="" if moved else _changed_words(amendment),
        calendar=deadline_calendar(rfp) if moved else "",
    )


def _moved_words(addendum: Addendum, moved: Difference) -> str:
    return f"{addendum.name} moves the deadline for everyone. Before: {moved.before}. Now: {moved.after}. " + (
        f"Why: {addendum.reason}"
    )


def _changed_words(amendment: Amendment) -> str:
    """What followers read of an addendum that leaves the deadline where it is (N10)."""
    said = [
        f"{change.label}\n  Before: {change.before or 'nothing'}\n  After: {change.after or 'nothing'}"
        for change in amendment.changes
    ]
    return "\n\n".join(["Does the deadline move? No.", *said])


def announce_cancellation(cancellation: Cancellation) -> None:
    """Everyone who follows the cohort is owed the news of its end."""
    rfp = cancellation.rfp
    announce(
        NewsKind.CANCELLED,
        rfp.cohort,
        title=f"{rfp.reference} is cancelled",
        summary=cancellation.reason,
        path=f"/cohorts/{rfp.cohort.number}",
        visible_at=rfp.publish_at,
        calendar=deadline_calendar(rfp),
    )


def tell_returned(addendum: Addendum, reason: str) -> None:
    """Who prepared it learns what has to change."""
    owe(
        "addendum_returned",
        addendum.prepared_by,
        subject=f"Returned: addendum of {addendum.rfp.reference}",
        template="addenda/returned",
        about=addendum.rfp,
        addendum=addendum,
        reason=reason,
    )


def tell_issued(addendum: Addendum) -> None:
    """Who prepared it learns that it is issued."""
    owe(
        "addendum_issued",
        addendum.prepared_by,
        subject=f"{addendum.name} to {addendum.rfp.reference} is issued",
        template="addenda/issued",
        about=addendum.rfp,
        addendum=addendum,
    )


def tell_cancelled(cancellation: Cancellation) -> None:
    """Who asked for it learns that the call is cancelled."""
    owe(
        "rfp_cancelled",
        cancellation.asked_by,
        subject=f"{cancellation.rfp.reference} is cancelled",
        template="addenda/cancelled",
        about=cancellation.rfp,
        cancellation=cancellation,
    )


def _tell_second_people(kind: str, first: User, **told: Any) -> None:
    for person in publishers():
        if person.person_id != first.person_id:
            owe(kind, person, **told)
