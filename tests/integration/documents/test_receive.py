"""Taking in files: through the real inspector into the real store."""

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy import func, select

from pglab.adapters.inspector import JPEG, PDF, PNG
from pglab.adapters.storage import StoreUnavailableError, UploadFailedError, current_store
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.documents import queries, services
from pglab.documents.models import MAX_BYTES, Document
from pglab.documents.services import FileRule, receive_document
from tests.factories.accounts import make_user
from tests.support import files

DECK = FileRule("Pitch deck", frozenset({PDF}), max_bytes=1_000_000, max_pages=3)

pytestmark = pytest.mark.usefixtures("rolled_back", "bucket")


@dataclass
class Upload:
    stream: io.BytesIO
    filename: str | None = "deck.pdf"


def give(content: bytes, filename: str | None = "deck.pdf", rule: FileRule = DECK) -> Document:
    with transaction():
        return receive_document(Upload(io.BytesIO(content), filename), rule, actor=make_user())


def refusal(content: bytes, filename: str | None = "deck.pdf", rule: FileRule = DECK) -> str:
    """The sentence beside the file field; nothing may be left of a refused file."""
    before = stored()
    with pytest.raises(RuleError) as caught:
        give(content, filename, rule)
    assert (caught.value.field, stored()) == ("file", before)
    return caught.value.message


def stored() -> tuple[int, int]:
    rows = db.session.scalar(select(func.count()).select_from(Document)) or 0
    return rows, len(list(current_store().list_objects()))


def test_a_file_is_kept_as_it_came() -> None:
    content = files.make_pdf(3)

    document = give(content, "Deck – final (2).PDF")

    assert (document.media_type, document.pages, document.size) == (PDF, 3, len(content))
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.filename == "Deck – final (2).PDF"
    assert document.received_at is not None
    assert b"".join(queries.open_document(document, own=True)) == content
    assert "eck" not in document.storage_key


def test_the_same_file_twice_is_two_documents() -> None:
    content = files.make_pdf()

    first, second = give(content), give(content)

    assert first.sha256 == second.sha256
    assert len({first.id, second.id}) == len({first.storage_key, second.storage_key}) == 2


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    content = files.make_pdf()
    exact = FileRule("Pitch deck", DECK.media_types, max_bytes=len(content))
    tight = FileRule("Pitch deck", DECK.media_types, max_bytes=len(content) - 1)

    assert give(content, rule=exact).size == len(content)
    assert refusal(content, rule=tight).startswith("The pitch deck can be up to")


def test_the_size_is_counted_not_believed() -> None:
    assert refusal(files.make_pdf() + b"\0" * 1_450_000) == "The pitch deck can be up to 1 MB. This file is 1.5 MB."


def test_no_slot_can_raise_the_limit_of_the_site() -> None:
    generous = FileRule("Pitch deck", DECK.media_types, max_bytes=10 * MAX_BYTES)

    assert refusal(files.make_pdf() + b"\0" * MAX_BYTES, rule=generous).startswith("The pitch deck can be up to 25 MB.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (files.make_picture(), "The pitch deck must be a PDF"),
        (b"MZ\x90", "The pitch deck must be a PDF"),
        (files.make_pdf(4), "The pitch deck must be 3 pages or fewer. This file has 4."),
        (
            files.make_pdf(encryption=pikepdf.Encryption(user="a", owner="b")),
            "The file is password protected. Remove the password and upload it again.",
        ),
        (
            files.make_pdf(change=files.with_script),
            "The file contains scripts or actions that run by themselves. Save a copy without them and upload that.",
        ),
        (files.make_pdf(change=files.with_bomb), "The file could not be read. Save a new copy of it and upload that."),
        (
            files.make_pdf() + files.make_zip(),
            "The file holds a second kind of content. Save a new copy of it and upload that.",
        ),
    ],
)
def test_refusals_say_what_to_do(content: bytes, sentence: str) -> None:
    assert refusal(content) == sentence


def test_no_file_is_asked_for_by_name() -> None:
    with pytest.raises(RuleError, match="Select a pitch deck"):
        receive_document(None, DECK, actor=make_user())
    assert refusal(b"", filename="") == "Select a pitch deck"


def test_several_types_are_named_in_the_refusal() -> None:
    any_picture = FileRule("Proof of registration", frozenset({PDF, PNG, JPEG}))

    assert refusal(b"hello", rule=any_picture) == "The proof of registration must be a PDF, PNG or JPEG"
    assert give(files.make_picture("JPEG"), rule=any_picture).media_type == JPEG


def test_a_store_that_does_not_answer_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    person, before = make_user(), stored()
    store = current_store()
    monkeypatch.setattr(store, "bucket", "no-such-bucket")

    with pytest.raises(UploadFailedError) as caught, transaction():
        receive_document(Upload(io.BytesIO(files.make_pdf())), DECK, actor=person)

    monkeypatch.undo()
    assert (caught.value.status, stored()) == (503, before)
    assert caught.value.message.startswith("The file was not uploaded.")


def test_a_file_changed_in_the_store_never_arrives_whole() -> None:
    content = files.make_pdf()
    document = give(content)
    forged = content[:-10] + b"X" * 10
    current_store().put_stream(
        document.storage_key,
        io.BytesIO(forged),
        PDF,
        sha256=hashlib.sha256(forged).hexdigest(),
        size=len(forged),
    )

    with pytest.raises(StoreUnavailableError):
        b"".join(queries.open_document(document, own=True))


def test_a_file_lost_from_the_store_is_told_before_the_download_begins() -> None:
    document = give(files.make_pdf())
    current_store().delete(document.storage_key)

    with pytest.raises(StoreUnavailableError):
        queries.open_document(document, own=True)


def test_documents_cannot_be_changed_or_removed() -> None:
    document = give(files.make_pdf())

    for statement in ("UPDATE documents SET filename = 'x' WHERE id = :id", "DELETE FROM documents WHERE id = :id"):
        with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
            db.session.execute(db.text(statement), {"id": document.id})


def test_what_no_row_claims_is_swept_after_a_day() -> None:
    kept = give(files.make_pdf())
    content = b"left behind"
    digest = hashlib.sha256(content).hexdigest()
    current_store().put_stream("left-behind", io.BytesIO(content), PDF, sha256=digest, size=len(content))

    assert list(services.list_leftovers()) == []
    for leftover in services.list_leftovers(older_than=timedelta(seconds=-60)):
        assert services.remove_leftover(leftover)

    store = current_store()
    assert (store.exists("left-behind"), store.exists(kept.storage_key)) == (False, True)


def test_a_sealed_upload_says_so_on_the_log() -> None:
    document = give(files.make_pdf())

    assert document.sealed_rfp_id is None
    assert str(document) == f"File {document.sha256[:8]}"
    assert isinstance(document.id, UUID)
