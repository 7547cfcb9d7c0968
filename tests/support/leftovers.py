"""What the store and the tables say of each other: bytes that are missing, bytes that nothing names, and a process
that is killed between the two."""

import hashlib
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from pglab.adapters.storage import S3Store, current_store
from pglab.core.db import db, transaction
from pglab.documents import services
from pglab.documents.models import Document, DocumentPage

# For the sweeper: whatever its age.
NOW = timedelta(seconds=-60)


def missing() -> list[str]:
    """Documents and pictures whose bytes are not in the store as they were received or drawn."""
    store, lost = current_store(), []
    for key, sha256, size in [*named(Document.storage_key, Document), *named(DocumentPage.image_key, DocumentPage)]:
        kept = store.head(key)
        content = b"".join(store.open(key)) if kept else b""
        if hashlib.sha256(content).hexdigest() != sha256 or len(content) != size:
            lost.append(key)
    return lost


def named(key: Any, table: Any) -> list[Any]:
    """What a table says of the bytes it names."""
    return list(db.session.execute(db.select(key, table.sha256, table.size).where(key.is_not(None))))


def sweep() -> int:
    """Have the sweeper remove what it takes for left behind, however young; how many there were."""
    removed = 0
    for leftover in list(services.list_leftovers(older_than=NOW, parts_older_than=NOW)):
        with transaction():
            removed += services.remove_leftover(leftover)
    return removed


def orphans(store: S3Store) -> set[str]:
    """What lies in the store and belongs to no document and to no page."""
    there = {item.key for item in store.list_objects()} | {item.key for item in store.list_started_parts()}
    return there - {
        row[0] for row in [*named(Document.storage_key, Document), *named(DocumentPage.image_key, DocumentPage)]
    }


def die() -> None:
    """The end of this process, without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_while(app: Flask, act: Callable[[], None], inside: tuple[Any, str] | None) -> None:
    """Have a copy of this process do it, and kill it (SIGKILL) as soon as the step `inside` it is done; without one,
    `act` itself has to die."""
    db.session.remove()
    db.engine.dispose()
    bucket = current_store().bucket
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (inside, status)
        return
    try:
        own = S3Store(app.config["SETTINGS"])
        own.bucket = bucket
        app.extensions["pglab.store"] = own
        if inside is not None:
            owner, name = inside
            whole = getattr(owner, name)

            def deadly(*args: Any, **kwargs: Any) -> Any:
                whole(*args, **kwargs)
                die()

            setattr(owner, name, deadly)
        act()
    finally:
        os._exit(1)
