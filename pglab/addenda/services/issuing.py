"""Issuing: the second person's act, one short transaction under the RFP's lock, and the only way an RFP changes.

The lock is the one that a submission in flight shares and an opening waits for: a submission is received against the
version before or the version after, never in between. See docs/decisions/0015-addenda.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from blinker import Signal
from sqlalchemy import func, select

from pglab.accounts.models import User
from pglab.addenda import notices, policy, queries
from pglab.addenda.models import Addendum
from pglab.addenda.services.extending import Span, check_extension, later_dates
from pglab.addenda.services.preparing import MOVED_ON, check_ready, current_content, dates_with, lock_addendum
from pglab.addenda.states import ADDENDUM_WORKFLOW, AddendumEvent, AddendumStatus
from pglab.audit.services import record
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.services.dates import check_dates
from pglab.rfps.services.publishing import lock

# Sent with the RFP and `addendum` in the transaction that issues it.
addendum_issued = Signal()


@dataclass(frozen=True)
class Seen:
    """What the second person looked at: this version of the addendum, over this version of the RFP."""

    addendum: int
    rfp: int


def issue_addendum(addendum: Addendum, *, seen: Seen, actor: User) -> RfpVersion:
    """Issue as the second person. Effects: the addendum has the next number; the RFP's rows say what it says, the
    deadline is the later one; the next version is frozen with its hash; everyone with a draft or a submission is told.
    """
    call = lock(addendum.rfp)
    waiting = lock_addendum(addendum)
    refuse_unless_ready(call, waiting, seen, actor)
    now = official_now()
    before = current_content(call)
    if waiting.moves_deadline:
        waiting.changes = checked_extension(call, waiting, now)
    else:
        check_ready(waiting, now)
    changes = {change.key for change in queries.preview(before, waiting.changes)}
    number, makes_version = next_number(call), rfp_queries.latest_version(call.id).number + 1
    ADDENDUM_WORKFLOW.fire(waiting, AddendumEvent.ISSUE)
    waiting.number, waiting.makes_version = number, makes_version
    waiting.issued_by, waiting.issued_at = actor, now
    db.session.flush()  # from here on, and in this transaction only, the database lets the RFP change
    apply_changes(call, {key: value for key, value in waiting.changes.items() if key in changes})
    version = freeze(call, waiting)
    record("addendum.issued", waiting, actor=actor, reason=waiting.reason, after={"number": waiting.number})
    record("rfp.amended", call, actor=actor, after={"version": version.number, "sha256": version.sha256})
    if any(key.startswith("areas.") for key in changes):
        record("cohort.amended", call.cohort, actor=actor, after={"addendum": waiting.number})
    notices.tell_issued(waiting)
    notices.announce_addendum(waiting)
    addendum_issued.send(call, addendum=waiting)
    return version


def refuse_unless_ready(call: Rfp, addendum: Addendum, seen: Seen, actor: User) -> None:
    """409 when it does not wait or is not what was looked at; 403 when the first person tries to be the second."""
    if addendum.status is not AddendumStatus.WAITING:
        raise StateError("This addendum is not waiting for a second person.")
    if not policy.may_issue(actor, addendum):
        raise AccessDeniedError(
            "You prepared this, so someone else must issue it: another program manager or a director."
        )
    if (addendum.version, rfp_queries.latest_version(call.id).number) != (seen.addendum, seen.rfp):
        raise StateError(MOVED_ON)


def checked_extension(call: Rfp, addendum: Addendum, now: datetime) -> dict[str, Any]:
    """Everything that moves with the deadline, if the extension is still right at `now`."""
    if addendum.closes_at is None:
        raise RuleError("This addendum names no new deadline.")
    began, ended = addendum.outage_from, addendum.outage_until
    check_extension(call, addendum.closes_at, Span(began, ended) if began and ended else None, now)
    changes = later_dates(call, addendum.closes_at)
    check_dates(dates_with(call, changes))
    return changes


def next_number(call: Rfp) -> int:
    """The number after the last issued addendum: without gaps, for the RFP is locked."""
    return (db.session.scalar(select(func.max(Addendum.number)).where(Addendum.rfp_id == call.id)) or 0) + 1


def freeze(call: Rfp, addendum: Addendum) -> RfpVersion:
    """The version this addendum makes, with the hash of its content. Hosts keep the name they were published with."""
    content = rfp_queries.snapshot_of(call)
    for area, published in zip(content["areas"], current_content(call)["areas"], strict=True):
        area["host"] = published["host"]
    snapshot = canonical_json(content)
    version = RfpVersion(
        rfp_id=call.id,
        number=addendum.makes_version,
        made_at=addendum.issued_at,
        snapshot=snapshot.decode(),
        sha256=sha256_hex(snapshot),
    )
    db.session.add(version)
    db.session.flush()
    return version


def apply_changes(call: Rfp, changes: Mapping[str, Any]) -> None:
    """Give every row its new value."""
    parts = _parts_of(call)
    for key, value in changes.items():
        part, *names = key.split(".")
        if part == "dates":
            setattr(call, names[0], _moment(names[0], value))
        else:
            _set(parts[part][int(names[0])], names[1:], value)
    db.session.flush()


def _moment(name: str, value: str) -> Any:
    return date.fromisoformat(value) if name in rfp_queries.DAYS else datetime.fromisoformat(value)


def _parts_of(call: Rfp) -> dict[str, list[Any]]:
    """The rows behind the lists of the frozen content, in its order."""
    return {
        "sections": list(rfp_queries.list_notice_sections(call.id)),
        "eligibility": list(rfp_queries.list_eligibility_rules(call.id)),
        "areas": list(rfp_queries.list_areas(call.cohort_id)),
        "criteria": list(rfp_queries.list_criteria(call.id)),
        "form": list(rfp_queries.list_form_sections(call.id)),
        "documents": list(rfp_queries.list_slots(call.id)),
        "installments": list(rfp_queries.list_installments(call.id)),
    }


def _set(row: Any, names: list[str], value: Any) -> None:
    """One value of a row: a column, one question of a section, or one anchor of a criterion."""
    if not names:
        row.text = value
    elif names[0] == "questions":
        _set(row.questions[int(names[1])], names[2:], value)
    elif names[0] == "anchors":
        place = int(names[1])
        row.anchors = [*row.anchors[:place], value, *row.anchors[place + 1 :]]
    else:
        setattr(row, names[0], value)
