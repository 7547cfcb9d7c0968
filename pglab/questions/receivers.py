"""What questions say to the pages of lower domains."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pglab.accounts.models import User
from pglab.core.clock import official_now
from pglab.core.workdays import workdays_since
from pglab.questions import policy, queries
from pglab.questions.queries import Backlog
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Attention, attention_asked, related_asked
from pglab.web.filters import et_short, plural


@attention_asked.connect
def name_what_waits(_sender: object, *, viewer: User) -> list[Attention]:
    """Questions that wait for an answer, late once the oldest has waited more than two business days; and answers
    that wait for a second reader."""
    if not policy.may_read(viewer):
        return []
    now = official_now()
    return [item for backlog in queries.list_backlogs() for item in _named(backlog, now)]


def _named(backlog: Backlog, now: datetime) -> Iterator[Attention]:
    page, where = f"/manage/cohorts/{backlog.cohort}/questions", f"about cohort {backlog.cohort}"
    due, owner = f"answers are due {et_short(backlog.answers_due_at)}", "Program managers"
    if backlog.waiting and backlog.oldest_at:
        days = workdays_since(backlog.oldest_at, now)
        waited = f"the oldest has waited {plural(days, 'business day')}" if days else "none has waited a business day"
        color = "red" if days > policy.LATE_AFTER else ""
        title = f"{plural(backlog.waiting, 'question')} {where} waiting"
        yield Attention(title, owner, waited, due, ("Answer", page), color, backlog.cohort)
    if backlog.to_read and backlog.oldest_sent_at:
        title = f"{plural(backlog.to_read, 'answer')} {where} waiting for a second reader"
        since = f"since {et_short(backlog.oldest_sent_at)}"
        yield Attention(title, owner, since, due, ("Read", f"{page}/publication"), cohort=backlog.cohort)


@related_asked.connect
def say_what_is_answered(rfp: Rfp, *, slug: str, **_rest: Any) -> list[tuple[str, str]]:
    """The newest answers about a challenge, each by its number and its question in short."""
    page = f"/cohorts/{rfp.cohort.number}/questions"
    newest = queries.list_for_area(rfp.id, slug)
    return [(f"{row.answer.number}. {row.answer.title}", f"{page}/{row.answer.number}") for row in newest]
