"""Reading stored files: their bytes, and names that are safe in a header."""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import func, select

from pglab.adapters.scanner import current_scanner
from pglab.adapters.storage import StoreUnavailableError, current_store
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import NotFoundError, StateError
from pglab.documents import policy
from pglab.documents.models import Document, DocumentPage, DocumentScan, Upload
from pglab.documents.states import DRAWN, FINAL, UploadOutcome

SUFFIXES = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
NAME_LENGTH = 120
DAY = timedelta(days=1)


def find_document(document_id: UUID) -> Document | None:
    """The document, for the domain that owns its attachment and has already decided who may read it."""
    return db.session.get(Document, document_id)


def open_document(document: Document, *, own: bool) -> Iterator[bytes]:
    """The file's bytes for somebody who may read it; `own` says that they belong to the team that sent it.

    Refused with 409 while the virus scanner has not found it clean: nobody else ever gets a file before that.
    """
    why = why_withheld(document, own=own)
    if why:
        raise StateError(why)
    return open_unchecked(document)


def why_withheld(document: Document, *, own: bool = False) -> str | None:
    """Why this file may not be opened now; None when it may."""
    return policy.withheld(document.verdict, scanner_present=current_scanner().present, own=own)


def open_unchecked(document: Document) -> Iterator[bytes]:
    """The file's bytes, piece by piece, exactly as received. For the virus scanner; readers get `open_document`.

    The store is asked before this returns, so that a fault is a page and not a broken download. The last piece is held
    back until the whole has the recorded hash: a file that was changed in the store never arrives complete.
    """
    return _checked(current_store().open(document.storage_key), document.sha256, document.size)


def open_page(page: DocumentPage, document: Document, *, own: bool) -> Iterator[bytes]:
    """The picture of a page, for whoever may read its file, by the same rule and checked in the same way."""
    why = why_withheld(document, own=own)
    if why:
        raise StateError(why)
    if page.image_key is None:
        raise NotFoundError("This page could not be drawn. Download the file to read it.")
    return _checked(current_store().open(page.image_key), page.sha256 or "", page.size or 0)


def list_pages(document: Document, *, own: bool) -> list[DocumentPage]:
    """The pages that were drawn, in order, with their text; refused as the file itself is."""
    why = why_withheld(document, own=own)
    if why:
        raise StateError(why)
    drawn = select(DocumentPage).where(DocumentPage.document_id == document.id).order_by(DocumentPage.number)
    return list(db.session.scalars(drawn))


def has_pages(document: Document) -> bool:
    """Whether the file's pages were drawn."""
    drawn = select(DocumentPage.id).where(DocumentPage.document_id == document.id)
    return db.session.scalar(drawn.limit(1)) is not None


def get_page(document: Document, number: int) -> DocumentPage:
    """One drawn page; `open_page` asks whether it may be read."""
    page = db.session.scalar(
        select(DocumentPage).where(DocumentPage.document_id == document.id, DocumentPage.number == number)
    )
    if page is None:
        raise NotFoundError("There is no such page.")
    return page


def list_undrawn(limit: int) -> list[UUID]:
    """Proposals' files that may be read and of which no page was drawn yet, the oldest first."""
    drawn = select(DocumentPage.id).where(DocumentPage.document_id == Document.id)
    waiting = select(Document.id).where(
        Document.sealed_rfp_id.is_not(None), Document.verdict.in_(DRAWN), ~drawn.exists()
    )
    return list(db.session.scalars(waiting.order_by(Document.received_at).limit(limit)))


def _checked(pieces: Iterator[bytes], sha256: str, length: int) -> Iterator[bytes]:
    digest, held, size = hashlib.sha256(), b"", 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        if held:
            yield held
        held = piece
    if size != length or digest.hexdigest() != sha256:
        raise StoreUnavailableError("This file is not the one that was received. Tell the program managers.")
    yield held


def content_disposition(document: Document) -> str:
    """The header that makes a browser save the file, never show it (RFC 6266, RFC 8187).

    The plain name is made by us; the given name travels percent-encoded, without signs that mislead the eye, and ends
    in the suffix of what the file really is.
    """
    plain = f"file-{document.sha256[:8]}{SUFFIXES[document.media_type][0]}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe_filename(document), safe='')}"


def safe_filename(document: Document) -> str:
    """The given name as it may be saved: no path, no control or direction signs, the true suffix, a sensible length."""
    suffixes = SUFFIXES[document.media_type]
    shown = "".join(sign for sign in document.filename if unicodedata.category(sign)[0] != "C")
    shown = shown.replace("\\", "/").rpartition("/")[2].strip(" .")
    stem = next((shown[: -len(suffix)] for suffix in suffixes if shown.lower().endswith(suffix)), shown)
    return f"{stem.strip(' .')[:NAME_LENGTH] or 'file'}{suffixes[0]}"


def list_stored_keys(keys: list[str]) -> set[str]:
    """Which of these storage keys belong to a document or to the picture of a page."""
    files = select(Document.storage_key).where(Document.storage_key.in_(keys))
    pictures = select(DocumentPage.image_key).where(DocumentPage.image_key.in_(keys))
    return {key for key in db.session.scalars(files.union_all(pictures)) if key}


def count_recent(person_id: UUID) -> tuple[int, int]:
    """How many files a person has sent in the last 24 hours and their bytes; those that were not taken count too."""
    since = official_now() - DAY
    files, size = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Document.size), 0)).where(
            Document.uploaded_by_id == person_id, Document.received_at > since
        )
    ).one()
    others, other_size = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.started_by_id == person_id,
            Upload.started_at > since,
            Upload.outcome.is_distinct_from(UploadOutcome.RECEIVED),
        )
    ).one()
    return files + others, int(size) + int(other_size)


def find_upload(upload_id: UUID, *, viewer_id: UUID, lock: bool = False) -> Upload | None:
    """A person's own upload; nobody else's exists for them. `lock` holds it until the transaction ends."""
    query = select(Upload).where(Upload.id == upload_id, Upload.started_by_id == viewer_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def list_live_uploads(purpose: str, person_id: UUID) -> list[Upload]:
    """What a person has begun for one purpose and not ended."""
    mine = select(Upload).where(Upload.purpose == purpose, Upload.started_by_id == person_id)
    return list(db.session.scalars(mine.where(Upload.outcome.is_(None)).order_by(Upload.started_at).with_for_update()))


def find_newest_upload(purpose: str, person_id: UUID) -> Upload | None:
    """What a person began last for one purpose and has not ended."""
    mine = select(Upload).where(Upload.purpose == purpose, Upload.started_by_id == person_id, Upload.outcome.is_(None))
    return db.session.scalar(mine.order_by(Upload.started_at.desc(), Upload.id).limit(1))


def sees_everything() -> bool:
    """Whether the database hides no row from this transaction."""
    return bool(db.session.scalar(select(func.viewer_is_system())))


def lock_upload_of(key: str) -> tuple[Upload | None, bool]:
    """The upload that put this key into the store, held until the transaction ends, and whether somebody else holds
    it at this moment. Files sent with a form have none."""
    if db.session.scalar(select(Upload.id).where(Upload.storage_key == key)) is None:
        return None, False
    free = select(Upload).where(Upload.storage_key == key).with_for_update(skip_locked=True)
    upload = db.session.scalar(free.execution_options(populate_existing=True))
    return upload, upload is None


def list_waiting_scans(limit: int) -> list[UUID]:
    """Documents without a final verdict of the virus scanner, the oldest first."""
    judged = select(DocumentScan.id).where(DocumentScan.document_id == Document.id, DocumentScan.verdict.in_(FINAL))
    waiting = select(Document.id).where(~judged.exists()).order_by(Document.received_at).limit(limit)
    return list(db.session.scalars(waiting))


def waiting_since() -> datetime | None:
    """When the file that waits longest for its virus scan was received; None when none waits.

    Only that moment: how many files wait could tell how many proposals there are. The database tells it to whoever
    asks, sealed files included.
    """
    return db.session.scalar(select(func.oldest_unscanned()))
