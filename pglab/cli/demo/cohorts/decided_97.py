"""Cohort 97, decided: one award waits for an answer, one was accepted and its pilot is being set up, one was declined;
one person's notice of the decision came back from a mailbox that is gone."""

from sqlalchemy import select

from pglab.awards.queries import get_decision
from pglab.awards.services import decline_award
from pglab.awards.states import Outcome
from pglab.cli.demo import calls, city, judging, piloting, proposing
from pglab.cli.demo.calls import Plan
from pglab.cli.demo.judging import Field
from pglab.cli.demo.piloting import Agreed
from pglab.cli.demo.story import MON, THU, TUE, WED, Calendar, Step
from pglab.core.db import db
from pglab.outbox.models import Email
from pglab.outbox.services import note_refusal
from pglab.outbox.states import EmailState

PLAN = Plan(
    97, "Sample cohort: decided, pilots begin in six weeks", "the weeks after a decision", week=-15, pilots=(21, 47)
)
FIELD = Field(97, ("curbsense", "rowhouse", "cooperative", "unbroken", "riverbend"))
OUTCOMES = {
    "curbsense": Outcome.AWARD,
    "rowhouse": Outcome.AWARD,
    "cooperative": Outcome.AWARD,
    "unbroken": Outcome.RESERVE,
    "riverbend": Outcome.DECLINE,
}
AGREED = Agreed(97, "rowhouse", "Warm rooms in three rowhouses", "Mona Abara", first_week=6)
GONE = "Tess Amory"
BOUNCE = "550 5.1.1 The mailbox does not exist"


def steps(calendar: Calendar) -> list[Step]:
    """Fifteen weeks ago to three weeks ago."""
    act = calendar.act
    return [
        *calls.publishing(calendar, PLAN),
        *judging.seating(calendar, 97, -13),
        *proposing.submitting(calendar, 97, FIELD.keys, PLAN.closing_week),
        *calls.opening(calendar, PLAN),
        *judging.scoring(calendar, FIELD, PLAN.closing_week),
        *judging.deciding(calendar, FIELD, -7, OUTCOMES),
        act((-5, MON, "10:05"), "The decisions of cohort 97 are released", release),
        act((-5, WED, "15:05"), "rowhouse accepts the award in cohort 97", piloting.accept, 97, "rowhouse"),
        act((-5, THU, "09:05"), "cooperative declines the award in cohort 97", decline, "cooperative"),
        act((-3, TUE, "14:35"), AGREED.on("Set up: the pilot"), piloting.start, calendar, AGREED),
    ]


def release() -> None:
    """Everybody is told in the same minute; one mail server answers that there is no such mailbox."""
    judging.release(97)
    db.session.flush()
    mails = select(Email).where(Email.to_address == city.address(GONE), Email.state == EmailState.QUEUED)
    newest = max(db.session.scalars(mails), key=lambda mail: mail.notice.created_at)
    note_refusal(newest, BOUNCE)


def decline(key: str) -> None:
    """The representative declines the award."""
    actor = city.representative(key)
    decline_award(get_decision(city.proposal(97, key).reference, viewer=actor), actor=actor)
