"""Who may act for an organization, role by role."""

import pytest

from pglab.accounts import policy
from pglab.accounts.models import MemberRole, Membership, StaffRole, StaffRoleGrant, User
from pglab.accounts.services.organizations import masked
from pglab.accounts.session import own_path
from pglab.core.ids import uuid7

ORGANIZATION = uuid7()


def member(role: MemberRole | None) -> User:
    user = User(id=uuid7(), person_id=uuid7())
    user.memberships = [Membership(organization_id=ORGANIZATION, role=role)] if role else []
    return user


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (MemberRole.REPRESENTATIVE, (True, True, True, True)),
        (MemberRole.EDITOR, (True, True, False, False)),
        (MemberRole.VIEWER, (True, False, False, False)),
        (None, (False, False, False, False)),
    ],
)
def test_members(role: MemberRole | None, allowed: tuple[bool, ...]) -> None:
    rules = (policy.may_see, policy.may_edit_for, policy.may_submit_for, policy.may_change_team)

    assert tuple(rule(member(role), ORGANIZATION) for rule in rules) == allowed
    assert not any(rule(member(role), uuid7()) for rule in rules)


def test_administrators_look_after_others_only() -> None:
    admin, other, same_human = (User(id=uuid7(), person_id=uuid7()) for _ in range(3))
    same_human.person_id = admin.person_id
    admin.roles = [StaffRoleGrant(user_id=admin.id, role=StaffRole.ADMIN)]

    assert policy.may_administer(admin, other)
    assert not policy.may_administer(admin, admin)
    assert not policy.may_administer(admin, same_human)
    assert not policy.may_administer(other, admin)


def test_a_masked_name_says_enough_for_a_colleague() -> None:
    assert [masked(name) for name in ("Dana Ruiz", "王小明", "Å")] == ["D… R…", "王…", "Å…"]


def test_only_paths_of_our_own_are_followed() -> None:
    assert own_path("/apply?x=1#y") == "/apply?x=1#y"
    for written in (None, "", "apply", "//evil.com", "/\\evil.com", "https://evil.com", "/a\nb", "/" + "x" * 3000):
        assert own_path(written) is None
