"""What unfinished uploads left in the store is removed after some days; what a document names is never touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pglab.adapters.storage import StartedParts, current_store
from pglab.core.clock import machine_now, official_now
from pglab.documents import queries
from pglab.documents.states import UploadOutcome

KEPT_UNCLAIMED = timedelta(days=1)
# Longer than somebody may go on with an upload.
KEPT_PARTS = timedelta(days=8)
BATCH = 500


@dataclass(frozen=True)
class Leftover:
    """Something in the store that nobody claimed when it was listed: an object, or the parts of one."""

    key: str
    parts: StartedParts | None = None


def list_leftovers(
    older_than: timedelta = KEPT_UNCLAIMED, *, parts_older_than: timedelta = KEPT_PARTS
) -> Iterator[Leftover]:
    """Objects that no document names, a day after they came, and uploads that were never joined, eight days after."""
    _see_everything()
    store = current_store()
    for started in list(store.list_started_parts()):
        if machine_now() - started.started_at > parts_older_than:
            yield Leftover(started.key, started)
    old = [item.key for item in store.list_objects() if machine_now() - item.stored_at > older_than]
    for start in range(0, len(old), BATCH):
        keys = old[start : start + BATCH]
        yield from (Leftover(key) for key in sorted(set(keys) - queries.list_stored_keys(keys)))


def _see_everything() -> None:
    """Whoever is not shown every document would take the hidden ones for leftovers."""
    if not queries.sees_everything():
        raise RuntimeError("only the worker and commands, to whom no document is hidden, may sweep the store")


def remove_leftover(leftover: Leftover) -> bool:
    """Remove one leftover unless somebody is taking it in at this moment, or has done so since it was listed.

    Taking in holds the upload's row until it is committed, and so does this: one of the two comes first.
    """
    _see_everything()
    upload, busy = queries.lock_upload_of(leftover.key)
    if busy or queries.list_stored_keys([leftover.key]):
        return False
    if leftover.parts is not None:
        current_store().drop_parts(leftover.parts)
    else:
        current_store().delete(leftover.key)
    if upload is not None and upload.outcome is None:
        upload.outcome, upload.ended_at = UploadOutcome.EXPIRED, official_now()
    return True
