"""Taking in a file: hashed and measured by us, looked into, stored, recorded. A refusal leaves nothing behind."""

import hashlib
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from uuid import UUID

from pglab.adapters.inspector import Problem, describe, inspect_file
from pglab.adapters.storage import current_store
from pglab.audit.services import Actor, record
from pglab.core.clock import machine_now
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.documents import queries
from pglab.documents.models import FILENAME_LENGTH, MAX_BYTES, Document

CHUNK = 256 * 1024
KEPT_UNCLAIMED = timedelta(days=1)
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Upload(Protocol):
    """A file as a form hands it over: the name it was given and its bytes."""

    filename: str | None
    stream: Any


@dataclass(frozen=True)
class FileRule:
    """What a slot takes: its title as people read it ("Pitch deck"), the media types, and the limits."""

    title: str
    media_types: frozenset[str]
    max_bytes: int = MAX_BYTES
    max_pages: int | None = None


def receive_document(
    upload: Upload | None, rule: FileRule, *, actor: Actor, sealed_rfp_id: UUID | None = None
) -> Document:
    """Take in one file or refuse it with RuleError beside the field `file`.

    Effects: the bytes lie in the store under a random key, the row and a log entry are in the transaction. If that
    rolls back, `sweep_unclaimed` removes the bytes later. The declared length and type are not believed.
    """
    if upload is None or not upload.filename:
        raise _refusal(Problem("missing"), rule)
    with tempfile.NamedTemporaryFile(prefix="pglab-upload-") as kept:
        sha256, size = _copy(upload.stream, kept, rule)
        inspection = inspect_file(Path(kept.name), allowed=rule.media_types, max_pages=rule.max_pages)
        if inspection.problems:
            raise _refusal(inspection.problems[0], rule)
        key = secrets.token_urlsafe(32)
        kept.seek(0)
        current_store().put_stream(key, cast(BinaryIO, kept), inspection.media_type, sha256=sha256, size=size)
    document = Document(
        sha256=sha256,
        size=size,
        media_type=inspection.media_type,
        pages=inspection.pages,
        filename=display_name(upload.filename),
        storage_key=key,
        uploaded_by_id=actor.id,
        sealed_rfp_id=sealed_rfp_id,
    )
    db.session.add(document)
    db.session.flush()
    record("document.received", document, actor=actor, after={"sha256": sha256, "size": size})
    return document


def _copy(source: BinaryIO, kept: Any, rule: FileRule) -> tuple[str, int]:
    """Copy the bytes, counting and hashing; past the limit they are only counted, to say how large the file is."""
    limit, digest, size = min(rule.max_bytes, MAX_BYTES), hashlib.sha256(), 0
    for piece in _pieces(source):
        size += len(piece)
        if size <= limit:
            digest.update(piece)
            kept.write(piece)
    if size > limit:
        raise _refusal(Problem("too_big", {"size": size, "limit": limit}), rule)
    if size == 0:
        raise _refusal(Problem("empty"), rule)
    kept.flush()
    return digest.hexdigest(), size


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(CHUNK):
        yield piece


def _refusal(problem: Problem, rule: FileRule) -> RuleError:
    return RuleError(describe(problem, title=rule.title, allowed=rule.media_types), field="file")


def display_name(given: str) -> str:
    """The name as given, but for signs a database or a page cannot hold; a longer one keeps its end."""
    name = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", given).strip() or "file"
    if len(name) > FILENAME_LENGTH:
        name = f"{name[: FILENAME_LENGTH - 21]}…{name[-20:]}"
    return name


def sweep_unclaimed() -> int:
    """Remove stored bytes that no document row names, a day after they came: leftovers of uploads that did not finish.

    Returns how many were removed.
    """
    store, removed = current_store(), 0
    old = [item.key for item in store.list_objects() if machine_now() - item.stored_at > KEPT_UNCLAIMED]
    for start in range(0, len(old), 500):
        keys = old[start : start + 500]
        for key in set(keys) - queries.list_stored_keys(keys):
            store.delete(key)
            removed += 1
    return removed
