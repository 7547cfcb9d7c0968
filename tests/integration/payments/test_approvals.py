"""Approving, returning, recalling: who may, what is signed, and what happens when two press at once."""

import pytest
from sqlalchemy import select

from pglab.accounts.models import MemberRole, Membership, StaffRole
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError, StateError
from pglab.outbox.models import Notice
from pglab.payments import queries, services
from pglab.payments.models import Approval
from pglab.payments.states import RequestStatus, Stage
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.payments import approve, enter_vendor, make_approved, make_money, pay, prepare


def approvals_of(request):
    return [
        (each.stage, each.approved_by_id)
        for each in db.session.scalars(
            select(Approval).where(Approval.request_id == request.id).order_by(Approval.approved_at)
        )
    ]


def sign(request, actor, stage, fingerprint=None):
    with transaction():
        services.approve_request(request, stage=stage, fingerprint=fingerprint or request.fingerprint, actor=actor)


def test_the_preparer_never_approves_and_reads_who_can(rolled_back):
    money = make_money()
    request = prepare(money)

    with pytest.raises(AccessDeniedError) as refusal:
        approve(request, money.manager)

    assert refusal.value.message == (
        "You prepared S12-0001, so someone else must approve it. Dirk Director and Second Manager can."
    )


def test_a_second_account_of_the_preparer_is_the_preparer(rolled_back):
    money = make_money()
    request = prepare(money)
    again = make_user("Paula Again", StaffRole.DIRECTOR)
    again.person_id = money.manager.person_id
    db.session.commit()

    with pytest.raises(AccessDeniedError, match="You prepared S12-0001"):
        approve(request, again)


def test_the_first_approver_is_not_the_second(rolled_back):
    money = make_money()
    both = make_user("Bo Both", StaffRole.DIRECTOR, StaffRole.FINANCE)
    request = prepare(money)
    approve(request, both)

    with pytest.raises(AccessDeniedError, match=r"You approved S12-0001 first. A different person must be the second."):
        approve(request, both)


def test_finance_waits_for_the_program(rolled_back):
    money = make_money()
    request = prepare(money)

    with pytest.raises(AccessDeniedError, match=r"It isn’t your turn to approve S12-0001."):
        approve(request, money.finance)


def test_a_member_of_the_payee_never_approves(rolled_back):
    money = make_money()
    request = prepare(money)
    keep(Membership(organization=money.pilot.organization, user=money.director, role=MemberRole.VIEWER))

    with pytest.raises(AccessDeniedError, match="You belong to the startup that S12-0001 pays"):
        approve(request, money.director)


def test_pressing_twice_gives_one_approval(rolled_back):
    money = make_money()
    request = prepare(money)

    sign(request, money.director, Stage.PROGRAM)
    sign(request, money.director, Stage.PROGRAM)
    sign(request, money.finance, Stage.FINANCE)
    sign(request, money.finance, Stage.FINANCE)

    assert approvals_of(request) == [(Stage.PROGRAM, money.director.id), (Stage.FINANCE, money.finance.id)]
    assert request.status is RequestStatus.APPROVED


def test_whoever_comes_second_at_the_same_turn_is_told_who_was_first(rolled_back):
    money = make_money()
    request = prepare(money)
    sign(request, money.director, Stage.PROGRAM)

    with pytest.raises(StateError, match=r"Something changed since you opened this: Dirk Director approved it."):
        sign(request, money.city.second, Stage.PROGRAM)


def test_an_approval_signs_what_was_shown(rolled_back):
    money = make_money()
    request = prepare(money)

    with pytest.raises(StateError, match="the payee’s details or the evidence"):
        sign(request, money.director, Stage.PROGRAM, fingerprint="0" * 64)


@pytest.mark.parametrize("stage", ["waiting", "approved"])
def test_a_change_of_the_payee_voids_every_approval_and_says_why(rolled_back, stage):
    money = make_money()
    request = make_approved(money) if stage == "approved" else prepare(money)
    if stage == "waiting":
        approve(request, money.director)

    enter_vendor(money.pilot.organization, actor=money.finance2)

    assert request.status is RequestStatus.RETURNED
    assert request.returned_reason == "The payee’s details changed, so approvals no longer hold."
    assert queries.prove_journal().agrees
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "payment_returned")))
    assert {money.manager.id, money.director.id} <= told
    members = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "payee_changed")))
    assert members == {money.pilot.organization.memberships[0].user_id}
    with pytest.raises(StateError):
        pay(request, money.finance)


def test_a_return_needs_a_reason_and_frees_the_installment(rolled_back):
    money = make_money()
    request = prepare(money)

    with pytest.raises(RuleError, match="Enter why you’re returning it"), transaction():
        services.return_request(request, reason="  ", actor=money.director)
    with transaction():
        services.return_request(request, reason="The photo shows another street", actor=money.director)

    assert (request.status, request.returned_reason) == (RequestStatus.RETURNED, "The photo shows another street")
    with pytest.raises(StateError, match="the request is returned now"):
        approve(request, money.director)


def test_only_those_whose_turn_it_is_return(rolled_back):
    money = make_money()
    request = prepare(money)

    with pytest.raises(AccessDeniedError), transaction():
        services.return_request(request, reason="No", actor=money.manager)
    with pytest.raises(AccessDeniedError), transaction():
        services.return_request(request, reason="No", actor=money.finance)


def test_only_the_preparer_recalls_and_twice_is_once(rolled_back):
    money = make_money()
    request = prepare(money)

    with (
        pytest.raises(AccessDeniedError, match="Only Paula Manager, who prepared it"),
        transaction(),
    ):
        services.recall_request(request, actor=money.city.second)
    for _ in range(2):
        with transaction():
            services.recall_request(request, actor=money.manager)

    assert request.status is RequestStatus.RECALLED


def test_what_is_approved_is_not_recalled(rolled_back):
    money = make_money()
    request = make_approved(money)

    with pytest.raises(StateError), transaction():
        services.recall_request(request, actor=money.manager)


def test_the_next_approvers_are_asked_and_nobody_else(rolled_back):
    money = make_money()
    request = prepare(money)

    def asked() -> set[object]:
        return set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "payment_approval")))

    assert asked() == {money.director.id, money.city.second.id}

    approve(request, money.director)

    assert asked() == {money.director.id, money.city.second.id, money.finance.id, money.finance2.id}
