"""Registering a startup, and changing what it says about itself."""

from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError

from pglab.accounts import policy, queries
from pglab.accounts.models import MemberRole, Organization, OrganizationVersion, User
from pglab.accounts.services.merging import Merged, merge
from pglab.accounts.services.teams import join
from pglab.audit.services import record
from pglab.core.clock import eastern_today, official_now
from pglab.core.db import db
from pglab.core.errors import RuleError, require
from pglab.core.ids import uuid7
from pglab.core.text import company_name_key

LONGEST_KEY = 400


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
    ownership: list[str] = field(default_factory=list)
    certifications: list[str] = field(default_factory=list)


def register_organization(profile: OrganizationProfile, *, actor: User, anyway: bool = False) -> Organization:
    """Register an organization once; whoever registers it becomes its authorized representative.

    A name that is taken, however it is spelled, is refused with a hint whom to ask. The same website is a warning only,
    for a company may have several startups: whoever registers says that it is to be `anyway`.
    """
    require(not actor.is_staff, "You have a City role, so you can’t act for a startup.")
    _check(profile)
    key = _free_name(profile.legal_name)
    same = None if anyway else queries.find_organization_by_domain(profile.website)
    if same is not None:
        raise RuleError(f"{same.legal_name} is registered with this website. Select that yours is another.", "anyway")
    organization = Organization(
        id=uuid7(), **asdict(profile), **_keys(profile, key), registered_on=eastern_today(), version=1
    )
    try:
        with db.session.begin_nested():
            db.session.add(organization)
    except IntegrityError:
        _free_name(profile.legal_name)
        raise
    join(organization, actor, MemberRole.REPRESENTATIVE)
    _keep_version(organization, profile, actor)
    record("organization.registered", organization, actor=actor, after=asdict(profile))
    return organization


def change_organization(
    organization: Organization, profile: OrganizationProfile, *, actor: User, seen: int | None = None
) -> Merged:
    """Change what the City holds about the organization. Representatives and editors may.

    Each change makes a version. What was submitted keeps the version that stood then. `seen` is the version that the
    page at hand showed: what only a colleague changed since then stays theirs, and where both changed the same, nothing
    is saved and the disputed fields come back, for the person to choose.
    """
    require(policy.may_edit_for(actor, organization.id), "Ask a representative or an editor to change this.")
    queries.lock_organization(organization)
    merged = _merged(organization, asdict(profile), organization.version if seen is None else seen)
    if merged.disputed:
        return merged
    new = merged.profile
    profile = OrganizationProfile(**new)
    _check(profile)
    key = _free_name(profile.legal_name, besides=organization)
    before = {name: getattr(organization, name) for name in new if getattr(organization, name) != new[name]}
    if not before:
        return merged
    for name in before:
        setattr(organization, name, new[name])
    for name, value in _keys(profile, key).items():
        setattr(organization, name, value)
    organization.version += 1
    _keep_version(organization, profile, actor)
    record("organization.changed", organization, actor=actor, before=before, after={name: new[name] for name in before})
    return merged


def _merged(organization: Organization, mine: dict[str, Any], seen: int) -> Merged:
    """What somebody sends, beside what stands by now. Of a version that nobody kept the page has seen nothing."""
    if seen == organization.version:
        return Merged(mine, [], [])
    base = next((each.profile for each in queries.list_versions(organization) if each.number == seen), {})
    return merge(mine, base, {name: getattr(organization, name) for name in mine})


def _keys(profile: OrganizationProfile, name_key: str) -> dict[str, str]:
    """By what the organization is found again."""
    return {"name_key": name_key, "domain_key": queries.domain_key(profile.website)}


def _keep_version(organization: Organization, profile: OrganizationProfile, actor: User) -> None:
    db.session.add(
        OrganizationVersion(
            id=uuid7(),
            organization_id=organization.id,
            number=organization.version,
            profile=asdict(profile),
            changed_by=actor,
            changed_at=official_now(),
        )
    )
    db.session.flush()


def _check(profile: OrganizationProfile) -> None:
    this_year = eastern_today().year
    if profile.founded_year is not None and profile.founded_year > this_year:
        raise RuleError("The year founded must be in the past.", "founded_year")
    if len(company_name_key(profile.legal_name)) > LONGEST_KEY:
        raise RuleError("Enter a shorter legal name.", "legal_name")


def _free_name(legal_name: str, *, besides: Organization | None = None) -> str:
    """The key of a name nobody else has; RuleError naming whom to ask otherwise."""
    taken = queries.find_organization_by_name(legal_name)
    if taken is not None and (besides is None or taken.id != besides.id):
        asked = next((m.user for m in queries.list_members(taken) if m.role is MemberRole.REPRESENTATIVE), None)
        whom = f"Ask {masked(asked.name)} to add you, or ask to join." if asked else "Ask to join."
        raise RuleError(f"{taken.legal_name} is already registered. {whom}", "legal_name")
    return company_name_key(legal_name)


def masked(name: str) -> str:
    """First letters only: enough for a colleague, too little for a stranger."""
    return " ".join(word[0] + "…" for word in name.split())
