"""Things for tests, made with as little as they need. `keep` stores rows and puts them on the audit log."""

import importlib.util
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from config import ROOT
from pglab.audit.services import record
from pglab.core.db import db, transaction


def _audited() -> dict[str, str]:
    """Every audited table and the column its changes are logged under, as the migrations name them."""
    tables: dict[str, str] = {}
    for path in sorted((ROOT / "migrations/versions").glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        tables |= getattr(module, "AUDITED", {})
    return tables


AUDITED = _audited()


def keep(*things: Any, sealed_rfp_id: UUID | None = None) -> None:
    """Commit rows made by hand, each under an audit entry of its own, as the database demands.

    `sealed_rfp_id` names the call of what belongs to a proposal, so that its entries are sealed as the services' are.
    """
    with transaction():
        db.session.add_all(things)
        db.session.flush()
        for thing in things:
            column = AUDITED.get(thing.__tablename__)
            if column:
                sealed = {"sealed_rfp_id": sealed_rfp_id} if sealed_rfp_id else {}
                record("made.for_a_test", SimpleNamespace(id=getattr(thing, column), **sealed), actor=None)
