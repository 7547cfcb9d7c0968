"""The people whose names stand, or could stand, under a payment."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import Membership, User
from pglab.core.db import db
from pglab.payments import policy
from pglab.payments.queries.facts import Facts
from pglab.pilots.queries import list_staff
from pglab.web.filters import listed


def list_signers() -> Sequence[User]:
    """Everyone who holds a role that approves payments."""
    return list_staff(*policy.SIGNERS)


def payee_people(organization_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The persons who belong to each of these organizations, whatever account they used to join."""
    rows = db.session.execute(
        select(Membership.organization_id, User.person_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.organization_id.in_(organization_ids))
    )
    found: dict[UUID, set[UUID]] = {organization: set() for organization in organization_ids}
    for organization, person in rows:
        found[organization].add(person)
    return found


def who_could_approve(facts: Facts, signers: Sequence[User], payee: Collection[UUID]) -> list[User]:
    """Who may give the next approval of the request."""
    request = facts.request
    if request is None:
        return []
    return [each for each in signers if policy.hindrance(each, request, facts.approvals, payee) is None]


def names_of(people: Sequence[User], word: str = "and") -> str:
    """Their names as read in a sentence."""
    return listed([person.name for person in people], word)
