"""Things for tests, made with as little as they need. `keep` stores rows and puts them on the audit log."""

import importlib.util
from types import SimpleNamespace
from typing import Any

from config import ROOT
from pglab.audit.services import record
from pglab.core.db import db, transaction

_spec = importlib.util.spec_from_file_location("audit_chain", ROOT / "migrations/versions/0004_audit_chain.py")
assert _spec and _spec.loader
_audit_chain = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_audit_chain)


def keep(*things: Any) -> None:
    """Commit rows made by hand, each under an audit entry of its own, as the database demands."""
    with transaction():
        db.session.add_all(things)
        db.session.flush()
        for thing in things:
            column = _audit_chain.AUDITED.get(thing.__tablename__)
            if column:
                record("made.for_a_test", SimpleNamespace(id=getattr(thing, column)), actor=None)
