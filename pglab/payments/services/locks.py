"""The order in which money work takes its locks, and what a lost race is answered with."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from pglab.accounts.models import Organization
from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.core.errors import StateError
from pglab.payments.models import PaymentRequest

CHANGED = "Something changed since you opened this. Check it again."


def lock_cohort(cohort_id: UUID) -> None:
    """One payment request at a time is numbered in a cohort."""
    _hold(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True))


def lock_payee(organization_id: UUID, *, to_change: bool = False) -> None:
    """Vendor details do not change while a request of that payee is acted on, and the other way round."""
    query = select(Organization.id).where(Organization.id == organization_id)
    _hold(query.with_for_update(key_share=True) if to_change else query.with_for_update(read=True))


def lock_request(request: PaymentRequest) -> None:
    """Hold the payee, then the request, and see the request as it is now."""
    lock_payee(request.installment.stipend.pilot.organization_id)
    db.session.refresh(request, with_for_update={"of": PaymentRequest})


def _hold(query: Select[UUID]) -> None:
    db.session.execute(query).all()


@contextmanager
def race_lost(**sentences: str) -> Iterator[None]:
    """Store, and answer a rule of the database with 409: `sentences` name the constraint that may be met first."""
    try:
        yield
        db.session.flush()
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", "") or ""
        raise StateError(sentences.get(constraint, CHANGED)) from error
    except DBAPIError as error:
        if str(getattr(error.orig, "sqlstate", "")).startswith("PL"):
            raise StateError(CHANGED) from error
        raise
