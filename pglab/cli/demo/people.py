"""The cast: everyone signs up and confirms, City people get their roles, startups are registered."""

from functools import cache

from flask_security.utils import hash_password
from sqlalchemy import select

from pglab.accounts.models import MemberRole, StaffRole, StaffRoleGrant
from pglab.accounts.queries import find_user_by_email
from pglab.accounts.services import (
    DEMO_PASSWORD,
    PERSONAS,
    OrganizationProfile,
    accept_invitation,
    ask_to_join,
    change_organization,
    confirm_email,
    grant_role,
    invite_member,
    register_organization,
    sign_up,
)
from pglab.cli.demo import city
from pglab.cli.demo.story import MON, TUE, Calendar, Step
from pglab.core.db import db
from pglab.core.states import words

FIRST_ADMINISTRATOR = "Ned Fox"
ROLES = {
    "Priya Shah": StaffRole.PROGRAM_MANAGER,
    "Marcus Bell": StaffRole.PROGRAM_MANAGER,
    "Helen Novak": StaffRole.DIRECTOR,
    "Tomas Lin": StaffRole.FINANCE,
    "Marisol Vega": StaffRole.FINANCE,
    "Ivy Grant": StaffRole.AUDITOR,
}
OTHER_CHAMPION = "Rosa Lindqvist"
NEWCOMER = "threesisters"
MOVES, NEW_ADDRESS = "rowhouse", {"street": "77 Example Way", "postal_code": "15212"}
ASKS, ASKED = "Tess Amory", "curbsense"


def steps(calendar: Calendar) -> list[Step]:
    """Seventy weeks ago the City's people, a week later the startups; one startup is new."""
    act = calendar.act
    staff = [*(persona.name for persona in PERSONAS if persona.group != "Startup"), OTHER_CHAMPION]
    found = [act((-70, MON, "09:00"), f"{name} signs up", join, name) for name in staff]
    found.append(act((-70, TUE, "09:00"), "The first administrator is appointed", appoint))
    found += [
        act((-70, TUE, "10:00"), f"{name} becomes {words(role)}", give, name, role) for name, role in ROLES.items()
    ]
    for key in city.startups():
        week = -3 if key == NEWCOMER else -69
        found += [act((week, MON, "09:00"), f"{name} signs up", join, name) for name, _ in city.members(key)]
        found.append(act((week, TUE, "13:00"), f"{key} is registered", register, key))
    found.append(act((-20, MON, "11:00"), f"{MOVES} moves", move, MOVES, NEW_ADDRESS))
    found.append(act((-1, MON, "10:00"), f"{ASKS} asks to join {ASKED}", ask, ASKS, ASKED))
    return found


def join(name: str) -> None:
    """A person signs up and shows that the mailbox is theirs. Whoever has an account already keeps it."""
    user = find_user_by_email(city.address(name))
    if user is None:
        sign_up(name=name, email=city.address(name), password=DEMO_PASSWORD, hashed=shared_hash())
        user = city.person(name)
    if user.confirmed_at is None:
        confirm_email(user)


@cache
def shared_hash() -> str:
    """The hash of the one password that all of them have."""
    return str(hash_password(DEMO_PASSWORD))


def appoint() -> None:
    """The operator appoints the first administrator."""
    if not db.session.scalar(
        select(StaffRoleGrant).where(StaffRoleGrant.user_id == city.person(FIRST_ADMINISTRATOR).id)
    ):
        grant_role(city.person(FIRST_ADMINISTRATOR), StaffRole.ADMIN, actor=None)


def give(name: str, role: StaffRole) -> None:
    """The administrator gives a City person their role."""
    if not city.person(name).has_staff_role(role):
        grant_role(city.person(name), role, actor=city.person(FIRST_ADMINISTRATOR))


def register(key: str) -> None:
    """The representative registers the startup and invites the colleagues, who accept."""
    first, *others = city.members(key)
    actor = city.person(first[0])
    organization = register_organization(OrganizationProfile(**city.startups()[key]["profile"]), actor=actor)
    for name, role in others:
        invitation = invite_member(organization, email=city.address(name), role=MemberRole(role), actor=actor)
        accept_invitation(invitation, actor=city.person(name))


def move(key: str, address: dict[str, str]) -> None:
    """The startup moves to another street: the second version of its entry."""
    profile = OrganizationProfile(**{**city.startups()[key]["profile"], **address})
    change_organization(city.startup(key), profile, actor=city.representative(key))


def ask(name: str, key: str) -> None:
    """Somebody asks to join a startup, and waits for the answer."""
    ask_to_join(city.startup(key), actor=city.person(name))
