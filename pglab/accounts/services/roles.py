"""Staff roles: given and taken by an administrator, never to oneself."""

from blinker import Signal

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import RuleError, require

OTHERS_ONLY = "You can’t change your own roles. Ask another administrator."
SEPARATED = "Administrators run the site and decide nothing, so nobody holds this role beside another."

# Asked before a role is given, with `role`: who knows a reason against it (a panel seat, say) raises RuleError.
role_asked_for = Signal()


def grant_role(user: User, role: StaffRole, *, actor: User | None) -> None:
    """Give a person a staff role. Effects: the grant, an audit entry, a notice to the person.

    `actor` is an administrator other than the person; None stands for the operator at the command line, who appoints
    the first one. The administrator's role excludes every other, and a role that decides on scores a panel seat.
    """
    _check(user, actor)
    queries.lock_user(user)
    if user.has_staff_role(role):
        raise RuleError(f"{user.name} has this role already.", "role")
    if user.confirmed_at is None or not user.active:
        raise RuleError(f"{user.name} has not confirmed the email address yet.", "role")
    if user.is_staff and StaffRole.ADMIN in {role, *user.staff_roles}:
        raise RuleError(SEPARATED, "role")
    if user.memberships:
        startup = user.memberships[0].organization.legal_name
        raise RuleError(f"{user.name} acts for {startup}, so they can’t hold a City role.", "role")
    role_asked_for.send(user, role=role)
    db.session.add(StaffRoleGrant(user_id=user.id, role=role, granted_by_id=actor.id if actor else None))
    db.session.flush()
    db.session.refresh(user, ["roles"])
    record("role.granted", user, actor=actor, after={"role": role.value})
    notices.say_changed(user, f"You now have the role {role.spoken}.")


def revoke_role(user: User, role: StaffRole, *, actor: User | None) -> None:
    """Take a staff role away, at once. Effects: the grant is gone, an audit entry, a notice to the person."""
    _check(user, actor)
    queries.lock_user(user)
    if not user.has_staff_role(role):
        raise RuleError(f"{user.name} does not have this role.", "role")
    user.roles = [grant for grant in user.roles if grant.role != role]
    db.session.flush()
    record("role.revoked", user, actor=actor, before={"role": role.value})
    notices.say_changed(user, f"You no longer have the role {role.spoken}.")


def _check(user: User, actor: User | None) -> None:
    if actor is None:
        return
    if actor.id == user.id or actor.person_id == user.person_id:
        raise RuleError(OTHERS_ONLY, "role")
    require(policy.may_administer(actor, user), "Only an administrator changes roles.")
