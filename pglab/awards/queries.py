"""Reading decisions. Before their release they exist for the program only."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from pglab.accounts.models import User
from pglab.awards import policy
from pglab.awards.models import Decision, Release
from pglab.awards.states import DecisionStatus, Outcome
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.proposals.models import Proposal
from pglab.proposals.states import ProposalStatus
from pglab.reviews.queries import RankedProposal, official_ranking
from pglab.rfps.models import Criterion, Rfp
from pglab.rfps.queries import list_criteria

NO_SUCH = "There is no decision with this reference that you may see."


@dataclass(frozen=True)
class Board:
    """Ranking and decisions of one RFP side by side, with what still keeps them from being released."""

    rfp: Rfp
    criteria: list[Criterion]
    ranked: list[RankedProposal]
    decisions: dict[UUID, Decision]

    @property
    def awards(self) -> int:
        """How many awards are set."""
        return self.count(Outcome.AWARD)

    def count(self, outcome: Outcome) -> int:
        """How many proposals have this outcome."""
        return sum(decision.outcome == outcome for decision in self.decisions.values())

    @property
    def cost_cents(self) -> int:
        """What the awards cost together."""
        return self.awards * self.rfp.stipend_cents

    @property
    def undecided(self) -> list[RankedProposal]:
        """Proposals without a decision."""
        return [line for line in self.ranked if line.proposal_id not in self.decisions]

    @property
    def unexplained(self) -> list[Decision]:
        """Decisions whose debrief is not written."""
        return [decision for decision in self.decisions.values() if not decision.feedback]

    @property
    def outdated(self) -> list[RankedProposal]:
        """Proposals whose score or place moved since the decision was set (after a late recusal)."""
        return [line for line in self.ranked if _moved(line, self.decisions.get(line.proposal_id))]

    @property
    def out_of_order(self) -> list[RankedProposal]:
        """Awards to proposals that stand below one that gets none: allowed, and worth a second look."""
        chosen = [line for line in self.ranked if self.outcome(line) is Outcome.AWARD and line.position]
        passed = [line.position for line in self.ranked if self.outcome(line) not in (None, Outcome.AWARD)]
        best = min((position for position in passed if position), default=None)
        return [line for line in chosen if best is not None and (line.position or 0) > best]

    def outcome(self, line: RankedProposal) -> Outcome | None:
        """What was decided about a line of the ranking."""
        decision = self.decisions.get(line.proposal_id)
        return decision.outcome if decision else None

    @property
    def problems(self) -> list[str]:
        """Everything to settle before release; empty when all is ready."""
        found = []
        if not self.ranked:
            found.append("There are no proposals to decide on.")
        if self.undecided:
            found.append(f"{_counted(len(self.undecided), 'proposal')} without a decision.")
        if self.unexplained:
            found.append(f"{_counted(len(self.unexplained), 'debrief')} not written.")
        if self.outdated:
            found.append("The ranking has changed since the decisions were saved. Check them and save again.")
        if self.awards > self.rfp.award_count:
            found.append(f"{_counted(self.awards, 'award')}, but the RFP announced {self.rfp.award_count}.")
        if self.cost_cents > self.rfp.cohort.budget_cents:
            found.append("The budget does not cover the awards.")
        return found


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _moved(line: RankedProposal, decision: Decision | None) -> bool:
    return decision is not None and (decision.rank, decision.score) != stored_score(line)


def stored_score(line: RankedProposal) -> tuple[str, str]:
    """Place and exact score as a decision keeps them (`8=`, `1423/20`)."""
    return line.place, "" if line.score is None else str(line.score)


def read_board(rfp: Rfp) -> Board:
    """The board of one RFP without what was withdrawn, in the same few statements for any number of proposals."""
    found = db.session.scalars(
        select(Decision)
        .join(Decision.proposal)
        .options(contains_eager(Decision.proposal))
        .where(Proposal.rfp_id == rfp.id, Proposal.status == ProposalStatus.SUBMITTED)
        .execution_options(populate_existing=True)
    )
    decisions = {decision.proposal_id: decision for decision in found}
    criteria = list_criteria(rfp.id)
    return Board(rfp, criteria, official_ranking(rfp, criteria), decisions)


def fingerprint(decisions: Iterable[Decision]) -> str:
    """A hash over the decisions as they stand: what is asked for, checked and released has the same one."""
    rows = [[str(d.proposal_id), d.outcome.value, d.rank, d.score, d.feedback] for d in decisions]
    return sha256_hex(canonical_json(sorted(rows)))


def find_release(rfp: Rfp, *, lock: bool = False) -> Release | None:
    """The release of an RFP's decisions, asked for or done."""
    query = select(Release).where(Release.rfp_id == rfp.id)
    if lock:
        query = query.with_for_update(of=Release).execution_options(populate_existing=True)
    return db.session.scalar(query)


def get_decision(reference: str, *, viewer: User, lock: bool = False) -> Decision:
    """The decision on a proposal; for the startup it does not exist before its release."""
    query = select(Decision).join(Decision.proposal).where(Proposal.reference == reference.upper())
    if lock:
        query = query.with_for_update(of=Decision).execution_options(populate_existing=True)
    decision = db.session.scalar(query)
    if decision is None or not policy.may_see(viewer, decision):
        raise NotFoundError(NO_SUCH)
    return decision


def list_awards(rfp: Rfp) -> list[Decision]:
    """The awards of an RFP in the order of their proposals, once released; public."""
    return list(
        db.session.scalars(
            select(Decision)
            .join(Decision.proposal)
            .where(
                Proposal.rfp_id == rfp.id,
                Decision.outcome == Outcome.AWARD,
                Decision.status != DecisionStatus.PENDING,
            )
            .order_by(Proposal.reference)
        )
    )


def count_scored(rfp: Rfp) -> int:
    """How many proposals of the RFP have a place, as stored with the decisions. Counted by the database, since a
    startup cannot see the rows of the others."""
    return db.session.scalar(select(func.scored_proposals(rfp.id))) or 0
