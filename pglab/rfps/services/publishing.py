"""Publication: prepared by one person, carried out by another; from then on the RFP is frozen."""

from dataclasses import dataclass

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.cohorts.models import Cohort
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, RuleError, StateError, require
from pglab.core.money import format_dollars
from pglab.rfps import notices, policy, queries
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.services.gates import find_obstacles
from pglab.rfps.states import RFP_WORKFLOW, RfpEvent, RfpStatus
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind
from pglab.web.filters import et_date, et_day, et_long, listed, plural


def send_for_review(rfp: Rfp, *, actor: User) -> None:
    """Hand the draft to a second person, who publishes or returns it. Refused while something is missing."""
    require(policy.may_prepare(actor))
    call = lock(rfp)
    refuse_with_obstacles(call)
    RFP_WORKFLOW.fire(call, RfpEvent.SEND_FOR_REVIEW)
    call.prepared_by_id = actor.id
    record("rfp.sent_for_review", call, actor=actor)
    notices.tell_review_asked(call, actor)


def return_to_draft(rfp: Rfp, *, reason: str, actor: User) -> None:
    """Give the RFP back to its preparer, with what has to change."""
    require(actor.has_staff_role(*policy.PUBLISHERS))
    if not reason:
        raise RuleError("Enter what has to change", field="reason")
    call = lock(rfp)
    RFP_WORKFLOW.fire(call, RfpEvent.RETURN)
    record("rfp.returned", call, actor=actor, reason=reason)
    notices.tell_returned(call, reason)


def publish_rfp(rfp: Rfp, *, version: int, actor: User) -> RfpVersion:
    """Publish as a second person what that person looked at: the draft at this `version`, and no other.

    Effects: version 1 is frozen with its hash; public from `publish_at` on, which is this very minute when the time
    that was planned has passed; and news.
    """
    call = lock(rfp)
    if call.status is not RfpStatus.IN_REVIEW:
        raise StateError("This RFP is not waiting for publication.")
    if not policy.may_publish(actor, call, preparer=db.session.get_one(User, call.prepared_by_id)):
        raise AccessDeniedError(
            "You prepared this RFP, so someone else must publish it: another program manager or a director."
        )
    if call.version != version:
        raise StateError(f"{call.reference} was changed after you opened this page. Look at it again, then decide.")
    refuse_with_obstacles(call)
    call.publish_at = max(call.publish_at, official_now().replace(second=0, microsecond=0))
    snapshot = canonical_json(queries.snapshot_of(call))
    frozen = RfpVersion(
        rfp_id=call.id, number=1, made_at=official_now(), snapshot=snapshot.decode(), sha256=sha256_hex(snapshot)
    )
    db.session.add(frozen)
    db.session.flush()
    RFP_WORKFLOW.fire(call, RfpEvent.PUBLISH)
    call.published_by_id = actor.id
    record("rfp.published", call, actor=actor, after={"version": 1, "sha256": frozen.sha256})
    notices.tell_published(call)
    announce_call(call)
    return frozen


@dataclass(frozen=True)
class CallNews:
    """What followers read of a call: the subject of their mail, a few sentences, and where it leads."""

    cohort: Cohort
    title: str
    summary: str
    path: str
    detail: str


def call_news(rfp: Rfp) -> CallNews:
    """The news of this call, as it will be sent when the call becomes public."""
    areas = listed([area.title for area in queries.list_areas(rfp.cohort_id)])
    return CallNews(
        rfp.cohort,
        title=f"PGH Lab {rfp.cohort} is open: apply by {et_day(rfp.closes_at)}",
        summary=f"{rfp.cohort.headline}. Challenge areas: {areas}. Up to {plural(rfp.award_count, 'award')} with a "
        f"stipend of {format_dollars(rfp.stipend_cents)} each. Proposals are due {et_long(rfp.closes_at)}.",
        path=f"/cohorts/{rfp.cohort.number}",
        detail=call_dates(rfp),
    )


def call_dates(rfp: Rfp) -> str:
    """The dates of a call, a line each, and where its information sessions will stand (N4)."""
    pilots = f"{et_date(rfp.cohort.pilot_start_on)}, to {et_date(rfp.cohort.pilot_end_on)}"
    dates = {
        "Ask questions until": et_long(rfp.questions_due_at),
        "Answers by": et_long(rfp.answers_due_at),
        "Proposals due": et_long(rfp.closes_at),
        "Pitches": et_date(rfp.pitch_on),
        "Feasibility reviews done": et_date(rfp.feasibility_on),
        "Decisions on or after": et_date(rfp.decision_on),
        "Pilots": pilots,
    }
    lines = [f"{name}: {when}" for name, when in dates.items() if when]
    return "\n".join([*lines, "Information sessions are announced on the page below."])


def announce_call(rfp: Rfp) -> None:
    """Everyone learns of the call, from its publication date on."""
    news = call_news(rfp)
    announce(
        NewsKind.CALL,
        news.cohort,
        title=news.title,
        summary=news.summary,
        path=news.path,
        visible_at=rfp.publish_at,
        detail=news.detail,
        calendar=notices.deadline_calendar(rfp),
    )


def refuse_with_obstacles(rfp: Rfp) -> None:
    """RuleError with everything that is missing."""
    obstacles = find_obstacles(rfp)
    if obstacles:
        raise RuleError(" ".join(obstacles))


def lock(rfp: Rfp) -> Rfp:
    """Wait for whoever else is changing this RFP, and see it as they left it."""
    return db.session.execute(
        select(Rfp).where(Rfp.id == rfp.id).with_for_update(of=Rfp).execution_options(populate_existing=True)
    ).scalar_one()
