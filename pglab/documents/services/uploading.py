"""Files sent in parts, from the browser straight to the store. Nothing of it counts before the whole is taken in."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.adapters.inspector import Problem, describe
from pglab.adapters.storage import StartedParts, StoreUnavailableError, current_store
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError
from pglab.documents import policy, queries
from pglab.documents.models import MAX_BYTES, PART_BYTES, Upload
from pglab.documents.services.receiving import display_name
from pglab.documents.states import UploadOutcome

# A part has to be begun within this time of asking for its address; how long it then takes does not matter.
ADDRESS_SECONDS = 120
# How long what has arrived is kept for its sender to go on. Less than the sweeper waits, so that it never meets an
# upload somebody may still finish.
KEPT = timedelta(days=7)
OTHER_FILE = "That isn’t the same file. Start over with this one?"
USED = "This upload is over. Select the file again."


@dataclass(frozen=True)
class NextPart:
    """What is there, in bytes, and the part the store wants next: its number, where it lies in the file, where to PUT
    it. None when everything is there."""

    received: int
    number: int | None = None
    start: int = 0
    end: int = 0
    url: str = ""


@dataclass(frozen=True)
class Announced:
    """A file somebody is about to send: for which slot (its title, what the upload is for, the limit), and what the
    browser says of it. `fingerprint` is made of its first and last bytes; `over`: what has arrived of another file for
    the same purpose may be forgotten."""

    title: str
    purpose: str
    max_bytes: int
    filename: str
    size: int
    fingerprint: str
    over: bool = False


@dataclass(frozen=True)
class Waiting:
    """A file of which a part has arrived, and which its sender may go on with: its name, and how far it is."""

    filename: str
    percent: int


def start_upload(announced: Announced, *, actor: User) -> Upload:
    """Begin an upload for one purpose, or go on with the one this person began for it with the same file.

    Where a part of another file has arrived for this purpose, 409 asks whether to forget it (`over`). Refused beside
    `file`: an empty file, one over the limit, and a person who has sent more in a day than anybody needs to. Two at
    once wait for each other.
    """
    _refuse_by_size(announced)
    db.session.execute(select(User.id).where(User.id == actor.id).with_for_update(key_share=True, of=User))
    name = display_name(announced.filename)
    live = queries.list_live_uploads(announced.purpose, actor.id)
    for earlier in live:
        same = (earlier.filename, earlier.size, earlier.fingerprint) == (name, announced.size, announced.fingerprint)
        if same and _may_go_on(earlier) and _sizes_there(earlier) is not None:
            return earlier
    if not announced.over and any(_may_go_on(earlier) and _sizes_there(earlier) for earlier in live):
        raise StateError(OTHER_FILE)
    for earlier in live:
        cancel_upload(earlier)
    problem = policy.quota_problem(*queries.count_recent(actor.id), more=announced.size)
    if problem:
        raise RuleError(problem, field="file")
    key = secrets.token_urlsafe(32)
    upload = Upload(
        purpose=announced.purpose,
        filename=name,
        size=announced.size,
        fingerprint=announced.fingerprint,
        storage_key=key,
        store_upload_id=current_store().start_parts(key),
        started_by_id=actor.id,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def _may_go_on(upload: Upload) -> bool:
    return official_now() - upload.started_at < KEPT


def find_waiting(purpose: str, *, actor: User) -> Waiting | None:
    """The file this person began to send for this purpose and may go on with; None where nothing of it has arrived."""
    upload = queries.find_newest_upload(purpose, actor.id)
    if upload is None or not _may_go_on(upload):
        return None
    try:
        there = _sizes_there(upload) or {}
    except StoreUnavailableError:
        return None
    received = sum(there.values())
    return Waiting(upload.filename, 100 * received // upload.size) if received else None


def _refuse_by_size(announced: Announced) -> None:
    limit = min(announced.max_bytes, MAX_BYTES)
    if announced.size <= 0:
        problem = Problem("empty")
    elif announced.size > limit:
        problem = Problem("too_big", {"size": announced.size, "limit": limit})
    else:
        return
    raise RuleError(describe(problem, title=announced.title, allowed=frozenset()), field="file")


def next_part(upload: Upload) -> NextPart:
    """Ask the store which parts have arrived whole, and make the address of the first that has not.

    Only the store is believed about that, so going on after a dropped line is the same as going on.
    """
    there = _sizes_there(upload)
    if upload.outcome is not None or there is None:
        raise RuleError(USED, field="file")
    sizes = upload.part_sizes()
    received = sum(size for number, size in enumerate(sizes, 1) if there.get(number) == size)
    for number, size in enumerate(sizes, 1):
        if there.get(number) != size:
            start = (number - 1) * PART_BYTES
            url = current_store().part_url(_parts(upload), number, size, seconds=ADDRESS_SECONDS)
            return NextPart(received, number, start, start + size, url)
    return NextPart(received)


def _sizes_there(upload: Upload) -> dict[int, int] | None:
    """The parts that have arrived. All of them when they are joined already (a crash came between that and taking the
    file in); None when the upload is no more."""
    there = current_store().list_parts(_parts(upload))
    if there is None and current_store().exists(upload.storage_key):
        return dict(enumerate(upload.part_sizes(), 1))
    return there


def _parts(upload: Upload) -> StartedParts:
    return StartedParts(upload.storage_key, upload.store_upload_id, upload.started_at)


def cancel_upload(upload: Upload) -> None:
    """Stop an upload and forget its parts; one that is over already stays as it is."""
    if upload.outcome is None:
        current_store().drop_parts(_parts(upload))
        upload.outcome, upload.ended_at = UploadOutcome.CANCELLED, official_now()
        db.session.flush()


def claim_upload(upload_id: UUID, *, purpose: str, actor: User) -> Upload:
    """The person's own live upload for this very purpose, held until the transaction ends, to be taken in now."""
    upload = queries.find_upload(upload_id, viewer_id=actor.id, lock=True)
    if upload is None or upload.purpose != purpose or upload.outcome is not None:
        raise RuleError(USED, field="file")
    if not _may_go_on(upload):
        raise RuleError(USED, field="file")
    return upload
