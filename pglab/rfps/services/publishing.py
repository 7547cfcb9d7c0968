"""Publication: prepared by one person, carried out by another; from then on the RFP is frozen."""

from typing import Any

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import AccessDeniedError, RuleError, StateError, require
from pglab.core.money import format_dollars
from pglab.rfps import notices, policy, queries
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.services.building import check_dates
from pglab.rfps.states import RFP_WORKFLOW, RfpEvent, RfpStatus


def find_obstacles(rfp: Rfp) -> list[str]:
    """What keeps the RFP from being published, one sentence each; empty when it is ready."""
    weights = sum(criterion.weight for criterion in queries.list_criteria(rfp.id))
    parts = sum(installment.amount_cents for installment in queries.list_installments(rfp.id))
    promised = rfp.stipend_cents * rfp.award_count
    found = []
    if weights != 100:
        found.append(f"Weights must add up to 100%. They add up to {weights}%.")
    if parts != rfp.stipend_cents:
        found.append(
            f"Installments must add up to the stipend of {format_dollars(rfp.stipend_cents)}. "
            f"They add up to {format_dollars(parts)}."
        )
    if promised > rfp.cohort.budget_cents:
        found.append(
            f"{rfp.award_count} awards of {format_dollars(rfp.stipend_cents)} are {format_dollars(promised)}. "
            f"The budget is {format_dollars(rfp.cohort.budget_cents)}."
        )
    if rfp.closes_at <= official_now():
        found.append("The deadline has passed already.")
    try:
        check_dates(rfp)
    except RuleError as error:
        found.append(error.message)
    if not queries.list_areas(rfp.cohort_id):
        found.append("There is no challenge area.")
    return found


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


def publish_rfp(rfp: Rfp, *, actor: User) -> RfpVersion:
    """Publish as a second person. Effects: version 1 is frozen with its hash; public from `publish_at` on."""
    call = lock(rfp)
    if call.status is not RfpStatus.IN_REVIEW:
        raise StateError("This RFP is not waiting for publication.")
    if not policy.may_publish(actor, call, preparer=db.session.get_one(User, call.prepared_by_id)):
        raise AccessDeniedError(
            "You prepared this RFP, so someone else must publish it: another program manager or a director."
        )
    refuse_with_obstacles(call)
    snapshot = canonical_json(snapshot_of(call))
    version = RfpVersion(
        rfp_id=call.id, number=1, made_at=official_now(), snapshot=snapshot.decode(), sha256=sha256_hex(snapshot)
    )
    db.session.add(version)
    db.session.flush()
    RFP_WORKFLOW.fire(call, RfpEvent.PUBLISH)
    call.published_by_id = actor.id
    record("rfp.published", call, actor=actor, after={"version": 1, "sha256": version.sha256})
    notices.tell_published(call)
    return version


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


def snapshot_of(rfp: Rfp) -> dict[str, Any]:
    """Everything that publication freezes, as one JSON value."""
    cohort = rfp.cohort
    return {
        "reference": rfp.reference,
        "cohort": {
            "number": cohort.number,
            "headline": cohort.headline,
            "summary": cohort.summary,
            "pilot_start_on": cohort.pilot_start_on.isoformat(),
            "pilot_end_on": cohort.pilot_end_on.isoformat(),
        },
        "dates": {
            name: getattr(rfp, name).isoformat()
            for name in (
                "publish_at",
                "questions_due_at",
                "answers_due_at",
                "closes_at",
                "scores_due_at",
                "decision_on",
            )
        },
        "stipend_cents": rfp.stipend_cents,
        "award_count": rfp.award_count,
        "areas": [
            {
                "title": area.title,
                "problem": area.problem,
                "success": area.success,
                "constraints": area.constraints,
                "host": area.host.name,
            }
            for area in queries.list_areas(cohort.id)
        ],
        "sections": [{"title": part.title, "body": part.body} for part in queries.list_notice_sections(rfp.id)],
        "eligibility": [rule.text for rule in queries.list_eligibility_rules(rfp.id)],
        "criteria": [
            {"title": line.title, "question": line.question, "weight": line.weight, "anchors": line.anchors}
            for line in queries.list_criteria(rfp.id)
        ],
        "form": [
            {
                "title": section.title,
                "criterion": section.criterion.title if section.criterion else None,
                "questions": [
                    {"label": q.label, "kind": q.kind.value, "word_limit": q.word_limit, "required": q.required}
                    for q in section.questions
                ],
            }
            for section in queries.list_form_sections(rfp.id)
        ],
        "documents": [
            {
                "title": slot.title,
                "media_types": slot.media_types,
                "max_bytes": slot.max_bytes,
                "max_pages": slot.max_pages,
                "required": slot.required,
            }
            for slot in queries.list_slots(rfp.id)
        ],
        "installments": [
            {
                "milestone": part.milestone,
                "done_when": part.done_when,
                "due_after_days": part.due_after_days,
                "amount_cents": part.amount_cents,
            }
            for part in queries.list_installments(rfp.id)
        ],
    }
