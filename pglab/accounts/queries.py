"""Finding people and organizations."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, text
from sqlalchemy.orm import joinedload

from pglab.accounts import policy
from pglab.accounts.models import (
    Invitation,
    InvitationState,
    JoinRequest,
    JoinState,
    KnownDevice,
    MemberRole,
    Membership,
    Organization,
    OrganizationVersion,
    Passkey,
    RecoveryCode,
    SignInSession,
    User,
)
from pglab.audit.queries import history_of
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.core.text import company_name_key, same_name_key

# Websites of many startups stand there: the same host tells nothing.
SHARED_HOSTS = frozenset(
    (
        "bsky.app",
        "facebook.com",
        "github.com",
        "github.io",
        "instagram.com",
        "linkedin.com",
        "linktr.ee",
        "sites.google.com",
        "x.com",
    )
)


def email_key(email: str) -> str:
    """The form in which addresses are compared: letters that look alike by compatibility, and case, do not tell two
    addresses apart; dots and plus signs do."""
    return same_name_key(email).lower()


def find_user_by_email(email: str, *, lock: bool = False) -> User | None:
    """The account with this address, confirmed or not; locked until the transaction ends when asked."""
    query = select(User).where(User.email_key == email_key(email))
    if lock:
        query = query.with_for_update(of=User).execution_options(populate_existing=True)
    return db.session.scalar(query)


def find_user_by_stamp(stamp: str) -> User | None:
    """The account whose sign-in stamp this is."""
    return db.session.scalar(select(User).where(User.fs_uniquifier == stamp, User.active))


def find_confirmed_user(email: str) -> User | None:
    """The person with this address, if they have shown that it is theirs."""
    user = find_user_by_email(email)
    return user if user is not None and user.active and user.confirmed_at is not None else None


def acts_for_a_startup(user: User) -> bool:
    """Whether this person, by whichever of their accounts, is on the team of a startup."""
    on_a_team = select(Membership.id).join(User, User.id == Membership.user_id)
    return db.session.scalar(on_a_team.where(User.person_id == user.person_id).limit(1)) is not None


def find_password(email: str) -> Row[UUID, str | None, bool, datetime | None] | None:
    """What is needed to check a password, and no more: the same single statement whether the account exists or not."""
    wanted = select(User.id, User.password, User.active, User.confirmed_at)
    return db.session.execute(wanted.where(User.email_key == email_key(email))).one_or_none()


def is_known_device(key: str, token_hash: str) -> bool:
    """Whether the person with this address has signed in on this browser before."""
    known = select(KnownDevice.id).join(User, User.id == KnownDevice.user_id)
    return db.session.scalar(known.where(User.email_key == key, KnownDevice.token_hash == token_hash)) is not None


def get_user(user_id: UUID) -> User:
    """One person, for those who look after accounts."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such person.")
    return user


def lock_user(user: User) -> None:
    """Hold the account's row until the transaction ends, and see it as it is now."""
    db.session.flush()
    db.session.refresh(user, with_for_update={"of": User})


def new_stamp() -> str:
    """A sign-in stamp that nobody can guess; giving a person a new one ends all their sessions."""
    return uuid4().hex


def real_now() -> datetime:
    """The database's own clock: sessions and tries go by it, also when the official time of a demo has been moved."""
    now: datetime = db.session.scalar(text("SELECT clock_timestamp()"))
    return now


def _live() -> list[ColumnElement[bool]]:
    """A session goes on until it is ended, has rested too long, or its time is over."""
    now = func.clock_timestamp()
    rested = now - SignInSession.seen_at > func.make_interval(0, 0, 0, 0, 0, 0, SignInSession.idle_seconds)
    return [SignInSession.ended_at.is_(None), SignInSession.ends_at > now, ~rested]


def find_session(token_hash: str) -> SignInSession | None:
    """The session a browser holds, while it goes on, with its person, their roles and memberships: one statement for
    what every page asks."""
    return db.session.scalars(_session_with_person(), {"token_hash": token_hash}).unique().one_or_none()


def find_person_of_session(token_hash: str) -> UUID | None:
    """Whose session it was that a browser holds, also when it has ended."""
    return db.session.scalar(select(SignInSession.user_id).where(SignInSession.token_hash == token_hash))


@cache
def _session_with_person() -> Select[SignInSession]:
    person = joinedload(SignInSession.user)
    return (
        select(SignInSession)
        .where(SignInSession.token_hash == bindparam("token_hash"), *_live())
        .options(person.joinedload(User.roles), person.joinedload(User.memberships).joinedload(Membership.organization))
        .execution_options(populate_existing=True)
    )


def list_sessions(user: User) -> list[SignInSession]:
    """Where a person is signed in, last used first."""
    theirs = select(SignInSession).where(SignInSession.user_id == user.id, *_live())
    return list(db.session.scalars(theirs.order_by(SignInSession.seen_at.desc(), SignInSession.id)))


def list_device_hashes(user: User) -> list[str]:
    """The browsers on which a person has signed in."""
    return list(db.session.scalars(select(KnownDevice.token_hash).where(KnownDevice.user_id == user.id)))


def list_passkeys(user: User) -> list[Passkey]:
    """The devices that open an account by signing, oldest first."""
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)))


def find_passkey(key_id: bytes) -> Passkey | None:
    """The passkey of this id; its row is held, so that its count of uses goes up one at a time."""
    return db.session.scalar(select(Passkey).where(Passkey.key_id == key_id).with_for_update())


def has_second_step(user: User) -> bool:
    """Whether signing in with the password alone is not enough: an app that shows codes, or a passkey, is set up."""
    return bool(user.tf_primary_method) or bool(list_passkeys(user))


def count_recovery_codes(user: User) -> int:
    """How many recovery codes are left."""
    left = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(left) or 0


def get_organization(organization_id: UUID, *, viewer: User) -> Organization:
    """An organization the viewer belongs to; any other does not exist for them."""
    organization = db.session.get(Organization, organization_id)
    if organization is None or not policy.may_see(viewer, organization_id):
        raise NotFoundError("There is no such organization, or you are not a member of it.")
    return organization


def list_versions(organization: Organization) -> list[OrganizationVersion]:
    """What the organization has said about itself, newest first."""
    theirs = select(OrganizationVersion).where(OrganizationVersion.organization_id == organization.id)
    return list(db.session.scalars(theirs.order_by(OrganizationVersion.number.desc())))


def last_change_of(organization: Organization, name: str) -> OrganizationVersion | None:
    """The version in which a field of the entry was last said otherwise than before."""
    versions = list_versions(organization)
    return next((new for new, old in pairwise(versions) if new.profile.get(name) != old.profile.get(name)), None)


@dataclass(frozen=True)
class LogLine:
    """One thing that happened to an organization: when, who did it, and what it was, with those whom it concerned."""

    at: datetime
    action: str
    actor: str
    by_oneself: bool
    person: str
    role: str
    role_before: str
    fields: list[str]


def list_log(organization: Organization) -> list[LogLine]:
    """Everything that was done to the organization and its team, newest first."""
    entries = [(entry, json.loads(entry.change)) for entry in reversed(history_of(organization.id))]
    told = [(entry, change["before"] | change["after"], change["before"]) for entry, change in entries]
    named = {UUID(about["person"]) for _, about, _ in told if "person" in about}
    people = db.session.execute(select(User.id, User.name).where(User.id.in_(named)))
    names = {str(user_id): name for user_id, name in people}
    return [
        LogLine(
            at=entry.at,
            action=entry.action,
            actor=entry.actor_name,
            by_oneself=str(entry.actor_id) == about.get("person"),
            person=names.get(about.get("person", ""), ""),
            role=about.get("role", ""),
            role_before=before.get("role", ""),
            fields=sorted(before) if entry.action == "organization.changed" else [],
        )
        for entry, about, before in told
    ]


def find_organization_by_name(legal_name: str) -> Organization | None:
    """The organization registered under this name, however it is spelled."""
    return db.session.scalar(select(Organization).where(Organization.name_key == company_name_key(legal_name)))


def domain_key(website: str) -> str:
    """The host of a website as domains are compared, without www; empty for none, and for hosts that many share."""
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    return "" if host in SHARED_HOSTS else host


def find_organization_by_domain(website: str) -> Organization | None:
    """The organization first registered with a website of the same domain: perhaps the same, perhaps its parent's."""
    key = domain_key(website)
    if not key:
        return None
    same = select(Organization).where(Organization.domain_key == key)
    return db.session.scalar(same.order_by(Organization.registered_on, Organization.id).limit(1))


def find_same(legal_name: str, website: str) -> Organization | None:
    """The organization that is registered already under this name, or else with this website."""
    return find_organization_by_name(legal_name) or find_organization_by_domain(website)


def list_join_requests(organization: Organization) -> list[JoinRequest]:
    """Who asks to join and has no answer yet, oldest first."""
    theirs = (JoinRequest.organization_id == organization.id, JoinRequest.state == JoinState.OPEN)
    return list(db.session.scalars(select(JoinRequest).where(*theirs).order_by(JoinRequest.id)).unique())


def get_join_request(organization: Organization, request_id: UUID) -> JoinRequest:
    """One wish to join this organization, answered or not."""
    found = db.session.get(JoinRequest, request_id)
    if found is None or found.organization_id != organization.id:
        raise NotFoundError("There is no such request.")
    return found


def list_open_wishes(user: User) -> list[JoinRequest]:
    """The teams this person asked to join and waits for."""
    theirs = (JoinRequest.user_id == user.id, JoinRequest.state == JoinState.OPEN)
    return list(db.session.scalars(select(JoinRequest).where(*theirs)).unique())


def list_members(organization: Organization) -> list[Membership]:
    """Who belongs to the organization, longest first."""
    return list(db.session.scalars(_members(), {"organization_id": organization.id}).unique())


@cache
def _members() -> Select[Membership]:
    members = select(Membership).where(Membership.organization_id == bindparam("organization_id"))
    return members.options(joinedload(Membership.user)).order_by(Membership.joined_at, Membership.id)


def get_member(organization: Organization, user_id: UUID) -> Membership:
    """One person's part in the organization."""
    found = db.session.scalar(
        select(Membership).where(Membership.organization_id == organization.id, Membership.user_id == user_id)
    )
    if found is None:
        raise NotFoundError("This person is not a member any more.")
    return found


def list_invitations(organization: Organization) -> list[Invitation]:
    """Who has been invited and has not answered, oldest first; those whose time is over too."""
    theirs = (Invitation.organization_id == organization.id, Invitation.state == InvitationState.OPEN)
    return list(db.session.scalars(select(Invitation).where(*theirs).order_by(Invitation.id)))


def list_invitations_since(organization: Organization, key: str, since: datetime) -> list[Invitation]:
    """The invitations of one address since then, whatever became of them."""
    theirs = (Invitation.organization_id == organization.id, Invitation.email_key == key, Invitation.invited_at > since)
    return list(db.session.scalars(select(Invitation).where(*theirs).order_by(Invitation.id)))


def get_invitation(organization: Organization, invitation_id: UUID) -> Invitation:
    """One invitation of the organization."""
    found = db.session.get(Invitation, invitation_id)
    if found is None or found.organization_id != organization.id:
        raise NotFoundError("There is no such invitation.")
    return found


def find_invitation(token_hash: str) -> Invitation | None:
    """The invitation of this link, answered or not."""
    return db.session.scalar(select(Invitation).where(Invitation.token_hash == token_hash))


def count_representatives(organization: Organization, *, besides: User) -> int:
    """How many other people may submit and sign for the organization: representatives whose account is on."""
    others = (*_representing(), Membership.organization_id == organization.id, Membership.user_id != besides.id)
    return db.session.scalar(select(func.count(Membership.id)).join(Membership.user).where(*others)) or 0


def _representing() -> tuple[ColumnElement[bool], ...]:
    """A membership that lets somebody submit: a representative's whose account is on."""
    return (Membership.role == MemberRole.REPRESENTATIVE, User.active.is_(True))


def list_depending_on(user: User) -> list[Organization]:
    """The startups for which nobody else could submit, by name."""
    own = (
        select(Membership.organization_id).join(Membership.user).where(Membership.user_id == user.id, *_representing())
    )
    others = (
        select(Membership.id)
        .join(Membership.user)
        .where(Membership.organization_id == Organization.id, Membership.user_id != user.id, *_representing())
    )
    alone = select(Organization).where(Organization.id.in_(own), ~others.exists()).order_by(Organization.legal_name)
    return list(db.session.scalars(alone))


def lock_organization(organization: Organization) -> None:
    """Hold the organization's row until the transaction ends, so that two changes of its team wait for each other."""
    db.session.flush()
    db.session.refresh(organization, with_for_update=True)


def lock_team(organization: Organization, *people: User) -> None:
    """Hold the team still, and see it as it is now: what these people may do may have changed while we waited."""
    lock_organization(organization)
    now = select(Membership).where(Membership.organization_id == organization.id)
    db.session.scalars(now.execution_options(populate_existing=True)).unique().all()
    for person in people:
        db.session.refresh(person, ["memberships"])


def lock_teams_of(user: User) -> None:
    """Hold still every team for which this person may submit, always in the same order."""
    theirs = select(Membership.organization_id).where(Membership.user_id == user.id)
    db.session.flush()
    held = select(Organization.id).where(Organization.id.in_(theirs)).order_by(Organization.id)
    db.session.scalars(held.with_for_update(of=Organization)).all()


def list_personas(emails: list[str]) -> list[User]:
    """The demo people among these addresses."""
    return list(db.session.scalars(select(User).where(User.email_key.in_([email_key(email) for email in emails]))))


def list_with_second_factor() -> list[User]:
    """Everyone whose second step is set up, locked until the transaction ends."""
    return list(db.session.scalars(select(User).where(User.tf_totp_secret.is_not(None)).with_for_update()))
