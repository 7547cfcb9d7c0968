"""What a team hears when the deadline comes near and when it has passed (N12, N14, N15)."""

from datetime import datetime, timedelta

from pglab.outbox.services import owe
from pglab.proposals import queries
from pglab.proposals.models import Proposal, ReminderKind
from pglab.proposals.notices.people import representatives, team
from pglab.web.filters import et_long, plural

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
TEMPLATES = {
    ReminderKind.TWO_DAYS: "proposals/not_submitted",
    ReminderKind.FOUR_HOURS: "proposals/not_submitted",
    ReminderKind.UNSENT: "proposals/unsent",
    ReminderKind.CLOSED: "proposals/closed",
}


def tell_reminder(proposal: Proposal, kind: ReminderKind, now: datetime) -> int:
    """Owe everybody in the team one reminder; how many that were. It names the parts of the form and no content."""
    people, rfp = team(proposal), proposal.rfp
    left = queries.parts_left(queries.get_draft(proposal))
    for person in people:
        owe(
            f"proposal_{kind}",
            person,
            subject=subject_of(proposal, kind, left, now),
            template=TEMPLATES[kind],
            about=proposal,
            proposal=proposal,
            rfp=rfp,
            left=left,
            time_left=rounded(rfp.closes_at - now),
            deadline=et_long(rfp.closes_at),
            representatives=[user.name for user in representatives(proposal)],
        )
    return len(people)


def subject_of(proposal: Proposal, kind: ReminderKind, left: list[str], now: datetime) -> str:
    """What is asked, first: the list of mails is often all that is read."""
    if kind is ReminderKind.UNSENT:
        return f"You have unsent changes ({proposal.reference})"
    if kind is ReminderKind.CLOSED:
        return f"PGH Lab Cohort {proposal.rfp.cohort.number} closed – your draft is saved ({proposal.reference})"
    what = f"{plural(len(left), 'part', 'parts')} to finish" if left else "ready to submit"
    return f"{rounded(proposal.rfp.closes_at - now)} left: {what} ({proposal.reference})"


def rounded(left: timedelta) -> str:
    """`2 days`, `30 hours`, `4 hours`: whole hours, the begun one counted, and days where they come out even."""
    hours = -(-left // HOUR)
    return plural(hours // 24, "day", "days") if hours > 24 and hours % 24 == 0 else plural(hours, "hour", "hours")
