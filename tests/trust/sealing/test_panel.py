"""P22: no content before a conflict declaration, none after a conflict, and a late recusal changes the totals.

Sample: 500 random sequences of eight steps: declaring, deciding, scoring, signing, recusing, opening the panel stage.
Half begin with a panel that has declared nothing, half with one that has signed, before or in the panel stage, where
recusals come late. Each step that was done, and each end, is compared with a model of a dozen lines; what may be read
is asked of the product and of the database itself.
"""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

import pytest
from sqlalchemy import select, text

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, DomainError, NotFoundError
from pglab.proposals.models import Proposal
from pglab.reviews import queries, services
from pglab.reviews.models import ConflictDeclaration, PanelMember
from pglab.reviews.queries import sheets as sheet_queries
from pglab.reviews.services import conflicts
from pglab.reviews.states import ConflictAnswer
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_criteria
from tests.factories.proposals import make_submitted_proposal, open_all
from tests.factories.reviews import declare, finish, given, make_panel, open_panel, sign
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores
from tests.support.undoing import set_aside

pytestmark = pytest.mark.slow

SEQUENCES, STEPS = 500, 8
STARTS = ("signed", "panel", "undeclared", "undeclared")
NOTES = {ConflictAnswer.NONE: "", ConflictAnswer.CONFLICT: "I advised them.", ConflictAnswer.UNSURE: "A cousin, maybe."}
Cell = tuple[UUID, UUID]  # member, proposal
Act = Callable[[PanelMember, Proposal], None]


@dataclass
class World:
    """An opened RFP with its panel, by id: each sequence begins there anew."""

    rfp: UUID
    proposals: list[UUID]
    members: list[UUID]
    manager: UUID


@dataclass
class Model:
    """What must be true: the standing answer of each cell, and the points of each final and each signed sheet."""

    answers: dict[Cell, ConflictAnswer] = field(default_factory=dict)
    final: dict[Cell, int] = field(default_factory=dict)
    signed: dict[Cell, int] = field(default_factory=dict)
    panel: bool = False

    def clear(self, member: UUID) -> set[UUID]:
        """The proposals this member may read."""
        return {key for (who, key), answer in self.answers.items() if who == member and answer is ConflictAnswer.NONE}


@dataclass
class Tally:
    """What was seen over all sequences."""

    steps: int = 0
    done: int = 0
    read: int = 0
    refused: int = 0
    late: int = 0
    recounted: int = 0
    breaches: list[str] = field(default_factory=list)


@pytest.fixture
def world(clock: OfficialClock) -> World:
    rfp = make_open_rfp()
    proposals = [make_submitted_proposal(rfp) for _ in range(2)]
    manager, director = make_program_people()
    open_all(rfp, manager, director, clock)
    members = make_panel(rfp, "Avery Chen", "Bianca Ortiz", manager=manager)
    return World(rfp.id, [one.id for one in proposals], [one.id for one in members], manager.id)


class Sequence:
    """One run: steps drawn at random, done through the services, compared with the model."""

    def __init__(self, world: World, dice: random.Random, tally: Tally, model: Model) -> None:
        self.dice, self.tally, self.model = dice, tally, model
        self.rfp = db.session.get_one(Rfp, world.rfp)
        self.proposals = [db.session.get_one(Proposal, one) for one in world.proposals]
        self.members = [db.session.get_one(PanelMember, one) for one in world.members]
        self.manager = db.session.get_one(User, world.manager)

    def step(self) -> None:
        member, proposal = self.dice.choice(self.members), self.dice.choice(self.proposals)
        act = self.draw((member.id, proposal.id))
        self.tally.steps += 1
        try:
            with transaction():
                act(member, proposal)
        except DomainError:
            return  # and undone: that it left nothing is seen at the next comparison
        self.tally.done += 1
        self.note(act.__name__, member, proposal)
        self.check(asked=[member])

    def draw(self, cell: Cell) -> Act:
        """Anything at any time, but likelier what has a chance than what must be refused."""
        answer, signed, panel = self.model.answers.get(cell), cell in self.model.signed, self.model.panel
        ready = len({key for _member, key in self.model.signed}) == len(self.proposals)
        weights: dict[Act, int] = {
            self.declare: 8 if answer is None and not panel else 1,
            self.decide: 8 if answer is ConflictAnswer.UNSURE and not panel else 1,
            self.score: 8 if answer is ConflictAnswer.NONE and not signed and not panel else 2,
            self.sign: 8 if any(member == cell[0] for member, _key in self.model.final) and not panel else 1,
            self.recuse: 8 if signed else 2,
            self.open_panel: 5 if ready and not panel else 1,
        }
        return self.dice.choices(list(weights), list(weights.values()))[0]

    def declare(self, member: PanelMember, _proposal: Proposal) -> None:
        self.drawn = {one.id: self.dice.choice(list(ConflictAnswer)) for one in self.proposals}
        declared = {key: services.Declared(answer, NOTES[answer]) for key, answer in self.drawn.items()}
        services.declare_conflicts(member, declared, actor=member.user)

    def decide(self, member: PanelMember, proposal: Proposal) -> None:
        self.cleared = self.dice.random() < 0.5
        pending = queries.get_pending_declaration(self.rfp, member.id, proposal.reference)
        services.decide_unsure(pending, may_score=self.cleared, reason="They met once.", actor=self.manager)

    def score(self, member: PanelMember, proposal: Proposal) -> None:
        self.points = self.dice.randint(0, 5)
        sheet = queries.find_sheet(member, proposal)
        row = given(self.rfp, [self.points] * len(list_criteria(self.rfp.id)))
        services.save_scores(member, proposal, row, version=sheet.version if sheet else 0, actor=member.user)
        services.mark_final(member, proposal, actor=member.user)

    def sign(self, member: PanelMember, _proposal: Proposal) -> None:
        services.sign_sheets(member, actor=member.user)

    def recuse(self, member: PanelMember, proposal: Proposal) -> None:
        services.recuse(member, proposal, note="I have just learned of it.", actor=member.user)

    def open_panel(self, _member: PanelMember, _proposal: Proposal) -> None:
        services.open_panel_stage(self.rfp, reason="We go on with what there is.", actor=self.manager)

    def note(self, act: str, member: PanelMember, proposal: Proposal) -> None:
        """Tell the model what has been done, and see that it was allowed there."""
        cell, model = (member.id, proposal.id), self.model
        answer = model.answers.get(cell)
        if act == "declare":
            for key, drawn in self.drawn.items():
                model.answers.setdefault((member.id, key), drawn)
        elif act == "decide":
            self.expect(answer is ConflictAnswer.UNSURE, "an answer was decided on that was not open")
            model.answers[cell] = ConflictAnswer.NONE if self.cleared else ConflictAnswer.CONFLICT
        elif act == "score":
            self.expect(answer is ConflictAnswer.NONE and not model.panel, "a score was taken that must not be")
            model.final[cell] = self.points
        elif act == "sign":
            mine = {key: points for key, points in model.final.items() if key[0] == member.id}
            model.signed |= mine
            model.final = {key: points for key, points in model.final.items() if key not in mine}
        elif act == "recuse":
            late = model.signed.pop(cell, None) is not None
            self.tally.late += late
            self.tally.recounted += late and model.panel
            model.final.pop(cell, None)
            model.answers[cell] = ConflictAnswer.CONFLICT
        else:
            model.panel = True

    def expect(self, kept: bool, otherwise: str) -> None:
        if not kept:
            self.tally.breaches.append(otherwise)

    def check(self, asked: list[PanelMember]) -> None:
        """Compare with the model: the rows the database shows to each, what the product lets some read, the totals."""
        for member, shown in zip(self.members, rows_for(self.members), strict=True):
            clear = self.model.clear(member.id)
            self.expect(shown == (clear, 0), f"the database gives {member.user.name} other rows")
            if member in asked:
                self.expect(self.readable(member) == clear, f"{member.user.name} reads what is not theirs")
            self.tally.read += len(clear)
            self.tally.refused += len(self.proposals) - len(clear)
        if self.model.panel:
            self.expect(self.totals() == self.expected(), "the totals are not those of the signed sheets")

    def readable(self, member: PanelMember) -> set[UUID]:
        """The proposals whose content the product hands to this evaluator."""
        found = set()
        for proposal in self.proposals:
            try:
                _seat, submission = queries.get_assignment(proposal.reference, viewer=member.user)
            except (AccessDeniedError, NotFoundError):
                continue
            found.add(submission.proposal_id)
        return found

    def totals(self) -> dict[UUID, Fraction | None]:
        return {line.proposal_id: line.score for line in queries.official_ranking(self.rfp, list_criteria(self.rfp.id))}

    def expected(self) -> dict[UUID, Fraction | None]:
        """Each sheet gives the same points everywhere, so its total is 20 x points."""
        wanted: dict[UUID, Fraction | None] = {}
        for proposal in self.proposals:
            points = [each for (_member, key), each in self.model.signed.items() if key == proposal.id]
            wanted[proposal.id] = Fraction(20 * sum(points), len(points)) if points else None
        return wanted


SHOWN = text("""
    SELECT ARRAY(SELECT proposal_id FROM submissions) AS read,
           (SELECT count(*) FROM score_sheets WHERE member_id <> :member) AS others
""")


def rows_for(members: list[PanelMember]) -> list[tuple[set[UUID], int]]:
    """What the database itself would show each of them: whose submissions, and how many sheets of other people."""
    name, found = text("SELECT set_config('pglab.viewer', :viewer, true)"), []
    for member in members:
        db.session.execute(name, {"viewer": str(member.user_id)})
        read, others = db.session.execute(SHOWN, {"member": member.id}).one()
        found.append((set(read), others))
    db.session.execute(name, {"viewer": "command"})
    return found


def begin(world: World, start: str) -> Model:
    """The panel as a sequence finds it: undeclared, or signed by everybody, with or without the panel stage."""
    model = Model()
    if start == "undeclared":
        return model
    rfp = db.session.get_one(Rfp, world.rfp)
    for at, member in enumerate(db.session.get_one(PanelMember, one) for one in world.members):
        declare(member)
        for points, key in enumerate(world.proposals, start=1 + 2 * at):
            finish(member, db.session.get_one(Proposal, key), [points] * len(list_criteria(rfp.id)))
            model.answers[member.id, key], model.signed[member.id, key] = ConflictAnswer.NONE, points
        sign(member)
    if start == "panel":
        open_panel(rfp, manager=db.session.get_one(User, world.manager))
        model.panel = True
    return model


def run(world: World, sequences: int) -> Tally:
    """So many sequences, a quarter from each start; ends with the first breach."""
    tally = Tally()
    for at, start in enumerate(STARTS):
        with set_aside():
            model = begin(world, start)
            for seed in range(at, sequences, len(STARTS)):
                with set_aside():
                    one = Sequence(world, random.Random(seed), tally, deepcopy(model))  # noqa: S311  (repeatable dice)
                    for _ in range(STEPS):
                        one.step()
                    one.check(asked=one.members)
                if tally.breaches:
                    return tally
    return tally


def test_nobody_reads_before_declaring_or_after_a_conflict(world: World, scored: Scores) -> None:
    tally = run(world, SEQUENCES)
    assert tally.breaches == []
    assert tally.steps == SEQUENCES * STEPS >= 4000
    assert tally.done > tally.steps / 3, tally
    assert min(tally.read, tally.refused) > 1000, tally
    assert tally.late >= tally.recounted >= 50, tally
    scored("P22", what="random sequences on a panel with content before or after its time", sample=SEQUENCES)
    scored("P22", what="steps done in them after which somebody could read another set of proposals", sample=tally.done)
    scored("P22", what="late recusals after which a total still counted the sheet", sample=tally.recounted)


def broken_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Access is not ended with a conflict, and nobody asks for the declaration."""
    monkeypatch.setattr(conflicts, "revoke_reading", lambda *_a, **_k: None)
    monkeypatch.setattr(sheet_queries, "_refuse_unless_clear", lambda *_a: None)


def broken_recusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet of somebody who recuses late still counts."""
    monkeypatch.setattr(conflicts, "_void_sheet", lambda *_a: None)


@pytest.mark.parametrize(
    ("control", "noticed"), [(broken_gate, "gives|reads"), (broken_recusal, "totals")], ids=["gate", "recusal"]
)
def test_a_broken_rule_is_noticed(
    world: World, scored: Scores, monkeypatch: pytest.MonkeyPatch, control: Callable, noticed: str
) -> None:
    control(monkeypatch)
    tally = run(world, SEQUENCES)
    assert any(word in tally.breaches[0] for word in noticed.split("|")), tally
    scored("P22", control=f"{control.__name__.replace('_', ' ')}: noticed after {tally.steps} steps")


def test_each_cell_has_one_standing_declaration(world: World) -> None:
    """What the model calls the answer is the newest row; nothing is ever replaced."""
    with set_aside():
        one = Sequence(world, random.Random(7), Tally(), Model())  # noqa: S311  (repeatable dice, no secret)
        for _ in range(30):
            one.step()
        rows = db.session.scalars(select(ConflictDeclaration).order_by(ConflictDeclaration.number)).all()
        newest = {(row.member_id, row.proposal_id): row.answer for row in rows}
        assert newest == one.model.answers
