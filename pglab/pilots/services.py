"""What happens in a pilot: it starts, its agreement is executed, milestones are handed in and accepted."""

from datetime import date, timedelta
from typing import Any

from blinker import Signal
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.awards.models import Decision
from pglab.awards.states import DecisionStatus, Outcome
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.documents.models import Upload
from pglab.documents.queries import why_withheld
from pglab.documents.services import FileRule, SentFile, receive_document
from pglab.pilots import notices, policy, queries
from pglab.pilots.models import Acceptance, Agreement, DeliverableVersion, Milestone, Pilot
from pglab.pilots.states import (
    AGREEMENT_WORKFLOW,
    MILESTONE_WORKFLOW,
    AgreementEvent,
    MilestoneEvent,
    MilestoneStatus,
    Verdict,
)
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_installments
from pglab.web.filters import local_day

# Sent with `pilot`, `milestones` and `actor` when a pilot starts; payments promise the stipend in the same transaction.
pilot_started = Signal()

DELIVERABLE = FileRule(
    title="File", media_types=frozenset({"application/pdf", "image/png", "image/jpeg"}), max_pages=200
)


def start_pilot(
    decision: Decision,
    *,
    champion: User,
    actor: User,
    title: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Pilot:
    """Start the pilot of an accepted award.

    Effects: a pilot numbered within its cohort, its drafted agreement over the stipend, a milestone for each
    installment of the RFP, the stipend promised and encumbered (payments), notices to the startup and the champion.
    """
    require(policy.may_start(actor))
    proposal, cohort = decision.proposal, decision.proposal.rfp.cohort
    first, last = starts_on or cohort.pilot_start_on, ends_on or cohort.pilot_end_on
    _refuse_unstartable(decision, champion, first, last)
    number = _next_number(cohort)
    started = queries.find_pilot_of(decision)
    if started:
        raise StateError(f"Pilot {started.reference} was started from this award already.")
    pilot = Pilot(
        reference=f"P{cohort.number}-{number:02d}",
        cohort=cohort,
        number=number,
        decision=decision,
        organization=proposal.organization,
        host=proposal.challenge_area.host,
        champion=champion,
        title=title or proposal.challenge_area.title,
        starts_on=first,
        ends_on=last,
    )
    agreement = Agreement(
        reference=f"A{cohort.number}-{number:02d}", pilot=pilot, amount_cents=proposal.rfp.stipend_cents
    )
    milestones = _agreed_milestones(pilot, proposal.rfp)
    db.session.add_all([pilot, agreement, *milestones])
    db.session.flush()
    record("pilot.started", pilot, actor=actor, after={"champion": champion.name, "starts_on": first.isoformat()})
    record("agreement.drafted", agreement, actor=actor, after={"amount_cents": agreement.amount_cents})
    for milestone in milestones:
        record("milestone.agreed", milestone, actor=actor, after={"due_on": milestone.due_on.isoformat()})
    pilot_started.send(pilot, milestones=milestones, actor=actor)
    notices.announce_start(pilot, milestones)
    return pilot


def _refuse_unstartable(decision: Decision, champion: User, starts_on: date, ends_on: date) -> None:
    if decision.outcome is not Outcome.AWARD or decision.status is not DecisionStatus.ACCEPTED:
        raise StateError("A pilot starts from an award the startup has accepted.")
    members = queries.list_members(decision.proposal.organization_id)
    if champion.person_id in {member.person_id for member in members}:
        raise RuleError("A member of the startup can’t be its champion. Choose somebody in the department.", "champion")
    if not champion.active:
        raise RuleError(f"{champion.name}’s account is closed. Choose another champion.", "champion")
    if starts_on >= ends_on:
        raise RuleError("The last day must be after the first day", "ends_on")


def _next_number(cohort: Cohort) -> int:
    """The next pilot number, held under a lock on the cohort so that two starts never get the same."""
    db.session.scalars(
        select(Cohort).where(Cohort.id == cohort.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    latest = db.session.scalar(select(func.max(Pilot.number)).where(Pilot.cohort_id == cohort.id))
    return (latest or 0) + 1


def _agreed_milestones(pilot: Pilot, rfp: Rfp) -> list[Milestone]:
    return [
        Milestone(
            pilot=pilot,
            number=number,
            title=template.milestone,
            done_when=template.done_when,
            due_on=pilot.starts_on + timedelta(days=template.due_after_days),
        )
        for number, template in enumerate(list_installments(rfp.id), start=1)
    ]


def execute_agreement(agreement: Agreement, *, contract_number: str, executed_on: date, actor: User) -> None:
    """Record that the City's contract is signed by everyone; from now on accepted milestones can be paid.

    Effects: the agreement is executed, the first milestone is in progress, the startup, program managers and finance
    are told.
    """
    require(policy.may_execute(actor))
    _locked(agreement)
    if executed_on > local_day(official_now()):
        raise RuleError("The date can’t be in the future", "executed_on")
    taken = db.session.scalar(
        select(Agreement.reference).where(Agreement.contract_number == contract_number, Agreement.id != agreement.id)
    )
    if taken:
        raise RuleError(f"{contract_number} is already used for {taken}", "contract_number")
    AGREEMENT_WORKFLOW.fire(agreement, AgreementEvent.EXECUTE)
    agreement.contract_number, agreement.executed_on = contract_number, executed_on
    try:
        db.session.flush()
    except IntegrityError as error:
        raise StateError(f"{contract_number} was used for another agreement just now. Check the number.") from error
    after = {"contract_number": contract_number, "executed_on": executed_on.isoformat()}
    record("agreement.executed", agreement, actor=actor, after=after)
    _begin_next(agreement.pilot, actor)
    notices.announce_execution(agreement)


def _begin_next(pilot: Pilot, actor: User) -> None:
    """The first milestone nobody has begun is in progress now."""
    waiting = db.session.scalar(
        select(Milestone)
        .where(Milestone.pilot_id == pilot.id, Milestone.status != MilestoneStatus.ACCEPTED)
        .order_by(Milestone.number)
        .limit(1)
    )
    if waiting and MILESTONE_WORKFLOW.allows(waiting, MilestoneEvent.START):
        MILESTONE_WORKFLOW.fire(waiting, MilestoneEvent.START)
        record("milestone.started", waiting, actor=actor)


def upload_purpose(milestone: Milestone) -> str:
    """What an upload in parts is bound to: it can be handed in for this milestone and nowhere else."""
    return f"milestone {milestone.id}"


def submit_deliverable(
    milestone: Milestone, *, note: str, upload: SentFile | Upload | None, actor: User
) -> DeliverableVersion:
    """Hand in a note and a file for a milestone: a new version, never a change of an old one; the champion is told.

    The file is judged first, so that a refused one holds no lock. Raises StateError when a version already waits for
    the champion or the milestone is accepted.
    """
    require_hand_in(milestone, actor)
    _refuse_unless(milestone, MilestoneEvent.SUBMIT)
    document = receive_document(upload, DELIVERABLE, actor=actor)
    _locked(milestone)
    MILESTONE_WORKFLOW.fire(milestone, MilestoneEvent.SUBMIT)
    milestone.version += 1
    latest = db.session.scalar(
        select(func.max(DeliverableVersion.number)).where(DeliverableVersion.milestone_id == milestone.id)
    )
    version = DeliverableVersion(
        milestone=milestone,
        number=(latest or 0) + 1,
        note=note,
        document=document,
        submitted_by=actor,
        submitted_at=official_now(),
    )
    db.session.add(version)
    db.session.flush()
    record("milestone.submitted", milestone, actor=actor, after={"version": version.number})
    record("deliverable.handed_in", version, actor=actor, after={"sha256": document.sha256})
    notices.ask_for_review(version)
    return version


def require_hand_in(milestone: Milestone, actor: User) -> None:
    """Refuse everybody but the startup's representatives and editors."""
    require(
        policy.may_hand_in(actor, milestone.pilot),
        "Only the startup’s representatives and editors hand in for a milestone.",
    )


def _refuse_unless(milestone: Milestone, event: MilestoneEvent) -> None:
    if not MILESTONE_WORKFLOW.allows(milestone, event):
        raise StateError(
            f"Milestone {milestone.number} is {milestone.status.value.replace('_', ' ')} now. Open it again to see why."
        )


def accept_milestone(milestone: Milestone, *, version: int, actor: User) -> Acceptance:
    """Accept what was handed in as `version`; its installment can be requested from now on.

    Effects: the milestone is accepted for good, the next one is in progress, the startup and program managers are told.
    """
    acceptance = _decide(milestone, Verdict.ACCEPTED, version=version, note="", actor=actor)
    _begin_next(milestone.pilot, actor)
    notices.announce_verdict(milestone, accepted=True)
    notices.announce_accepted(milestone)
    return acceptance


def ask_for_changes(milestone: Milestone, *, what: str, version: int, actor: User) -> Acceptance:
    """Send `version` back with what must change; the startup is told and hands in a new version."""
    if not what.strip():
        raise RuleError("Enter what needs to change", "what")
    verdict = _decide(milestone, Verdict.CHANGES_REQUESTED, version=version, note=what, actor=actor)
    notices.announce_verdict(milestone, accepted=False)
    return verdict


def require_decision(milestone: Milestone, actor: User) -> None:
    """Refuse everybody but the champion, and the champion too while nothing waits for a verdict."""
    require(
        policy.may_decide(actor, milestone.pilot),
        f"Only the champion, {milestone.pilot.champion.name}, accepts this milestone or asks for changes.",
    )
    _refuse_unless(milestone, MilestoneEvent.ACCEPT)


def _decide(milestone: Milestone, verdict: Verdict, *, version: int, note: str, actor: User) -> Acceptance:
    require_decision(milestone, actor)
    _locked(milestone)
    newest = queries.list_handed_in([milestone.id]).get(milestone.id, [])
    if not newest or newest[0].version.number != version:
        raise StateError("A newer version was handed in since you opened this page. Look at it first.")
    accepted = verdict is Verdict.ACCEPTED
    if accepted and (why := why_withheld(newest[0].version.document)):
        raise StateError(f"Nobody can accept a file unread. {why}")
    MILESTONE_WORKFLOW.fire(milestone, MilestoneEvent.ACCEPT if accepted else MilestoneEvent.ASK_FOR_CHANGES)
    milestone.version += 1
    decision = Acceptance(
        version=newest[0].version, verdict=verdict, note=note, decided_by=actor, decided_at=official_now()
    )
    db.session.add(decision)
    db.session.flush()
    record(f"milestone.{verdict.value}", milestone, actor=actor, after={"version": version})
    record(f"deliverable.{verdict.value}", decision, actor=actor, after={"version": version})
    return decision


def _locked(thing: Any) -> None:
    """Hold the row until the transaction ends, and see it as it is now."""
    db.session.refresh(thing, with_for_update={"of": type(thing)})
