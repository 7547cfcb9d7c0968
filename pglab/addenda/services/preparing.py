"""Preparing an addendum: its words, the fields it rewords, and handing it to a second person."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.addenda import notices, policy, queries
from pglab.addenda.models import Addendum
from pglab.addenda.services.moments import CallState, call_state, late_sentence, needs_reason
from pglab.addenda.states import ADDENDUM_WORKFLOW, AddendumEvent, AddendumKind, AddendumStatus
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from pglab.rfps.services import CallDates
from pglab.rfps.services.dates import check_dates
from pglab.rfps.services.publishing import lock

ONE_AT_A_TIME = "Another addendum of this cohort is in preparation. Finish or withdraw it first."
MOVED_ON = "Somebody else changed this addendum after you opened the page. Look at it again."


@dataclass(frozen=True)
class AddendumWords:
    """What the addendum says of itself."""

    title: str
    summary: str
    reason: str
    needs_acknowledgement: bool


def prepare_addendum(rfp: Rfp, words: AddendumWords, *, actor: User) -> Addendum:
    """Begin the one draft an RFP may have; nobody but City staff sees it before a second person issues it."""
    require(policy.may_prepare(actor))
    call = lock(rfp)
    now = official_now()
    call_state(call, now)
    if queries.find_open_addendum(call, AddendumKind.CONTENT) is not None:
        raise StateError(ONE_AT_A_TIME)
    addendum = Addendum(
        rfp=call,
        kind=AddendumKind.CONTENT,
        version=queries.unused_version(call),
        prepared_by=actor,
        prepared_at=now,
        changes={},
        **asdict(words),
    )
    db.session.add(addendum)
    db.session.flush()
    record("addendum.prepared", addendum, actor=actor, after={"title": words.title})
    return addendum


def change_words(addendum: Addendum, words: AddendumWords, *, version: int, actor: User) -> None:
    """Reword the draft's title, summary and reason."""
    draft = open_draft(addendum, version=version, actor=actor)
    for name, value in asdict(words).items():
        setattr(draft, name, value)
    record("addendum.changed", draft, actor=actor, after={"title": words.title})


def propose_change(addendum: Addendum, key: str, value: Any, *, version: int, actor: User) -> None:
    """Give one field of the RFP another value; the present one takes the field out of the draft again."""
    draft = open_draft(addendum, version=version, actor=actor)
    content = current_content(draft.rfp)
    field = queries.get_field(content, key)
    written = queries.as_value(value)
    if written is None or (written == "" and not field.may_be_empty):
        raise RuleError("Enter the new text", field="value")
    if field.kind in ("moment", "day") and written < field.value:
        raise RuleError("A published date moves later, not earlier.", field="value")
    if written == field.value:
        draft.changes = {place: kept for place, kept in draft.changes.items() if place != key}
    else:
        draft.changes = {**draft.changes, key: written}
    check_changed_dates(draft.rfp, draft.changes)
    record("addendum.changed", draft, actor=actor, after={"field": key})


def drop_change(addendum: Addendum, key: str, *, version: int, actor: User) -> None:
    """Take one field out of the draft."""
    draft = open_draft(addendum, version=version, actor=actor)
    if key not in draft.changes:
        raise StateError(MOVED_ON)
    draft.changes = {place: kept for place, kept in draft.changes.items() if place != key}
    record("addendum.changed", draft, actor=actor, before={"field": key})


def ask_issue(addendum: Addendum, *, version: int, actor: User) -> None:
    """Hand the draft to a second person. Refused without a change, or late without a reason."""
    draft = open_draft(addendum, version=version, actor=actor)
    now = official_now()
    check_ready(draft, now)
    draft.prepared_by, draft.prepared_at = actor, now
    ADDENDUM_WORKFLOW.fire(draft, AddendumEvent.ASK)
    record("addendum.asked", draft, actor=actor)
    notices.tell_issue_asked(draft)


def return_addendum(addendum: Addendum, *, reason: str, actor: User) -> None:
    """Give a waiting addendum back to who prepared it, with what has to change; an extension is withdrawn instead."""
    require(policy.may_return(actor))
    waiting = lock_addendum(addendum)
    if not reason:
        raise RuleError("Enter what has to change", field="reason")
    if waiting.moves_deadline:
        raise StateError("An extension is confirmed or withdrawn. Ask for another one instead.")
    ADDENDUM_WORKFLOW.fire(waiting, AddendumEvent.RETURN)
    waiting.version += 1
    record("addendum.returned", waiting, actor=actor, reason=reason)
    notices.tell_returned(waiting, reason)


def withdraw_addendum(addendum: Addendum, *, actor: User) -> None:
    """Give up a draft or a request; nothing was published, and the log keeps that it was there."""
    require(policy.may_return(actor))
    unissued = lock_addendum(addendum)
    ADDENDUM_WORKFLOW.fire(unissued, AddendumEvent.WITHDRAW)
    record("addendum.withdrawn", unissued, actor=actor)


def open_draft(addendum: Addendum, *, version: int, actor: User) -> Addendum:
    """Lock the draft for a change; only as that person saw it."""
    require(policy.may_prepare(actor))
    draft = lock_addendum(addendum)
    if draft.status is not AddendumStatus.DRAFT:
        raise StateError("This addendum waits for a second person, or was issued. It is no longer a draft.")
    if draft.version != version:
        raise StateError(MOVED_ON)
    call_state(draft.rfp, official_now())
    draft.version += 1
    return draft


def lock_addendum(addendum: Addendum) -> Addendum:
    """Wait for whoever else acts on this addendum, and see it as they left it. The RFP's row comes first, always."""
    lock(addendum.rfp)
    return db.session.execute(
        select(Addendum)
        .where(Addendum.id == addendum.id)
        .with_for_update(of=Addendum)
        .execution_options(populate_existing=True)
    ).scalar_one()


def current_content(rfp: Rfp) -> dict[str, Any]:
    """What the newest version froze."""
    newest = rfp_queries.latest_version(rfp.id)
    return rfp_queries.content_of(newest)


def check_ready(draft: Addendum, now: datetime) -> None:
    """RuleError with what keeps the addendum from being issued at `now`."""
    if not queries.preview(current_content(draft.rfp), draft.changes):
        raise RuleError("This addendum changes nothing yet. Add the first change.")
    if call_state(draft.rfp, now) is CallState.SEALED:
        if not queries.AFTER_THE_DEADLINE.issuperset(draft.changes) or draft.needs_acknowledgement:
            raise RuleError("The deadline has passed. Only the dates of scoring and decisions can change now.")
    elif needs_reason(draft.rfp, now) and not draft.reason:
        raise RuleError(late_sentence(draft.rfp, now), field="reason")
    check_changed_dates(draft.rfp, draft.changes)


def check_changed_dates(rfp: Rfp, changes: Mapping[str, Any]) -> None:
    """The dates stay in their order; RuleError beside the value when they would not."""
    try:
        check_dates(dates_with(rfp, changes))
    except RuleError as error:
        raise RuleError(error.message, field="value") from error


def dates_with(rfp: Rfp, changes: Mapping[str, Any]) -> CallDates:
    """The dates of the call as these changes would leave them."""
    given = {field.name: getattr(rfp, field.name) for field in fields(CallDates)}
    for key, value in changes.items():
        part, _, name = key.partition(".")
        if part == "dates":
            given[name] = date.fromisoformat(value) if name in rfp_queries.DAYS else datetime.fromisoformat(value)
    return CallDates(**given)
