"""Who acts for a startup. At least one authorized representative whose account is on always stays."""

from blinker import Signal

from pglab.accounts import notices, policy, queries
from pglab.accounts.models import MemberRole, Membership, Organization, User
from pglab.audit.services import record
from pglab.core.db import db
from pglab.core.errors import NotFoundError, RuleError, require
from pglab.core.ids import uuid7
from pglab.core.states import words

# Sent when somebody is about to leave a team, while they still belong to it: `actor` is who removes them, or they
# themselves. What teammates asked of them, or they of teammates, ends with it.
member_leaves = Signal()

LAST_REPRESENTATIVE = "Add another authorized representative before you remove yourself."
LAST_TO_STEP_DOWN = "Add another authorized representative before you change your own role."
LAST_OF_ALL = "Add another authorized representative before you change this one."
ONLY_REPRESENTATIVES = "Only an authorized representative of the organization can do this."


def change_member_role(organization: Organization, user: User, role: MemberRole, *, actor: User) -> None:
    """Change what a member may do. At least one representative stays."""
    membership = _changeable(organization, user, actor)
    if membership.role is role:
        return
    if membership.role is MemberRole.REPRESENTATIVE:
        _keep_a_representative(organization, user, LAST_TO_STEP_DOWN if user.id == actor.id else LAST_OF_ALL)
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
        _keep_a_representative(organization, user, LAST_REPRESENTATIVE if user.id == actor.id else LAST_OF_ALL)
    member_leaves.send(organization, user=user, actor=actor)
    db.session.delete(membership)
    db.session.flush()
    db.session.refresh(user, ["memberships"])
    record("member.removed", organization, actor=actor, before={"person": str(user.id), "role": membership.role})
    notices.say_changed(user, f"You are no longer a member of {organization.legal_name}.")


def hand_over(organization: Organization, to: User, *, leave: bool, actor: User) -> None:
    """Make a colleague representative in one's own place, in one step; stay as an editor, or `leave` the team.

    Effects: both memberships, one entry on the startup's log, a notice to both.
    """
    membership = _changeable(organization, to, actor)
    if to.id == actor.id:
        raise RuleError("Select a colleague.", "person")
    if not to.active:
        raise RuleError(f"The account of {to.name} is switched off. Select somebody else.", "person")
    before, membership.role = membership.role, MemberRole.REPRESENTATIVE
    own = queries.get_member(organization, actor.id)
    if leave:
        member_leaves.send(organization, user=actor, actor=actor)
        db.session.delete(own)
    else:
        own.role = MemberRole.EDITOR
    db.session.flush()
    db.session.refresh(actor, ["memberships"])
    record(
        "organization.handed_over",
        organization,
        actor=actor,
        before={"person": str(to.id), "role": before.value},
        after={"person": str(to.id), "role": MemberRole.REPRESENTATIVE.value, "leaves": leave},
    )
    notices.say_changed(to, f"{actor.name} made you representative of {organization.legal_name} in their place.")
    now = "You are no longer on the team." if leave else "You are an editor now."
    notices.say_changed(actor, f"You made {to.name} representative of {organization.legal_name}. {now}")


def _changeable(organization: Organization, user: User, actor: User, *, leaving: bool = False) -> Membership:
    """The membership, with the organization's team held still; refused for those who may not change it."""
    queries.lock_team(organization, user, actor)
    if not (leaving and user.id == actor.id):
        require(policy.may_change_team(actor, organization.id), ONLY_REPRESENTATIVES)
    membership = queries.get_member(organization, user.id)
    if membership not in user.memberships:
        raise NotFoundError("This person is not a member any more.")
    return membership


def _keep_a_representative(organization: Organization, user: User, otherwise: str) -> None:
    """Refuse to take the role from the last one; somebody whose account is switched off can submit for nobody."""
    if not queries.count_representatives(organization, besides=user):
        raise RuleError(otherwise)


def join(organization: Organization, user: User, role: MemberRole) -> Membership:
    """The membership itself; who may have one is decided before."""
    membership = Membership(id=uuid7(), organization=organization, user=user, role=role)
    db.session.add(membership)
    db.session.flush()
    return membership
