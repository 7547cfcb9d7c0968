"""Making something public about a cohort."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from pglab.audit.services import record
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.ids import uuid7
from pglab.outbox.services import defer
from pglab.subscriptions.models import NewsItem
from pglab.subscriptions.states import NewsKind

# The queue counts whole seconds; rather a second late than not yet public.
A_SECOND = timedelta(seconds=1)


class ByMail(TypedDict, total=False):
    """What followers read in their mail below the summary, and the calendar file that comes with it."""

    detail: str
    calendar: str


def announce(
    kind: NewsKind,
    cohort: Cohort,
    *,
    title: str,
    summary: str,
    path: str,
    visible_at: datetime | None = None,
    **by_mail: Unpack[ByMail],
) -> NewsItem:
    """Tell everyone a fact of this cohort, in the transaction that makes it so.

    `title` is one line that also stands as a mail's subject, `summary` a sentence or two, `path` the page that says it
    all ("/cohorts/12/addenda/2"). With `visible_at` it is public from then on; a time that has passed means now.
    `detail` and `calendar` go out by mail only.
    Effects: the item stands on the cohort's page and in the feeds, and each follower of its topic is owed it once.
    """
    now = official_now()
    item = NewsItem(
        id=uuid7(),
        cohort=cohort,
        kind=kind,
        title=title,
        summary=summary,
        path=path,
        announced_at=now,
        visible_at=max(now, visible_at or now),
        **by_mail,
    )
    db.session.add(item)
    db.session.flush()
    wait = item.visible_at - now
    defer("subscriptions.tell_followers", later=wait + A_SECOND if wait else None)
    record("news.announced", item, actor=None, after={"kind": kind.value, "cohort": cohort.number})
    return item
