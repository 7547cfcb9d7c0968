"""The second person confirms what stood on the page: what was swapped behind an open page is refused (409)."""

import re
from datetime import timedelta

import pytest

from pglab.accounts.models import User
from pglab.addenda import services
from pglab.addenda.states import AddendumStatus
from pglab.core.db import transaction
from pglab.rfps import services as rfp_services
from pglab.rfps.models import Rfp
from pglab.rfps.states import RfpStatus
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.addenda import ask_extension, make_waiting_addendum
from tests.factories.rfps import make_draft_rfp, make_open_rfp

pytestmark = pytest.mark.usefixtures("rolled_back")
MANAGE = "/manage/cohorts/12"
DAY = timedelta(days=1)


def shown(page: str) -> dict[str, str]:
    """What a page's own form would post: its hidden fields, and the tick of whoever checked it."""
    hidden = re.findall(r'name="((?:rfp_)?version)"[^>]*value="(\d+)"', page)
    return {**dict(hidden), "checked": "yes"}


def cancel(rfp: Rfp, reason: str, actor: User) -> None:
    with transaction():
        services.ask_cancellation(rfp, reason=reason, actor=actor)


def test_a_draft_that_was_taken_back_and_changed_is_not_published_from_the_old_page(login):
    manager = make_program_manager()
    rfp = make_draft_rfp(actor=manager)
    director = login(make_director())
    with transaction():
        rfp_services.send_for_review(rfp, actor=manager)
    old = director.get(f"{MANAGE}/publication").text
    with transaction():
        rfp_services.return_to_draft(rfp, reason="One more thing.", actor=manager)
    stages = rfp_services.Stages(has_pitch=False, has_feasibility=False)
    with transaction():
        rfp_services.change_stages(rfp, stages, version=rfp.version, actor=manager)
        rfp_services.send_for_review(rfp, actor=manager)
    refused = director.post(f"{MANAGE}/publication", data=shown(old))
    assert (refused.status_code, rfp.status) == (409, RfpStatus.IN_REVIEW)
    assert "Look at it again" in refused.text
    now = director.get(f"{MANAGE}/publication").text
    assert director.post(f"{MANAGE}/publication", data=shown(now)).status_code == 303
    assert rfp.status is RfpStatus.PUBLISHED


def test_another_deadline_asked_for_meanwhile_is_not_confirmed_from_the_old_page(login):
    rfp = make_open_rfp()
    first, closed = ask_extension(rfp, rfp.closes_at + DAY), rfp.closes_at
    director = login(make_director())
    old = director.get(f"{MANAGE}/deadline-extension").text
    with transaction():
        services.withdraw_addendum(first, actor=first.prepared_by)
    second = ask_extension(rfp, closed + 9 * DAY)
    path = f"{MANAGE}/deadline-extension/confirmation"
    assert director.post(path, data=shown(old)).status_code == 409
    assert (rfp.closes_at, second.status) == (closed, AddendumStatus.WAITING)
    now = director.get(f"{MANAGE}/deadline-extension").text
    assert director.post(path, data=shown(now)).status_code == 303
    assert rfp.closes_at == closed + 9 * DAY


def test_another_addendum_prepared_meanwhile_is_not_issued_from_the_old_page(login):
    rfp = make_open_rfp()
    first = make_waiting_addendum(rfp)
    director = login(make_director())
    old = director.get(f"{MANAGE}/addenda/draft").text
    with transaction():
        services.withdraw_addendum(first, actor=first.prepared_by)
    second = make_waiting_addendum(rfp, {"sections.0.body": "Something else altogether."})
    path = f"{MANAGE}/addenda/draft/issue"
    assert director.post(path, data=shown(old)).status_code == 409
    assert second.status is AddendumStatus.WAITING
    now = director.get(f"{MANAGE}/addenda/draft").text
    assert director.post(path, data=shown(now)).status_code == 303


def test_another_reason_to_cancel_given_meanwhile_is_not_published_from_the_old_page(login):
    rfp, manager = make_open_rfp(), make_program_manager()
    cancel(rfp, "The budget was cut.", manager)
    director = login(make_director())
    old = director.get(f"{MANAGE}/cancellation").text
    with transaction():
        services.withdraw_cancellation(rfp, actor=manager)
    cancel(rfp, "Nobody read this reason.", manager)
    path = f"{MANAGE}/cancellation/confirmation"
    assert director.post(path, data=shown(old)).status_code == 409
    assert rfp.status is RfpStatus.PUBLISHED
    now = director.get(f"{MANAGE}/cancellation").text
    assert director.post(path, data=shown(now)).status_code == 303
    assert (rfp.status, rfp.cancel_reason) == (RfpStatus.CANCELLED, "Nobody read this reason.")
