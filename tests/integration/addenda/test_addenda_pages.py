"""The pages of addenda, deadline and cancellation: two people through HTTP, and what everyone reads afterwards."""

import re
from datetime import timedelta

import pytest

from pglab.addenda import queries, services
from pglab.addenda.states import AddendumKind
from pglab.core.clock import EASTERN
from pglab.core.db import transaction
from pglab.rfps import queries as rfp_queries
from pglab.web.filters import et_long
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.addenda import NEW_TEXT, ask_extension, extend, make_addendum, make_waiting_addendum, words
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")
MANAGE = "/manage/cohorts/12"


def test_two_people_issue_an_addendum_through_the_pages(login, client):
    rfp = make_open_rfp()
    manager, director = login(make_program_manager()), login(make_director())
    first = {"title": "Shorter plan", "summary": "It has 5 pages.", "needs_acknowledgement": "yes", "version": "1"}
    begun = manager.post(f"{MANAGE}/addenda/new", data=first)
    assert (begun.status_code, begun.location) == (303, f"{MANAGE}/addenda/draft/fields")
    assert "Changed in this draft" not in manager.get(begun.location).text
    field = f"{MANAGE}/addenda/draft/fields/documents.0.max_pages"
    assert "It says now" in manager.get(field).text
    assert manager.post(field, data={"version": 1, "value": "0"}).status_code == 422
    assert manager.post(field, data={"version": 1, "value": "5"}).status_code == 303
    draft = manager.get(f"{MANAGE}/addenda/draft").text
    assert "Pages, at most" in draft or "pages, at most" in draft
    assert manager.post(f"{MANAGE}/addenda/draft/request", data={"version": 2}).status_code == 303
    assert client.get("/cohorts/12/addenda/1").status_code == 404
    assert "Waiting for a second person" in manager.get(f"{MANAGE}/addenda/draft").text
    assert manager.post(
        f"{MANAGE}/addenda/draft/issue", data={"version": 3, "rfp_version": 1, "checked": "yes"}
    ).status_code in (403,)
    assert director.get(f"{MANAGE}/addenda/draft").text.count("Issue addendum") == 1
    assert "waits for a second person" in director.get("/manage").text
    version = queries.get_open_addendum(rfp).version
    unticked = director.post(f"{MANAGE}/addenda/draft/issue", data={"version": version, "rfp_version": 1})
    assert unticked.status_code == 422
    issued = director.post(
        f"{MANAGE}/addenda/draft/issue", data={"version": version, "rfp_version": 1, "checked": "yes"}
    )
    assert issued.status_code == 303
    page = client.get("/cohorts/12/addenda/1").text
    assert "Shorter plan" in page
    assert "No, the deadline stays." in page
    assert "Shorter plan" in manager.get(f"{MANAGE}/addenda").text


def test_the_notice_says_by_which_addendum_it_was_amended(client):
    rfp = make_open_rfp()
    old = rfp_queries.list_notice_sections(rfp.id)[0].body
    make_addendum(rfp)
    page = client.get("/cohorts/12/rfp").text
    assert "As amended by <a" in page
    assert f"<ins>{NEW_TEXT}</ins>" in page
    before = client.get("/cohorts/12/rfp/versions/1").text
    assert "This version was superseded" in before
    assert NEW_TEXT not in before
    assert old.split("\n")[0][:40] in before
    assert "This version was superseded" not in client.get("/cohorts/12/rfp/versions/2").text
    assert client.get("/cohorts/12/rfp/versions/3").status_code == 404
    assert "Addendum 1: One more thing" in client.get("/cohorts/12").text


def test_a_superseded_version_names_its_own_deadline(client):
    rfp = make_open_rfp()
    old = et_long(rfp.closes_at)
    extend(rfp, rfp.closes_at + timedelta(days=2))
    assert old in client.get("/cohorts/12/rfp/versions/1").text
    page = client.get("/cohorts/12/addenda/1").text
    assert "Yes, the deadline moves." in page
    assert old in page
    assert et_long(rfp.closes_at) in page


def test_no_addenda_yet(client):
    make_open_rfp()
    assert "No addenda have been issued." in client.get("/cohorts/12/addenda").text


def test_the_list_asks_the_same_for_one_and_for_three(client):
    rfp = make_open_rfp()
    make_addendum(rfp)
    client.get("/cohorts/12/addenda")
    with counting() as one:
        client.get("/cohorts/12/addenda")
    for turn in range(2):
        make_addendum(rfp, {"eligibility.0": f"Condition {turn}"})
    with counting() as three:
        page = client.get("/cohorts/12/addenda").text
    assert len(one) == len(three)
    assert page.index("Addendum 3") < page.index("Addendum 1:")


def test_a_draft_call_has_no_public_addenda_and_no_pages_to_amend_it(login, client):
    make_draft_rfp()
    assert client.get("/cohorts/12/addenda").status_code == 404
    assert login(make_program_manager()).get(f"{MANAGE}/addenda").status_code == 409


def test_the_deadline_moves_through_the_page(login):
    rfp = make_open_rfp()
    later = (rfp.closes_at + timedelta(days=3)).astimezone(EASTERN)
    manager, director = login(make_program_manager()), login(make_director())
    here = f"{MANAGE}/deadline-extension"
    assert "The deadline now" in manager.get(here).text
    typed = {"closes_at-date": f"{later:%Y-%m-%d}", "closes_at-time": "16:00", "reason": "A storm."}
    assert manager.post(here, data={**typed, "closes_at-date": "2026-01-05"}).status_code == 422
    assert manager.post(here, data=typed).status_code == 303
    assert f"{later:%A}" in manager.get(here).text
    assert "someone else must confirm" in manager.get(here).text
    shown = director.get(here).text
    assert "Extend and notify" in shown
    asked = queries.get_open_addendum(rfp, AddendumKind.DEADLINE)
    ticked = {"version": asked.version, "rfp_version": 1, "checked": "yes"}
    assert manager.post(f"{here}/confirmation", data=ticked).status_code == 403
    assert director.post(f"{here}/confirmation", data=ticked).status_code == 303
    assert rfp.closes_at.astimezone(EASTERN).strftime("%Y-%m-%d %H:%M") == f"{later:%Y-%m-%d} 16:00"


SKIPPED_AND_REPEATED = [
    ("2026-03-08", "02:30", "does not exist"),
    ("2026-11-01", "01:30", "happens twice"),
    ("2027-03-14", "02:30", "does not exist"),
    ("2027-11-07", "01:30", "happens twice"),
]


@pytest.mark.parametrize(("day", "hour", "said"), SKIPPED_AND_REPEATED)
def test_an_hour_that_the_clock_change_skips_or_repeats_is_not_guessed(login, day: str, hour: str, said: str):
    rfp = make_open_rfp()
    typed = {"closes_at-date": day, "closes_at-time": hour, "reason": "A storm."}
    answer = login(make_program_manager()).post(f"{MANAGE}/deadline-extension", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert queries.find_open_addendum(rfp, AddendumKind.DEADLINE) is None


def test_a_call_is_cancelled_through_the_page(login, client):
    make_open_rfp()
    manager, director = login(make_program_manager()), login(make_director())
    here = f"{MANAGE}/cancellation"
    assert manager.post(here, data={"reason": ""}).status_code == 422
    assert manager.post(here, data={"reason": "The budget was cut."}).status_code == 303
    assert manager.post(f"{here}/confirmation", data={"checked": "yes", "version": 1}).status_code == 403
    assert director.post(f"{here}/confirmation", data={}).status_code == 422
    assert "The budget was cut." not in client.get("/cohorts/12").text
    assert director.post(f"{here}/confirmation", data={"checked": "yes", "version": 1}).status_code == 303
    page = client.get("/cohorts/12").text
    assert "This call was cancelled" in page
    assert "The budget was cut." in page
    assert "Start a proposal" not in page
    assert "Cancelled" in director.get(here).text


def test_a_cancelled_call_names_the_day_it_was_cancelled_and_counts_nothing_down(client, clock):
    rfp = make_open_rfp()
    clock.freeze(rfp.questions_due_at + timedelta(hours=1))
    with transaction():
        services.ask_cancellation(rfp, reason="The budget was cut.", actor=make_program_manager())
    assert " left" in client.get("/cohorts/12").text
    with transaction():
        services.confirm_cancellation(rfp, request=1, actor=make_director())
    page = client.get("/cohorts/12").text
    card = re.search(r'The call was cancelled</h2>.*?datetime="([^"]+)"', page, re.DOTALL)
    assert card and card[1] == rfp.cancelled_at.astimezone(EASTERN).isoformat(timespec="seconds")
    assert " left" not in page
    states = dict(re.findall(r'<th scope="row">([^<]+)</th><td>[^<]*</td><td>([^<]*)</td>', page))
    assert states["Last day to ask questions"] == "Done"
    assert {states[each] for each in ("Proposals due", "Scores due", "Decisions", "Pilots")} == {"Cancelled"}


def test_requests_are_withdrawn_and_drafts_returned(login):
    rfp = make_open_rfp()
    manager, director = login(make_program_manager()), login(make_director())
    make_waiting_addendum(rfp)
    ask_extension(rfp, rfp.closes_at + timedelta(days=1))
    assert director.get(f"{MANAGE}/addenda/draft/return").status_code == 200
    assert director.post(f"{MANAGE}/addenda/draft/return", data={"reason": ""}).status_code == 422
    assert director.post(f"{MANAGE}/addenda/draft/return", data={"reason": "Say more"}).status_code == 303
    draft = queries.get_open_addendum(rfp)
    said = words("Two more things")
    typed = {
        "version": draft.version,
        "title": said.title,
        "summary": said.summary,
        "reason": "",
        "needs_acknowledgement": "no",
    }
    assert manager.get(f"{MANAGE}/addenda/draft/words").status_code == 200
    assert manager.post(f"{MANAGE}/addenda/draft/words", data=typed).status_code == 303
    dropped = manager.post(f"{MANAGE}/addenda/draft/fields/sections.0.body/removal", data={"version": draft.version})
    assert (dropped.status_code, draft.changes) == (303, {})
    assert manager.post(f"{MANAGE}/addenda/draft/withdrawal").status_code == 303
    assert director.post(f"{MANAGE}/deadline-extension/withdrawal").status_code == 303
    assert "Nothing" not in director.get("/manage").text
    assert queries.list_waiting() == []


def test_what_nobody_asked_for_is_not_confirmed(login):
    make_open_rfp()
    answer = login(make_director()).post(f"{MANAGE}/cancellation/confirmation", data={})
    assert (answer.status_code, "Nobody has asked to cancel this call" in answer.text) == (409, True)


def test_the_fields_are_offered_in_the_order_of_the_setup(login):
    rfp = make_open_rfp()
    manager = make_program_manager()
    make_waiting_addendum(rfp, actor=manager)
    fields = queries.list_fields(rfp_queries.get_call(12, viewer=None).content)
    parts = list(dict.fromkeys(field.part for field in fields))
    assert parts[0] == "Dates"
    assert parts.index("Notice") < parts.index("Challenge areas") < parts.index("Rubric")
    first = [field.key.split(".")[-1] for field in fields if field.key.startswith("areas.0.")]
    assert first == ["teaser", "problem", "affected", "success", "constraints", "data_and_sites"]
    assert [field.key for field in fields].index("criteria.0.question") + 1 == [field.key for field in fields].index(
        "criteria.0.anchors.0"
    )
    page = login(manager).get(f"{MANAGE}/addenda/draft/fields").text
    assert all(f'href="#part-{place}"' in page for place in range(1, len(parts) + 1))


def test_a_later_deadline_that_nobody_confirmed_in_time_offers_no_button(login, clock):
    rfp = make_open_rfp()
    ask_extension(rfp, rfp.closes_at + timedelta(days=3))
    page = f"{MANAGE}/deadline-extension"
    assert "Extend and notify" in login(make_director()).get(page).text
    clock.freeze(rfp.closes_at + timedelta(seconds=1))
    late = login(make_director()).get(page).text
    assert "Extend and notify" not in late
    assert "The deadline passed before a second person confirmed" in late
    assert "Withdraw the request" in late
