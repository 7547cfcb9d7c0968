"""Registering a startup, and saying who acts for it."""

from dataclasses import asdict, dataclass

from sqlalchemy.exc import IntegrityError

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import MemberRole, Membership, Organization, User
from pglab.audit.services import record
from pglab.core.clock import eastern_today
from pglab.core.db import db
from pglab.core.errors import NotFoundError, RuleError, require
from pglab.core.ids import uuid7
from pglab.core.states import words
from pglab.core.text import same_name_key

LONGEST_KEY = 400
LAST_REPRESENTATIVE = "Add another authorized representative before you remove yourself."
LAST_OF_ALL = "Add another authorized representative before you change this one."
ONLY_REPRESENTATIVES = "Only an authorized representative of the organization can do this."


@dataclass(frozen=True, kw_only=True)
class OrganizationProfile:
    """What an organization says about itself."""

    legal_name: str
    registration_state: str
    registration_number: str
    street: str
    city: str
    postal_code: str
    county: str
    founded_year: int | None
    people: int | None
    website: str


def register_organization(profile: OrganizationProfile, *, actor: User) -> Organization:
    """Register an organization once; whoever registers it becomes its authorized representative.

    A name that is taken, however it is spelled, is refused with a hint whom to ask.
    """
    require(not actor.is_staff, "You have a City role, so you can’t act for a startup.")
    _check(profile)
    key = _free_name(profile.legal_name)
    organization = Organization(id=uuid7(), **asdict(profile), name_key=key, registered_on=eastern_today())
    try:
        with db.session.begin_nested():
            db.session.add(organization)
    except IntegrityError:
        _free_name(profile.legal_name)
        raise
    join(organization, actor, MemberRole.REPRESENTATIVE)
    record("organization.registered", organization, actor=actor, after=asdict(profile))
    return organization


def change_organization(organization: Organization, profile: OrganizationProfile, *, actor: User) -> None:
    """Change what the City holds about the organization. Representatives and editors may; each change is recorded."""
    require(policy.may_edit_for(actor, organization.id), "Ask a representative or an editor to change this.")
    _check(profile)
    queries.lock_organization(organization)
    key = _free_name(profile.legal_name, besides=organization)
    new = asdict(profile)
    before = {name: getattr(organization, name) for name in new if getattr(organization, name) != new[name]}
    if not before:
        return
    for name in before:
        setattr(organization, name, new[name])
    organization.name_key = key
    record("organization.changed", organization, actor=actor, before=before, after={name: new[name] for name in before})


def _check(profile: OrganizationProfile) -> None:
    this_year = eastern_today().year
    if profile.founded_year is not None and profile.founded_year > this_year:
        raise RuleError("The year founded must be in the past.", "founded_year")
    if len(same_name_key(profile.legal_name)) > LONGEST_KEY:
        raise RuleError("Enter a shorter legal name.", "legal_name")


def _free_name(legal_name: str, *, besides: Organization | None = None) -> str:
    """The key of a name nobody else has; RuleError naming whom to ask otherwise."""
    taken = queries.find_organization_by_name(legal_name)
    if taken is not None and (besides is None or taken.id != besides.id):
        asked = next((m.user for m in queries.list_members(taken) if m.role is MemberRole.REPRESENTATIVE), None)
        whom = f"Ask {masked(asked.name)} to add you." if asked else "Contact us to be added."
        raise RuleError(f"{taken.legal_name} is already registered. {whom}", "legal_name")
    return same_name_key(legal_name)


def masked(name: str) -> str:
    """First letters only: enough for a colleague, too little for a stranger."""
    return " ".join(word[0] + "…" for word in name.split())


def change_member_role(organization: Organization, user: User, role: MemberRole, *, actor: User) -> None:
    """Change what a member may do. At least one representative stays."""
    membership = _changeable(organization, user, actor)
    if membership.role is role:
        return
    if membership.role is MemberRole.REPRESENTATIVE:
        _keep_a_representative(organization, user, actor)
    before, membership.role = membership.role, role
    change = {"person": str(user.id)}
    record(
        "member.changed", organization, actor=actor, before={**change, "role": before}, after={**change, "role": role}
    )
    notices.say_changed(user, f"You are now {words(role)} of {organization.legal_name}.")


def remove_member(organization: Organization, user: User, *, actor: User) -> None:
    """End a membership at once; a member may also leave. At least one representative stays."""
    membership = _changeable(organization, user, actor, leaving=True)
    if membership.role is MemberRole.REPRESENTATIVE:
        _keep_a_representative(organization, user, actor)
    db.session.delete(membership)
    db.session.flush()
    db.session.refresh(user, ["memberships"])
    record("member.removed", organization, actor=actor, before={"person": str(user.id), "role": membership.role})
    notices.say_changed(user, f"You are no longer a member of {organization.legal_name}.")


def _changeable(organization: Organization, user: User, actor: User, *, leaving: bool = False) -> Membership:
    """The membership, with the organization's team held still; refused for those who may not change it."""
    queries.lock_organization(organization)
    if not (leaving and user.id == actor.id):
        require(policy.may_change_team(actor, organization.id), ONLY_REPRESENTATIVES)
    membership = queries.get_member(organization, user.id)
    if membership not in user.memberships:
        raise NotFoundError("This person is not a member any more.")
    return membership


def _keep_a_representative(organization: Organization, user: User, actor: User) -> None:
    if queries.count_representatives(organization) < 2:
        raise RuleError(LAST_REPRESENTATIVE if user.id == actor.id else LAST_OF_ALL)


def join(organization: Organization, user: User, role: MemberRole) -> Membership:
    """The membership itself; who may have one is decided before."""
    membership = Membership(id=uuid7(), organization=organization, user=user, role=role)
    db.session.add(membership)
    db.session.flush()
    return membership
