"""Deciding: prepared by a program manager, released for all at once by a second person, answered by the startup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.awards import notices, policy, queries
from pglab.awards.models import Decision, Release
from pglab.awards.queries import Board
from pglab.awards.states import DECISION_WORKFLOW, DecisionEvent, Outcome
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.reviews.queries import RankedProposal, list_panel_names
from pglab.reviews.services import lock_rfp
from pglab.rfps.models import Rfp
from pglab.rfps.services import stamp_decided
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import NewsKind


@dataclass(frozen=True)
class Choice:
    """What is decided about one proposal, and the debrief as the startup will read it."""

    outcome: Outcome
    feedback: str = ""


def set_decisions(rfp: Rfp, choices: Mapping[UUID, Choice], *, seen: str | None = None, actor: User) -> None:
    """Set or change pending decisions, by proposal; those not named stay as they are.

    Possible in the panel stage, until release. Refused: more awards than the RFP announced or the budget covers, an
    award without a signed score sheet, a debrief that names an evaluator. `seen` is the fingerprint of the decisions
    the person looked at; 409 when they have changed since. Effects: each decision keeps the official place and exact
    score of this moment; one log entry for each that changed. A release asked for earlier has to be asked for again.
    """
    require(policy.may_set(actor))
    board = _lock_board(rfp)
    if seen is not None and seen != queries.fingerprint(board.decisions.values()):
        raise StateError("Somebody saved decisions since you opened this page.")
    lines = {line.proposal_id: line for line in board.ranked}
    if not choices.keys() <= lines.keys():
        raise RuleError("A decision was sent for a proposal that is not part of this RFP.")
    _refuse_too_many(board, choices)
    names = list_panel_names(rfp)
    for proposal_id, choice in choices.items():
        _refuse_choice(lines[proposal_id], choice, names)
    now = official_now()
    for proposal_id, choice in choices.items():
        _keep(lines[proposal_id], choice, board.decisions.get(proposal_id), now, actor)
    db.session.flush()


def _lock_board(rfp: Rfp) -> Board:
    """The board of an RFP in its panel stage, held until the end of the transaction."""
    call = lock_rfp(rfp, alone=True)
    if call.panel_opened_at is None:
        raise StateError("Decisions are set once the panel stage is open.")
    if call.decided_at is not None:
        raise StateError("The decisions have been released and can’t be changed.")
    return queries.read_board(call)


def _refuse_too_many(board: Board, choices: Mapping[UUID, Choice]) -> None:
    outcomes = {key: decision.outcome for key, decision in board.decisions.items()}
    outcomes.update({key: choice.outcome for key, choice in choices.items()})
    awards = sum(outcome is Outcome.AWARD for outcome in outcomes.values())
    if awards > board.rfp.award_count:
        raise RuleError(f"You selected {awards} awards. The RFP announced {board.rfp.award_count}.")
    if awards * board.rfp.stipend_cents > board.rfp.cohort.budget_cents:
        raise RuleError("The budget does not cover these awards.")


def _refuse_choice(line: RankedProposal, choice: Choice, names: list[str]) -> None:
    reference, startup = line.reference, line.startup
    if choice.outcome is Outcome.AWARD and line.score is None:
        raise RuleError(f"{startup} has no signed score sheet, so it can’t be awarded.", f"outcome-{reference}")
    named = policy.named_evaluator(choice.feedback, names)
    if named is not None:
        raise RuleError(
            f"The feedback for {startup} contains an evaluator’s name: {named}. Take it out.", f"feedback-{reference}"
        )


def _keep(line: RankedProposal, choice: Choice, decision: Decision | None, now: datetime, actor: User) -> None:
    rank, score = queries.stored_score(line)
    wanted = (choice.outcome, choice.feedback, rank, score)
    before = None
    if decision is None:
        decision = Decision(proposal_id=line.proposal_id)
        db.session.add(decision)
    else:
        before = decision.outcome.value
        if (decision.outcome, decision.feedback, decision.rank, decision.score) == wanted:
            return
    decision.outcome, decision.feedback, decision.rank, decision.score = wanted
    decision.set_by_id, decision.set_at = actor.id, now
    db.session.flush()
    record(
        "decision.set",
        decision,
        actor=actor,
        before={"outcome": before} if before else None,
        after={"outcome": choice.outcome.value, "rank": rank, "score": score},
    )


def ask_release(rfp: Rfp, *, actor: User) -> Release:
    """The first of two people asks that the decisions, as they stand now, be released.

    Every proposal is decided, every debrief written, awards within number and budget. Asking again replaces an earlier
    request; the people who can be the second person are told.
    """
    require(policy.may_set(actor))
    board = _lock_board(rfp)
    _refuse_unready(board)
    fingerprint = queries.fingerprint(board.decisions.values())
    release, now = queries.find_release(rfp, lock=True), official_now()
    if release is None:
        release = Release(rfp_id=board.rfp.id)
        db.session.add(release)
    elif release.sha256 == fingerprint:
        raise StateError("Release has already been asked for. A second person releases.")
    release.asked_by_id, release.asked_at, release.sha256 = actor.id, now, fingerprint
    db.session.flush()
    db.session.refresh(release)
    record("release.asked", release, actor=actor, after={"decisions": len(board.decisions), "sha256": fingerprint})
    notices.ask_second_person(release)
    return release


def _refuse_unready(board: Board) -> None:
    if board.problems:
        raise RuleError(" ".join(board.problems))


def release_decisions(rfp: Rfp, *, sha256: str, actor: User) -> Release:
    """The second person releases all decisions of an RFP, whole or not at all.

    `sha256` is the fingerprint on the page that was confirmed. Refused: the person who asked, decisions changed since
    they were asked for. Effects: every decision released, the RFP stamped, every member of every startup told in the
    same minute with the same subject (N29), one log entry for each.
    """
    board = _lock_board(rfp)
    release = queries.find_release(rfp, lock=True)
    if release is None:
        raise StateError("Nobody has asked for this release yet.")
    require(actor.has_staff_role(*policy.RELEASERS))
    if not policy.may_release(actor, release):
        raise RuleError("You asked for this release, so someone else must release.")
    _refuse_unready(board)
    if not release.sha256 == sha256 == queries.fingerprint(board.decisions.values()):
        raise StateError("The decisions changed since release was asked for. Ask for release again.")
    release.released_by, release.released_at = actor, official_now()
    db.session.flush()
    decisions = [board.decisions[line.proposal_id] for line in board.ranked]
    for decision in decisions:
        DECISION_WORKFLOW.fire(decision, DecisionEvent.RELEASE)
        record("decision.released", decision, actor=actor)
    db.session.flush()
    stamp_decided(board.rfp, at=release.released_at)
    counts = {outcome.value: board.count(outcome) for outcome in Outcome}
    record("decisions.released", release, actor=actor, after={**counts, "sha256": sha256})
    record("rfp.decided", board.rfp, actor=actor)
    notices.announce_decisions(decisions)
    announce_results(board.rfp)
    return release


def announce_results(rfp: Rfp) -> None:
    """Everyone who follows the cohort or the results learns that they are public; who was selected stands there."""
    announce(
        NewsKind.RESULTS,
        rfp.cohort,
        title=f"PGH Lab {rfp.cohort} startups announced",
        summary=f"The City decided on the proposals of {rfp.cohort}. The startups it selected are listed on the site.",
        path=f"/cohorts/{rfp.cohort.number}/awards",
    )


def accept_award(decision: Decision, *, actor: User) -> None:
    """An authorized representative accepts the award. Effects: accepted for good, logged, program managers told."""
    _answer(decision, DecisionEvent.ACCEPT, "award.accepted", actor)


def decline_award(decision: Decision, *, actor: User) -> None:
    """An authorized representative declines the award. Effects: declined for good, logged, program managers told."""
    _answer(decision, DecisionEvent.DECLINE, "award.declined", actor)


def _answer(decision: Decision, event: DecisionEvent, action: str, actor: User) -> None:
    require(policy.may_answer(actor, decision), "Only an authorized representative can answer an award.")
    locked = queries.get_decision(decision.proposal.reference, viewer=actor, lock=True)
    if locked.outcome is not Outcome.AWARD:
        raise StateError("There is no award to answer.")
    now = official_now()
    DECISION_WORKFLOW.fire(locked, event)
    locked.answered_by_id, locked.answered_at = actor.id, now
    record(action, locked, actor=actor)
    notices.report_answer(locked)
