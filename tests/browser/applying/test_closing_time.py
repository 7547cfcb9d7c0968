"""The deadline in a browser: a page left open across it, a device in Tokyo whose clock is slow, a double press."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import func, select

from pglab.accounts.models import MemberRole
from pglab.accounts.services import PERSONAS
from pglab.cohorts.models import Cohort
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.proposals.models import Proposal, Submission
from pglab.proposals.states import ProposalStatus
from pglab.rfps.models import Rfp
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser
BOXES = ("is_true", "can_take_part", "knows_what_is_public")
AFTER_CLOSING = "Proposals closed at 4:00 p.m. ET. What you change now stays with your team and is not sent."
PRESSED_TWICE = "(form) => { form.requestSubmit(); form.requestSubmit(); }"


@pytest.fixture
def submitted(demo: Site) -> Iterator[tuple[str, str]]:
    """A startup of cohort 12 that submitted and went on writing: its reference and who submits."""
    yield in_cohort_12(demo, ProposalStatus.SUBMITTED)
    demo.clock.reset()


def in_cohort_12(site: Site, status: ProposalStatus) -> tuple[str, str]:
    names = {persona.name for persona in PERSONAS}
    with site.app.app_context():
        found = select(Proposal).join(Proposal.rfp).join(Rfp.cohort)
        for proposal in db.session.scalars(found.where(Cohort.number == 12, Proposal.status == status)):
            for member in proposal.organization.memberships:
                if member.role is MemberRole.REPRESENTATIVE and member.user.name in names:
                    return proposal.reference, member.user.name
    raise AssertionError("Nobody of the demo's people has such a proposal.")


def until_deadline(site: Site, left: timedelta) -> None:
    """Let the official time run, so long before the deadline of cohort 12."""
    site.clock.reset()
    with site.app.app_context():
        rfp = db.session.scalars(select(Rfp).join(Rfp.cohort).where(Cohort.number == 12)).one()
        site.clock.move(rfp.closes_at - left - official_now())


def count_submissions(site: Site, reference: str = "") -> int:
    """Of all startups, or of one proposal."""
    with site.app.app_context():
        found = select(func.count(Submission.id)).join(Proposal, Submission.proposal_id == Proposal.id)
        return db.session.scalar(found.where(Proposal.reference == reference) if reference else found) or 0


def test_a_page_left_open_across_the_deadline_says_so_and_submitting_is_refused(
    demo: Site, a_window: Callable[..., Reader], submitted: tuple[str, str]
):
    reference, name = submitted
    until_deadline(demo, timedelta(seconds=20))
    founder = a_window(demo, name).be(name).open(f"/apply/proposals/{reference}/submission")
    shown, before = founder.page.locator("[data-left]").first, count_submissions(demo)
    assert "left" in shown.inner_text()  # the control: before the deadline it says something else

    founder.page.wait_for_function(
        "() => document.querySelector('[data-left]').textContent.startsWith('Proposals closed')", timeout=60_000
    )

    assert "Submission 1 counts." in shown.inner_text()
    assert founder.page.locator("[data-spoken]").first.inner_text().startswith("Proposals closed")
    founder.press("Submit proposal", expect=410)
    founder.sees("This arrived after the deadline", "Submission 1, received", "is still in")
    assert count_submissions(demo) == before


@pytest.mark.parametrize(
    ("page", "field"), [("sections/impact", "q1"), ("documents/pitch-deck/confidential", "reason")]
)
def test_a_page_where_somebody_writes_says_that_proposals_closed(
    demo: Site, a_window: Callable[..., Reader], submitted: tuple[str, str], page: str, field: str
):
    """As a status, by the official time, in view of whoever writes further down, who goes on writing."""
    reference, name = submitted
    until_deadline(demo, timedelta(seconds=20))
    writer = a_window(demo, name).be(name).open(f"/apply/proposals/{reference}/{page}")
    writer.page.locator("[data-closing][data-ready]").wait_for(state="attached")
    box, said = writer.page.locator(f"main [name={field}]"), writer.page.locator("[data-closing] [role=status]")
    box.fill("Before.")
    box.evaluate("(box) => box.scrollIntoView({ block: 'end' })")
    writer.does_not_see("Proposals closed")  # the control: before the deadline nothing is said
    expect(said).to_be_hidden()

    expect(said).to_be_visible(timeout=60_000)
    expect(said).to_have_text(AFTER_CLOSING)
    expect(said).to_be_in_viewport()
    expect(box).to_be_focused()
    writer.page.keyboard.type(" After.")
    expect(box).to_have_value("Before. After.")
    if field == "q1":
        writer.press("Save and continue").sees("Saved.", "Proposals are closed")


def test_pressing_submit_twice_and_loading_the_answer_again_sends_one(
    demo: Site, a_window: Callable[..., Reader], submitted: tuple[str, str]
):
    reference, name = submitted
    founder = a_window(demo, name).be(name).open(f"/apply/proposals/{reference}/submission")
    before = count_submissions(demo)
    for box in BOXES:
        founder.page.locator(f'label[for="{box}"]').click()

    number = count_submissions(demo, reference) + 1
    with founder.page.expect_request(lambda request: request.method == "POST") as pressed:
        founder.going(lambda: founder.page.locator("main form").first.evaluate(PRESSED_TWICE))
    founder.sees("Proposal submitted", f"submission {number}")
    assert count_submissions(demo) == before + 1

    founder.going(founder.page.reload).sees("Proposal submitted", f"submission {number}")
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": demo.address}
    again = founder.page.context.request.post(pressed.value.url, data=pressed.value.post_data, headers=form)
    assert (again.status, again.url) == (200, founder.page.url)
    assert count_submissions(demo) == before + 1


def test_an_answer_that_takes_its_time_is_explained(
    demo: Site, a_window: Callable[..., Reader], submitted: tuple[str, str]
):
    reference, name = submitted
    founder = a_window(demo, name).be(name).open(f"/apply/proposals/{reference}/submission")
    line = founder.page.locator("[data-on-its-way]")
    assert line.inner_text() == ""  # the control: nothing is said before
    founder.page.route("**/submission", answer_late)

    founder.page.locator("main form").first.evaluate("(form) => { form.requestSubmit(); }")
    founder.page.wait_for_event("requestfailed")  # an answer without a page: the one that was sent stays

    assert "on its way" in line.inner_text()
    assert line.get_attribute("role") == "status"
    founder.page.unroute("**/submission")


def answer_late(route: Route) -> None:
    time.sleep(3)
    route.fulfill(status=204)


def test_a_slow_device_in_tokyo_reads_eastern_time_first_and_how_wrong_it_is(
    demo: Site, chromium: Browser, submitted: tuple[str, str]
):
    reference, name = submitted
    demo.clock.move(timedelta(minutes=7))
    context = chromium.new_context(timezone_id="Asia/Tokyo", reduced_motion="reduce")
    founder = Reader(context.new_page(), demo, name).be(name).open(f"/apply/proposals/{reference}")

    at = " ".join(founder.page.locator(".deadline__at").inner_text().split())
    left = founder.page.locator("[data-left]").first.inner_text()
    context.close()

    assert at.index("p.m. ET") < at.index("your time")
    said = r"left\. Your device’s clock is 7 minutes slow\. Our clock decides: it is \d+:\d\d [ap]\.m\. ET\.$"
    assert re.search(said, left)


def test_continuing_with_something_to_fix_puts_the_focus_on_the_summary(demo: Site, a_window: Callable[..., Reader]):
    reference, name = in_cohort_12(demo, ProposalStatus.DRAFT)
    founder = a_window(demo, name).be(name).open(f"/apply/proposals/{reference}/check")

    founder.follow("Continue to submit")

    assert founder.page.evaluate("document.activeElement.id") == "problems"
    founder.page.locator("#problems a").first.click()
    founder.page.wait_for_load_state()
    assert founder.page.evaluate("document.activeElement.tagName") in ("INPUT", "TEXTAREA", "SELECT")
