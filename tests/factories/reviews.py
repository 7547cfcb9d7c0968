"""Panels, declarations and score sheets, made through the services."""

from collections.abc import Sequence

from pglab.accounts.models import User
from pglab.core.db import transaction
from pglab.proposals.models import Proposal
from pglab.reviews import queries, services
from pglab.reviews.models import PanelMember
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_criteria
from tests.factories.accounts import make_program_manager, make_user
from tests.factories.proposals import make_submitted_proposal, open_all
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.databases import OfficialClock

NONE = services.Declared(ConflictAnswer.NONE)
CONFLICT = services.Declared(ConflictAnswer.CONFLICT, "I advised them last year.")
UNSURE = services.Declared(ConflictAnswer.UNSURE, "A cousin may work there.")


def make_panel(rfp: Rfp, *names: str, manager: User | None = None) -> list[PanelMember]:
    """Seats for people with these names, accepted."""
    manager = manager or make_program_manager()
    members = []
    for name in names or ("Avery Chen", "Bianca Ortiz", "Carl Dietz"):
        person = make_user(name)
        with transaction():
            member = services.seat_evaluator(rfp, email=person.email, actor=manager)
        with transaction():
            services.accept_seat(member, actor=person)
        members.append(member)
    return members


def make_opened_rfp(clock: OfficialClock, proposals: int = 2, number: int = 12) -> tuple[Rfp, list[Proposal]]:
    """An RFP with so many submitted proposals, just opened."""
    rfp = make_open_rfp(number)
    made = [make_submitted_proposal(rfp) for _ in range(proposals)]
    open_all(rfp, *make_program_people(), clock)
    return rfp, made


def declare(member: PanelMember, answers: dict[Proposal, services.Declared] | None = None) -> None:
    """Declare on everything of the panel: no conflict, but for these answers."""
    chosen = {proposal.id: answer for proposal, answer in (answers or {}).items()}
    with transaction():
        rows = queries.list_panel_proposals(member.rfp)
        services.declare_conflicts(
            member, {proposal.id: chosen.get(proposal.id, NONE) for proposal in rows}, actor=member.user
        )


def given(rfp: Rfp, points: Sequence[int | None], words: str = "A clear plan.") -> dict:
    """Points for the criteria in order, each with the same explanation."""
    return {
        criterion.id: services.Given(each, words) for criterion, each in zip(list_criteria(rfp.id), points, strict=True)
    }


def save(member: PanelMember, proposal: Proposal, points: Sequence[int | None], words: str = "A clear plan.") -> None:
    """Save a draft over whatever there is."""
    sheet = queries.find_sheet(member, proposal)
    with transaction():
        services.save_scores(
            member,
            proposal,
            given(member.rfp, points, words),
            version=sheet.version if sheet else 0,
            actor=member.user,
        )


def finish(member: PanelMember, proposal: Proposal, points: Sequence[int], words: str = "A clear plan.") -> None:
    """Save and mark final."""
    save(member, proposal, points, words)
    with transaction():
        services.mark_final(member, proposal, actor=member.user)


def sign(member: PanelMember) -> None:
    """Sign everything that is final."""
    with transaction():
        services.sign_sheets(member, actor=member.user)


def open_panel(rfp: Rfp, *, reason: str = "", manager: User | None = None) -> None:
    """Open the panel stage."""
    with transaction():
        services.open_panel_stage(rfp, reason=reason, actor=manager or make_program_manager())


def make_ranked_rfp(
    clock: OfficialClock, points: Sequence[Sequence[int]], *, number: int = 12, panel: bool = True
) -> tuple[Rfp, list[Proposal], list[PanelMember]]:
    """One proposal for each row; member i gives `points[row][i]` on every criterion. All signed; panel stage open."""
    rfp, proposals = make_opened_rfp(clock, len(points), number)
    members = make_panel(rfp, *("Avery Chen", "Bianca Ortiz", "Carl Dietz", "Dee Evans")[: len(points[0])])
    size = len(list_criteria(rfp.id))
    for at, member in enumerate(members):
        declare(member)
        for proposal, row in zip(proposals, points, strict=True):
            finish(member, proposal, [row[at]] * size)
        sign(member)
    if panel:
        open_panel(rfp)
    return rfp, proposals, members
