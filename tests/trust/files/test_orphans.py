"""P14: every document's bytes are in the store, the pictures of its pages too, and what nothing names is gone after a
sweep.

A process is killed at every step of both ways a file can come, and of drawing its pages; the sweeper meets files that
are just being taken in.
"""

import hashlib
import io
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.adapters import renderer
from pglab.adapters.inspector import PDF, Inspection
from pglab.adapters.storage import S3Store, current_store
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.documents import services
from pglab.documents.models import PART_BYTES, Document, DocumentPage
from pglab.documents.services import Announced, FileRule, drawing, receiving
from tests.factories.accounts import make_user
from tests.support import files
from tests.support.buckets import own_bucket
from tests.support.leftovers import NOW, die, die_while, missing, orphans, sweep
from tests.support.parcels import put
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

RULE = FileRule("Pitch deck", frozenset({PDF}))
ROUNDS = 150


class Sent(io.BytesIO):
    """A file as a form brings it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.stream, self.filename = self, "deck.pdf"


@pytest.fixture
def bucket(committed: Flask) -> Iterator[S3Store]:
    with own_bucket(committed) as store:
        yield store


def announced(content: bytes, purpose: str = "proof") -> Announced:
    return Announced("Pitch deck", purpose, 25_000_000, "deck.pdf", len(content), hashlib.sha256(content).hexdigest())


def by_form(content: bytes, person: User, at: Callable[[str], None]) -> None:
    with transaction():
        services.receive_document(Sent(content), RULE, actor=person)
        at("received, not committed")
    at("committed")


def in_parts(content: bytes, person: User, at: Callable[[str], None]) -> None:
    with transaction():
        upload = services.start_upload(announced(content), actor=person)
        at("begun, not committed")
    at("begun")
    while (part := services.next_part(upload)).number:
        assert put(part.url, content[part.start : part.end]) == 200
        at(f"part {part.number} sent")
    with transaction():
        held = services.claim_upload(upload.id, purpose="proof", actor=person)
        at("claimed")
        services.receive_document(held, RULE, actor=person)
        at("received, not committed")
    at("committed")


def drawing_pages(content: bytes, person: User, at: Callable[[str], None]) -> None:
    with transaction():
        document = services.receive_document(Sent(content), RULE, actor=person)
    with transaction():
        services.draw_pages(document.id)
        at("drawn, not committed")
    at("pages committed")


# Steps inside the services: (owner, attribute) after which the process dies.
INSIDE: dict[str, tuple[Any, str]] = {
    "parts begun in the store": (S3Store, "start_parts"),
    "parts joined": (S3Store, "join_parts"),
    "file put": (S3Store, "put_stream"),
    "looked into": (receiving, "inspect_file"),
    "row written": (receiving, "record"),
    "scan asked for": (receiving, "ask_for_scan"),
    "page drawn": (renderer, "draw_page"),
    "pages noted": (drawing, "record"),
}
DEATHS = [
    (by_form, step) for step in ("looked into", "file put", "row written", "received, not committed", "committed")
]
DEATHS += [
    (in_parts, step)
    for step in (
        *("parts begun in the store", "begun, not committed", "begun", "part 1 sent", "part 2 sent", "claimed"),
        *("parts joined", "looked into", "row written", "scan asked for", "received, not committed", "committed"),
    )
]
DEATHS += [(drawing_pages, step) for step in ("page drawn", "pages noted", "drawn, not committed", "pages committed")]


def die_at(app: Flask, way: Callable[..., None], step: str, content: bytes, person_id: Any) -> None:
    """Have a copy of this process do it, and kill it (SIGKILL) at that step."""

    def act() -> None:
        way(content, db.session.get_one(User, person_id), lambda reached: die() if reached == step else None)

    die_while(app, act, INSIDE.get(step))


def test_a_process_killed_at_any_step_loses_no_file_and_leaves_none_behind(
    committed: Flask, bucket: S3Store, scored: Scores
):
    person = make_user()
    small = files.make_pdf(1)
    large = files.make_pdf(
        1, lambda pdf: setattr(pdf.Root, "Padding", pdf.make_stream(bytes(PART_BYTES))), compress_streams=False
    )
    left_behind = taken_in = 0
    for way, step in DEATHS:
        die_at(committed, way, step, large if way is in_parts else small, person.id)
        assert missing() == [], (way.__name__, step)
        left_behind += len(orphans(bucket))
        sweep()
        assert orphans(bucket) == set(), (way.__name__, step)
        assert missing() == [], (way.__name__, step)
        taken_in = db.session.query(Document).count()

    assert taken_in == 2 + 4, "only what was committed counts"
    assert db.session.query(DocumentPage).count() == 1, "and so it is with the pages"
    assert left_behind >= 8, "the deaths really left something to sweep"
    scored(
        "P14",
        what="kills between steps of taking in a file or drawing it: bytes missing or left behind",
        sample=len(DEATHS),
    )


def take_in_while_sweeping(committed: Flask, person: User, number: int) -> None:
    """One round: a file that has wholly arrived is taken in while the sweeper, for whom nothing is too young, runs."""
    content = b"%PDF-1.7 " + str(number).encode()
    with transaction():
        upload = services.start_upload(announced(content, f"round {number}"), actor=person)
    part = services.next_part(upload)
    assert put(part.url, content) == 200
    ids, gate = (upload.id, person.id), threading.Barrier(2)

    def take_in() -> None:
        with committed.app_context():
            me = db.session.get_one(User, ids[1])
            gate.wait()
            try:
                with transaction():
                    held = services.claim_upload(ids[0], purpose=f"round {number}", actor=me)
                    services.receive_document(held, RULE, actor=me)
            except RuleError:
                pass  # the sweeper was first: the person is asked to select the file again
            db.session.remove()

    taking = threading.Thread(target=take_in)
    taking.start()
    gate.wait()
    sweep()
    taking.join()
    db.session.rollback()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the files does not matter here, nor how many one person sends."""
    monkeypatch.setattr(receiving, "inspect_file", lambda *_a, **_k: Inspection(PDF, 1))
    monkeypatch.setattr("pglab.documents.policy.FILES_A_DAY", 10_000)


@pytest.mark.usefixtures("quick")
def test_the_sweeper_never_removes_what_is_being_taken_in(committed: Flask, bucket: S3Store, scored: Scores):
    person = make_user()
    for number in range(ROUNDS):
        take_in_while_sweeping(committed, person, number)
    lost = missing()

    assert lost == []
    assert db.session.query(Document).count() > ROUNDS // 20, "some files were faster than the sweeper"
    sweep()
    assert orphans(bucket) == set()
    scored("P14", what="files taken in while the sweeper runs, referenced ones removed", sample=ROUNDS)


@pytest.mark.usefixtures("quick")
def test_a_sweeper_that_does_not_look_again_removes_files_that_count(
    committed: Flask, bucket: S3Store, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """Negative control: the lock and the second look are taken out of the sweeper."""
    person = make_user()
    monkeypatch.setattr("pglab.documents.queries.lock_upload_of", lambda _key: (None, False))
    content = b"%PDF-1.7 control"
    with transaction():
        upload = services.start_upload(announced(content), actor=person)
    assert put(services.next_part(upload).url, content) == 200
    for leftover in list(services.list_leftovers(older_than=NOW, parts_older_than=NOW)):
        current_store().join_parts(leftover.parts)  # type: ignore[arg-type]  # it is one of parts
    listed = list(services.list_leftovers(older_than=NOW, parts_older_than=NOW))
    with transaction():
        services.receive_document(services.claim_upload(upload.id, purpose="proof", actor=person), RULE, actor=person)
    monkeypatch.setattr("pglab.documents.queries.list_stored_keys", lambda _keys: set())
    for leftover in listed:
        with transaction():
            services.remove_leftover(leftover)
    lost = len(missing())

    assert lost == 1
    scored("P14", control=f"a sweeper that trusts its list removed {lost} file that counts")


def test_a_sweeper_that_knows_files_alone_removes_the_pictures_of_pages(
    committed: Flask, bucket: S3Store, monkeypatch: pytest.MonkeyPatch, scored: Scores
):
    """Negative control: the pictures are left out of what counts."""
    drawing_pages(files.make_pdf(3), make_user(), lambda _step: None)
    sweep()
    assert missing() == []

    def of_files(keys: list[str]) -> set[str]:
        return set(db.session.scalars(db.select(Document.storage_key).where(Document.storage_key.in_(keys))))

    monkeypatch.setattr("pglab.documents.queries.list_stored_keys", of_files)
    sweep()

    assert len(missing()) == 3
    scored("P14", control="a sweeper that knows files alone removed 3 pictures that count")
