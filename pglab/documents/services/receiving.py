"""Taking in a file: hashed and measured by us, looked into, stored, recorded. A refusal leaves nothing behind."""

import hashlib
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from uuid import UUID

from sqlalchemy import text

from pglab.adapters.inspector import Inspection, Problem, describe, inspect_file
from pglab.adapters.storage import StartedParts, current_store
from pglab.audit.services import Actor, record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError
from pglab.documents import policy, queries
from pglab.documents.models import FILENAME_LENGTH, MAX_BYTES, Document, Upload
from pglab.documents.services.scanning import ask_for_scan
from pglab.documents.states import UploadOutcome

CHUNK = 256 * 1024
GONE = "The file did not arrive whole. Select it again."
# While a file travels to the store and back, its transaction says nothing to the database; it holds at most the row of
# this very upload. No other request may be silent for so long.
WHILE_THE_STORE_WORKS = text("SET LOCAL idle_in_transaction_session_timeout = '90s'")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class SentFile(Protocol):
    """A file as a form hands it over: the name it was given and its bytes."""

    filename: str | None
    stream: Any


@dataclass(frozen=True)
class FileRule:
    """What a slot takes: its title as people read it ("Pitch deck"), the media types, and the limits. `unlike` is the
    hash of the file it has to differ from."""

    title: str
    media_types: frozenset[str]
    max_bytes: int = MAX_BYTES
    max_pages: int | None = None
    unlike: str | None = None


@dataclass(frozen=True)
class Measured:
    """What we found out by ourselves about the bytes of a file."""

    sha256: str
    size: int
    inspection: Inspection


def receive_document(
    given: SentFile | Upload | None, rule: FileRule, *, actor: Actor, sealed_rfp_id: UUID | None = None
) -> Document:
    """Take in one file, sent with a form or in parts to the store, or refuse it with RuleError beside the field `file`.

    Effects: the bytes lie in the store under a random key; the row, a log entry and the virus scan's job are in the
    transaction. If that rolls back, the sweeper removes the bytes later. The declared length and type are not believed,
    nor is anything the browser says of what it sent to the store: it is read back and hashed here.
    """
    if given is None or not given.filename:
        raise _refusal(Problem("missing"), rule)
    db.session.execute(WHILE_THE_STORE_WORKS)
    if isinstance(given, Upload):
        key, measured = given.storage_key, _examine_parts(given, rule)
    else:
        _refuse_over_quota(actor)
        key = secrets.token_urlsafe(32)
        measured = _examine_and_store(given, key, rule)
    document = Document(
        sha256=measured.sha256,
        size=measured.size,
        media_type=measured.inspection.media_type,
        pages=measured.inspection.pages,
        filename=display_name(given.filename),
        storage_key=key,
        uploaded_by_id=actor.id,
        sealed_rfp_id=sealed_rfp_id,
    )
    db.session.add(document)
    db.session.flush()
    record("document.received", document, actor=actor, after={"sha256": measured.sha256, "size": measured.size})
    ask_for_scan(document)
    return document


def _refuse_over_quota(actor: Actor) -> None:
    problem = policy.quota_problem(*queries.count_recent(actor.id), more=0)
    if problem:
        raise RuleError(problem, field="file")


def _examine_and_store(sent: SentFile, key: str, rule: FileRule) -> Measured:
    with tempfile.NamedTemporaryFile(prefix="pglab-upload-") as kept:
        found = _measure(_pieces(sent.stream), kept, rule)
        kept.seek(0)
        current_store().put_stream(
            key, cast(BinaryIO, kept), found.inspection.media_type, sha256=found.sha256, size=found.size
        )
    return found


def _examine_parts(upload: Upload, rule: FileRule) -> Measured:
    """Join the parts that lie in the store, read the whole back and judge it as any other file. From the joining on no
    part address works any more, so what is judged is what stays. Refused bytes are removed at once."""
    store = current_store()
    parts = StartedParts(upload.storage_key, upload.store_upload_id, upload.started_at)
    there = store.list_parts(parts)
    if there is not None and [there.get(number) for number in range(1, len(there) + 1)] != upload.part_sizes():
        raise RuleError(GONE, field="file")
    if there is None and not store.exists(upload.storage_key):
        raise RuleError(GONE, field="file")
    store.join_parts(parts)
    try:
        with tempfile.NamedTemporaryFile(prefix="pglab-upload-") as kept:
            found = _measure(store.open(upload.storage_key), kept, rule)
    except RuleError:
        store.delete(upload.storage_key)
        raise
    upload.outcome, upload.ended_at = UploadOutcome.RECEIVED, official_now()
    return found


def _measure(pieces: Iterator[bytes], kept: Any, rule: FileRule) -> Measured:
    """Copy the bytes, counting and hashing, then look into them; past the limit they are only counted, to say how
    large the file is."""
    limit, digest, size = min(rule.max_bytes, MAX_BYTES), hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size <= limit:
            digest.update(piece)
            kept.write(piece)
    if size > limit:
        raise _refusal(Problem("too_big", {"size": size, "limit": limit}), rule)
    if size == 0:
        raise _refusal(Problem("empty"), rule)
    if digest.hexdigest() == rule.unlike:
        raise _refusal(Problem("same_file"), rule)
    kept.flush()
    inspection = inspect_file(Path(kept.name), allowed=rule.media_types, max_pages=rule.max_pages)
    if inspection.problems:
        raise _refusal(inspection.problems[0], rule)
    return Measured(digest.hexdigest(), size, inspection)


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(CHUNK):
        yield piece


def _refusal(problem: Problem, rule: FileRule) -> RuleError:
    return RuleError(describe(problem, title=rule.title, allowed=rule.media_types), field="file")


def refuse_unfit(document: Document, rule: FileRule, *, field: str) -> None:
    """Refuse a file taken in before for a slot that takes another type, fewer bytes or fewer pages."""
    if document.media_type not in rule.media_types:
        problem = Problem("wrong_type")
    elif document.size > rule.max_bytes:
        problem = Problem("too_big", {"size": document.size, "limit": rule.max_bytes})
    elif rule.max_pages is not None and document.pages > rule.max_pages:
        problem = Problem("too_many_pages", {"pages": document.pages, "limit": rule.max_pages})
    else:
        return
    raise RuleError(describe(problem, title=rule.title, allowed=rule.media_types), field=field)


def display_name(given: str) -> str:
    """The name as given, but for signs a database or a page cannot hold; a longer one keeps its end."""
    name = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", given).strip() or "file"
    if len(name) > FILENAME_LENGTH:
        name = f"{name[: FILENAME_LENGTH - 21]}…{name[-20:]}"
    return name
