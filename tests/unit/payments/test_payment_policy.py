"""Who may act on money: every role at every turn, and two accounts of one person."""

from uuid import uuid4

import pytest

from pglab.accounts.models import StaffRole, StaffRoleGrant, User
from pglab.payments import policy
from pglab.payments.models import Approval, PaymentRequest
from pglab.payments.policy import Hindrance
from pglab.payments.states import Stage


def person(*roles: StaffRole, same_as: User | None = None) -> User:
    user = User(id=uuid4(), name="x", person_id=same_as.person_id if same_as else uuid4())
    user.roles = [StaffRoleGrant(user_id=user.id, role=role) for role in roles]
    return user


def request(preparer: User, needed: int = 2) -> PaymentRequest:
    return PaymentRequest(prepared_by=preparer, approvals_needed=needed)


@pytest.mark.parametrize(
    ("role", "first", "second", "only"),
    [
        (StaffRole.PROGRAM_MANAGER, None, Hindrance.ROLE, Hindrance.ROLE),
        (StaffRole.DIRECTOR, None, Hindrance.ROLE, Hindrance.ROLE),
        (StaffRole.FINANCE, Hindrance.ROLE, None, None),
        (StaffRole.ADMIN, Hindrance.ROLE, Hindrance.ROLE, Hindrance.ROLE),
        (StaffRole.AUDITOR, Hindrance.ROLE, Hindrance.ROLE, Hindrance.ROLE),
    ],
)
def test_each_role_at_each_turn(role, first, second, only):
    preparer, earlier, user = person(StaffRole.PROGRAM_MANAGER), person(StaffRole.DIRECTOR), person(role)
    approval = Approval(approved_by=earlier, stage=Stage.PROGRAM)

    assert policy.hindrance(user, request(preparer), [], set()) is first
    assert policy.hindrance(user, request(preparer), [approval], set()) is second
    assert policy.hindrance(user, request(preparer, 1), [], set()) is only


def test_people_count_not_accounts():
    preparer, director = person(StaffRole.PROGRAM_MANAGER), person(StaffRole.DIRECTOR)
    approval = Approval(approved_by=director, stage=Stage.PROGRAM)
    every = tuple(StaffRole)

    assert policy.hindrance(person(*every, same_as=preparer), request(preparer), [], set()) is Hindrance.PREPARED
    again = person(*every, same_as=director)
    assert policy.hindrance(again, request(preparer), [approval], set()) is Hindrance.APPROVED_BEFORE
    member = person(*every)
    assert policy.hindrance(member, request(preparer), [], {member.person_id}) is Hindrance.PAYEE
    assert not policy.may_record(person(*every, same_as=preparer), request(preparer), set())
    assert not policy.may_confirm_vendor(person(*every, same_as=director), director)


@pytest.mark.parametrize(
    ("roles", "approvals", "enough"),
    [
        ([[StaffRole.DIRECTOR], [StaffRole.FINANCE]], 2, True),
        ([[StaffRole.DIRECTOR, StaffRole.FINANCE]], 2, False),
        ([[StaffRole.DIRECTOR, StaffRole.FINANCE], [StaffRole.FINANCE]], 2, True),
        ([[StaffRole.DIRECTOR]], 2, False),
        ([[StaffRole.FINANCE], [StaffRole.FINANCE]], 2, False),
        ([[StaffRole.FINANCE]], 1, True),
        ([[StaffRole.DIRECTOR]], 1, False),
    ],
)
def test_whether_enough_different_people_could_approve(roles, approvals, enough):
    preparer = person(*StaffRole)
    signers = [preparer, *(person(*each) for each in roles)]
    assert policy.signer_pairs_exist(preparer, signers, set(), approvals=approvals) is enough
