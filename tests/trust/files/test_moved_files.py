"""P14 for files that change their place, and for the file of an answer: a process is killed at every step of moving a
file between slots and of answering a clarification. No byte is lost, none is left behind, and a file is wholly in its
old place or wholly in its new one."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from pglab.accounts.models import User
from pglab.adapters.storage import S3Store, current_store
from pglab.core.canonical import sha256_hex
from pglab.core.db import db, transaction
from pglab.documents.models import Document
from pglab.documents.services import receiving
from pglab.proposals import queries, services
from pglab.proposals.models import Attachment, ClarificationAnswer, Proposal
from pglab.proposals.services import attaching, moving, responding
from pglab.rfps.models import DocumentSlot
from pglab.rfps.queries import list_slots
from tests.factories.clarifications import answer, ask, first_slot, make_opened_proposal
from tests.factories.proposals import make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support import files
from tests.support.buckets import own_bucket
from tests.support.databases import OfficialClock
from tests.support.leftovers import die, die_while, missing, orphans, sweep
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

Act = Callable[[Proposal, list[DocumentSlot], User], Any]


@pytest.fixture
def bucket(committed: Flask) -> Iterator[S3Store]:
    with own_bucket(committed) as store:
        yield store


class Sent:
    """A file as a form brings it."""

    filename = "deck.pdf"

    def __init__(self, content: bytes) -> None:
        self.stream = BytesIO(content)


def put(proposal: Proposal, slot: DocumentSlot, pages: int) -> None:
    with transaction():
        services.attach_file(
            proposal, slot, Sent(files.make_pdf(pages)), actor=representative_of(proposal.organization)
        )


def reuse(proposal: Proposal, slots: list[DocumentSlot], actor: User) -> Any:
    document = next(each.document for each in queries.list_attachments(proposal) if each.slot_id == slots[0].id)
    return services.reuse_file(proposal, slots[1], document, actor=actor)


# In this order: each begins where the one before ended. What is done, and the module whose last word it is.
MOVES: list[tuple[str, Act, Any]] = [
    ("trade", lambda p, s, a: services.move_file(p, s[0], s[1], actor=a, keep=False), moving),
    ("remove", lambda p, s, a: services.remove_file(p, s[1], actor=a), attaching),
    ("move", lambda p, s, a: services.move_file(p, s[0], s[1], actor=a, keep=False), moving),
    ("keep", lambda p, s, a: services.move_file(p, s[1], s[0], actor=a, keep=True), moving),
    ("replace", lambda p, s, a: services.attach_file(p, s[0], Sent(files.make_pdf(2)), actor=a), attaching),
    ("reuse", reuse, moving),
]
STEPS = ("written", "not committed", "committed")


def in_place(proposal_id: UUID) -> dict[UUID, tuple[UUID, UUID | None]]:
    """Which file lies in which slot, and which comes back should it fail."""
    db.session.expire_all()
    found = select(Attachment).where(Attachment.proposal_id == proposal_id)
    return {each.slot_id: (each.document_id, each.earlier_document_id) for each in db.session.scalars(found)}


def done(proposal_id: UUID, act: Act, step: str) -> Callable[[], None]:
    """The act in a transaction of its own, with a death at this step outside it."""

    def run() -> None:
        proposal = db.session.get_one(Proposal, proposal_id)
        with transaction():
            act(proposal, list_slots(proposal.rfp_id), representative_of(proposal.organization))
            if step == "not committed":
                die()
        die()

    return run


def test_a_file_that_moves_is_in_one_place_or_the_other_and_leaves_nothing_behind(
    committed: Flask, bucket: S3Store, scored: Scores
):
    proposal = make_draft(make_open_rfp())
    for pages, slot in enumerate(list_slots(proposal.rfp_id)[:2], start=1):
        put(proposal, slot, pages)
    proposal_id = proposal.id
    for name, act, module in MOVES:
        before = in_place(proposal_id)
        for step in STEPS:
            die_while(committed, done(proposal_id, act, step), (module, "record") if step == "written" else None)
            after = in_place(proposal_id)
            assert (after != before) is (step == "committed"), (name, step)
            assert missing() == [], (name, step)
            sweep()
            assert (orphans(bucket), missing()) == (set(), []), (name, step)

    assert db.session.query(Document).count() == 3, "nothing but the replacement was stored anew"
    scored(
        "P14",
        what="kills between steps of moving a file between slots: in neither place, missing or left behind",
        sample=len(MOVES) * len(STEPS),
    )


def test_a_move_that_stores_the_file_anew_leaves_bytes_behind(
    committed: Flask, bucket: S3Store, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """Negative control: the bytes are copied under a key that nothing names."""
    proposal = make_draft(make_open_rfp())
    slots = list_slots(proposal.rfp_id)
    put(proposal, slots[0], 1)

    written = moving.record

    def copied(*args: Any, **kwargs: Any) -> None:
        written(*args, **kwargs)
        body = files.make_pdf(1)
        current_store().put_stream(
            uuid4().hex, BytesIO(body), "application/pdf", sha256=sha256_hex(body), size=len(body)
        )

    monkeypatch.setattr(moving, "record", copied)
    with transaction():
        services.move_file(proposal, slots[0], slots[1], actor=representative_of(proposal.organization), keep=False)
    left = len(orphans(bucket))

    assert left == 1
    scored("P14", control=f"a move that copies the bytes left {left} file that nothing names")


# Steps of answering with a file after which the process dies.
ANSWERING: dict[str, tuple[Any, str] | None] = {
    "looked into": (receiving, "inspect_file"),
    "file put": (S3Store, "put_stream"),
    "row written": (receiving, "record"),
    "signed": (responding, "record"),
    "committed": None,
}


def asked_for_a_file(clock: OfficialClock) -> tuple[UUID, int]:
    proposal, manager, _ = make_opened_proposal(clock)
    return proposal.id, ask(proposal, manager, questions=[], slot=first_slot(proposal)).number


def send_answer(proposal_id: UUID, number: int) -> None:
    proposal = db.session.get_one(Proposal, proposal_id)
    answer(queries.get_clarification(proposal, number).clarification)


def answered() -> int:
    db.session.expire_all()
    return db.session.query(ClarificationAnswer).filter(ClarificationAnswer.document_id.is_not(None)).count()


def test_the_file_of_an_answer_is_there_with_the_answer_or_not_at_all(
    committed: Flask, committed_clock: OfficialClock, bucket: S3Store, scored: Scores
):
    proposal_id, number = asked_for_a_file(committed_clock)
    without_bytes = missing()  # the factory's own files

    def to_the_end() -> None:
        send_answer(proposal_id, number)
        die()

    left_behind = 0
    for step, inside in ANSWERING.items():
        die_while(committed, to_the_end, inside)
        assert answered() == (step == "committed"), step
        left_behind += len(orphans(bucket))
        sweep()
        assert (orphans(bucket), missing()) == (set(), without_bytes), step

    assert left_behind >= 3, "the deaths really left something to sweep"
    scored(
        "P14",
        what="kills between steps of answering a clarification with a file: bytes missing or left behind",
        sample=len(ANSWERING),
    )


def test_a_sweeper_that_knows_the_files_of_slots_alone_removes_the_file_of_an_answer(
    committed: Flask,
    committed_clock: OfficialClock,
    bucket: S3Store,
    monkeypatch: pytest.MonkeyPatch,
    scored: Scores,
):
    """Negative control: only what lies in a slot counts."""
    send_answer(*asked_for_a_file(committed_clock))
    without_bytes = missing()

    def of_slots(keys: list[str]) -> set[str]:
        attached = select(Document.storage_key).join(Attachment, Attachment.document_id == Document.id)
        return set(db.session.scalars(attached.where(Document.storage_key.in_(keys))))

    monkeypatch.setattr("pglab.documents.queries.list_stored_keys", of_slots)
    sweep()
    lost = len(missing()) - len(without_bytes)

    assert lost == 1
    scored("P14", control=f"a sweeper that knows the files of slots alone removed {lost} answer")
