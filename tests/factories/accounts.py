"""People and startups."""

from datetime import UTC, date, datetime
from itertools import count

from pglab.accounts.models import MemberRole, Membership, Organization, StaffRole, StaffRoleGrant, User
from pglab.core.ids import uuid7
from pglab.core.text import company_name_key, same_name_key
from tests.factories import keep

_numbers = count(1)


def make_user(name: str = "Sam Doe", *roles: StaffRole, email: str | None = None) -> User:
    """A person with a confirmed account and these staff roles."""
    address = email or f"person{next(_numbers)}-{uuid7().hex[-6:]}@example.org"
    user = User(
        id=uuid7(),
        email=address,
        email_key=same_name_key(address),
        name=name,
        fs_uniquifier=uuid7().hex,
        confirmed_at=datetime.now(UTC),
        active=True,
    )
    keep(user)
    grants = [StaffRoleGrant(user_id=user.id, role=role) for role in roles]
    if grants:
        keep(*grants)
        user.roles = grants
    return user


def make_program_manager(name: str = "Paula Manager") -> User:
    return make_user(name, StaffRole.PROGRAM_MANAGER)


def make_director(name: str = "Dirk Director") -> User:
    return make_user(name, StaffRole.DIRECTOR)


def make_finance_officer(name: str = "Fay Finance") -> User:
    return make_user(name, StaffRole.FINANCE)


def make_organization(
    *members: User, name: str | None = None, role: MemberRole = MemberRole.REPRESENTATIVE
) -> Organization:
    """A registered startup whose members all have `role`; somebody else represents it where none of them does."""
    legal_name = name or f"Startup {next(_numbers)} {uuid7().hex[-6:]} Inc."
    organization = Organization(
        legal_name=legal_name,
        name_key=company_name_key(legal_name),
        registration_state="Pennsylvania",
        street="1 Example St",
        city="Pittsburgh",
        postal_code="15222",
        county="Allegheny",
        registered_on=date(2026, 1, 5),
    )
    roles = dict.fromkeys(members, role)
    if not members or role is not MemberRole.REPRESENTATIVE:
        roles[make_user("Rita Representative")] = MemberRole.REPRESENTATIVE
    keep(organization, *(Membership(organization=organization, user=each, role=own) for each, own in roles.items()))
    return organization


def make_editor(organization: Organization, name: str = "Ed Editor") -> User:
    """Somebody on the startup's team who may write, and may not submit."""
    editor = make_user(name)
    keep(Membership(organization=organization, user=editor, role=MemberRole.EDITOR))
    return editor
