"""Forms that met the end of a session. They are kept for a day, for the person who typed them and their page.

Only ciphertext is stored. Its key is the token in the browser's own cookie, of which we keep a hash, as of the page's
address: what lies here tells nobody what was typed or where.
"""

import json
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from pglab.accounts.models import KeptForm
from pglab.accounts.services.sessions import hashed
from pglab.adapters.locking import lock, unlock
from pglab.core.db import db
from pglab.core.ids import uuid7

KEPT_FOR = timedelta(hours=24)
MOST = 20
Fields = list[tuple[str, str]]


def keep_form(token: str, person: UUID, path: str, fields: Fields) -> bool:
    """Keep what was typed; False when the person has as many kept forms as we take."""
    db.session.execute(delete(KeptForm).where(KeptForm.user_id == person, ~_young()))
    if (db.session.scalar(select(func.count()).where(KeptForm.user_id == person)) or 0) >= MOST:
        return False
    content = {
        "user_id": person,
        "ciphertext": lock(json.dumps(fields).encode(), secret=token, purpose=f"{person} {path}"),
        "kept_at": func.clock_timestamp(),
    }
    row = insert(KeptForm).values(id=uuid7(), token_hash=hashed(token), path_hash=_place(token, path), **content)
    db.session.execute(row.on_conflict_do_update(index_elements=["token_hash", "path_hash"], set_=content))
    return True


def find_kept_form(token: str, person: UUID, path: str) -> Fields:
    """What this person typed in this browser for this page less than a day ago; nothing for anybody else."""
    mine = select(KeptForm.ciphertext).where(*_of(token, path), KeptForm.user_id == person, _young())
    locked = db.session.scalar(mine)
    content = unlock(locked, secret=token, purpose=f"{person} {path}") if locked is not None else None
    return [(name, value) for name, value in json.loads(content)] if content is not None else []


def forget_kept_form(token: str, path: str) -> None:
    """The form arrived: what was kept of it goes."""
    db.session.execute(delete(KeptForm).where(*_of(token, path)))


def remove_old_kept_forms() -> int:
    """Forget the forms that nobody came back for within a day; how many there were."""
    return len(db.session.scalars(delete(KeptForm).where(~_young()).returning(KeptForm.id)).all())


def _of(token: str, path: str) -> tuple[ColumnElement[bool], ...]:
    return KeptForm.token_hash == hashed(token), KeptForm.path_hash == _place(token, path)


def _place(token: str, path: str) -> str:
    return hashed(f"{token} {path}")


def _young() -> ColumnElement[bool]:
    return KeptForm.kept_at > func.clock_timestamp() - KEPT_FOR
