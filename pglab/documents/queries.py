"""Reading stored files: their bytes, and names that are safe in a header."""

import hashlib
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select

from pglab.adapters.storage import StoreUnavailableError, current_store
from pglab.core.db import db
from pglab.documents.models import Document

SUFFIXES = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
NAME_LENGTH = 120


def find_document(document_id: UUID) -> Document | None:
    """The document, for the domain that owns its attachment and has already decided who may read it."""
    return db.session.get(Document, document_id)


def open_document(document: Document) -> Iterator[bytes]:
    """The file's bytes, piece by piece, exactly as received.

    The store is asked before this returns, so that a fault is a page and not a broken download. The last piece is held
    back until the whole has the recorded hash: a file that was changed in the store never arrives complete.
    """
    return _checked(document, current_store().open(document.storage_key))


def _checked(document: Document, pieces: Iterator[bytes]) -> Iterator[bytes]:
    digest, held, size = hashlib.sha256(), b"", 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        if held:
            yield held
        held = piece
    if size != document.size or digest.hexdigest() != document.sha256:
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
    """Which of these storage keys belong to a document."""
    return set(db.session.scalars(select(Document.storage_key).where(Document.storage_key.in_(keys))))
