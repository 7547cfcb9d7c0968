"""Which notice about the panel is owed to whom. Reasons and scores stay on the site, behind the sign-in."""

from pglab.outbox.services import owe
from pglab.proposals.models import Proposal
from pglab.reviews import queries
from pglab.reviews.models import PanelMember
from pglab.rfps.models import Rfp
from pglab.web.filters import et_date, et_long, plural


def invite_evaluator(member: PanelMember) -> None:
    """The evaluator learns what is asked of them and by when (N21)."""
    rfp = member.rfp
    owe(
        "evaluator_invited",
        member.user,
        subject=f"Will you score PGH Lab proposals? (Cohort {rfp.cohort.number})",
        template="reviews/invited",
        about=rfp.reference,
        rfp=rfp,
        closes=et_date(rfp.closes_at),
        due=et_long(rfp.scores_due_at),
    )


def ask_for_declarations(rfp: Rfp) -> None:
    """Every evaluator learns that the proposals are opened and that conflicts are declared first (N22)."""
    proposals = len(queries.list_panel_proposals(rfp))
    for member in queries.list_members(rfp) if proposals else []:
        owe(
            "declare_conflicts",
            member.user,
            subject=f"Action needed: declare conflicts before you start (Cohort {rfp.cohort.number})",
            template="reviews/declare",
            about=rfp.reference,
            rfp=rfp,
            proposals=proposals,
            due=et_long(rfp.scores_due_at),
            accepted=member.accepted_at is not None,
            path=f"/review/cohorts/{rfp.cohort.number}/conflicts" if member.accepted_at else "/review",
        )


def report_conflicts(member: PanelMember, conflicts: list[Proposal], unsure: list[Proposal]) -> None:
    """Program managers learn which proposals lost an evaluator, and which answers wait for them (N23)."""
    if not conflicts and not unsure:
        return
    number = member.rfp.cohort.number
    subject = (
        f"Conflict to decide: {plural(len(unsure), 'proposal')} (Cohort {number})"
        if unsure
        else f"Conflict declared: {plural(len(conflicts), 'proposal')} (Cohort {number})"
    )
    for person in queries.list_program_managers():
        owe(
            "conflicts_declared",
            person,
            subject=subject,
            template="reviews/conflicts",
            about=member.rfp.reference,
            member=member,
            conflicts=[proposal.reference for proposal in conflicts],
            unsure=[proposal.reference for proposal in unsure],
            number=number,
        )


def tell_conflict_decided(member: PanelMember, proposal: Proposal, *, may_score: bool) -> None:
    """The evaluator who was not sure learns whether they score the proposal."""
    owe(
        "conflict_decided",
        member.user,
        subject=f"Your conflict question was decided ({proposal.reference})",
        template="reviews/conflict_decided",
        about=proposal.reference,
        proposal=proposal,
        may_score=may_score,
        number=member.rfp.cohort.number,
    )
