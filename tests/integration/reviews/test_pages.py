"""The panel's pages over HTTP: who sees what, refusals beside their fields, nothing typed is lost."""

import re

import pytest

from pglab.audit.models import AccessLogEntry
from pglab.core.db import db, transaction
from pglab.reviews import queries, services
from pglab.reviews.states import ConflictAnswer, SheetStatus
from pglab.rfps.queries import list_criteria, list_slots
from tests.factories.accounts import make_director, make_program_manager, make_user
from tests.factories.reviews import (
    CONFLICT,
    UNSURE,
    declare,
    finish,
    make_opened_rfp,
    make_panel,
    make_ranked_rfp,
    save,
    sign,
)
from tests.factories.rfps import make_open_rfp
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")
CANARY = "Canary-7f3e: the pilot site is wrong."


def urls_of(proposal) -> list[str]:
    here = f"/review/proposals/{proposal.reference}"
    slots = [slot.slug for slot in list_slots(proposal.rfp_id)]
    return [here, f"{here}/recusal", *(f"{here}/documents/{slug}" for slug in slots)]


def scores(rfp, points: str, words: str = "Because of the plan.", version: int = 0) -> dict[str, str]:
    rows = {"version": str(version)}
    for criterion in list_criteria(rfp.id):
        rows[f"points-{criterion.position}"] = points
        rows[f"explanation-{criterion.position}"] = words
    return rows


@pytest.fixture
def desk(clock, login):
    """An evaluator with two proposals to score, signed in."""
    rfp, _proposals = make_opened_rfp(clock, 2)
    (member,) = make_panel(rfp, "Avery Chen")
    declare(member)
    works = queries.list_own_work(member, list_criteria(rfp.id))
    return login(member.user), member, [work.proposal for work in works]


def test_the_whole_way_of_an_evaluator(clock, login):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    manager = login(make_program_manager())
    person = make_user("Avery Chen")
    assert manager.post("/manage/cohorts/12/panel", data={"email": person.email}).status_code == 303
    client = login(person)
    assert "Accept your seat" in client.get("/review").text
    assert client.post("/review/cohorts/12/seat").status_code == 303
    assert "Declare conflicts" in client.get("/review").text

    page = client.get("/review/cohorts/12/conflicts")
    assert one.organization.legal_name in page.text
    answers = {f"answer-{p.reference}": "none" for p in (one, two)} | {f"note-{p.reference}": "" for p in (one, two)}
    assert client.post("/review/cohorts/12/conflicts", data=answers).status_code == 303
    assert "Score next proposal" in client.get("/review/cohorts/12").text
    first, second = [
        w.proposal for w in queries.list_own_work(queries.get_seat(12, viewer=person), list_criteria(rfp.id))
    ]
    for proposal in (first, second):
        page = client.get(f"/review/proposals/{proposal.reference}")
        assert "We will test three sensors" in page.text
        sent = client.post(f"/review/proposals/{proposal.reference}", data=scores(rfp, "4") | {"then": "final"})
        assert sent.status_code == 303
    assert sent.location == "/review/cohorts/12"
    assert "80.0" in client.get("/review/cohorts/12/my-scores").text
    assert client.post("/review/cohorts/12/attestation").status_code == 422
    assert client.post("/review/cohorts/12/attestation", data={"agreed": "yes"}).status_code == 303
    assert "You signed these scores" in client.get(f"/review/proposals/{first.reference}").text
    assert manager.get("/manage/cohorts/12/progress").status_code == 200
    assert manager.post("/manage/cohorts/12/panel-stage").status_code == 303
    assert "1=" in manager.get("/manage/cohorts/12/ranking").text


def test_unanswered_rows_are_listed_and_typing_is_kept(clock, login):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    (member,) = make_panel(rfp, "Avery Chen")
    client = login(member.user)
    data = {f"answer-{one.reference}": "conflict", f"note-{two.reference}": "We share an office."}

    page = client.post("/review/cohorts/12/conflicts", data=data)

    assert page.status_code == 422
    assert f"Select an answer for {two.organization.legal_name}" in page.text
    assert f"Enter what your connection to {one.organization.legal_name} is" in page.text
    assert "We share an office." in page.text
    assert queries.latest_declarations(rfp) == {}


def test_no_conflict_with_the_rest_needs_the_statement(clock, login):
    rfp, (one, two) = make_opened_rfp(clock, 2)
    (member,) = make_panel(rfp, "Avery Chen")
    data = {f"answer-{one.reference}": "conflict", f"note-{one.reference}": "My brother", "rest": "yes"}

    assert login(member.user).post("/review/cohorts/12/conflicts", data=data).status_code == 303

    answers = {key[1]: declared.answer for key, declared in queries.latest_declarations(rfp).items()}
    assert answers == {one.id: ConflictAnswer.CONFLICT, two.id: ConflictAnswer.NONE}


@pytest.mark.parametrize("state", ["undeclared", "conflict", "unsure", "recused", "no seat", "not accepted"])
def test_whoever_may_not_read_gets_nothing_anywhere(clock, login, state):
    rfp, (one,) = make_opened_rfp(clock, 1)
    (member,) = make_panel(rfp, "Avery Chen")
    person = member.user
    if state in ("conflict", "unsure"):
        declare(member, {one: CONFLICT if state == "conflict" else UNSURE})
    if state == "recused":
        declare(member)
        with transaction():
            services.recuse(member, one, note="Found out", actor=person)
    if state == "no seat":
        person = make_user("Sly Stranger")
    if state == "not accepted":
        person = make_user("Una Seated")
        with transaction():
            services.seat_evaluator(rfp, email=person.email, actor=make_program_manager())
    client = login(person)

    for url in urls_of(one):
        for answer in (client.get(url), client.post(url, data=scores(rfp, "3"))):
            assert answer.status_code in (403, 404, 405), (state, url)
            assert "three sensors" not in answer.text
            assert "plan.pdf" not in answer.text
    assert queries.find_sheet(member, one) is None


def test_a_sealed_proposal_does_not_exist_for_evaluators(login):
    from tests.factories.proposals import make_submitted_proposal  # noqa: PLC0415 - beside its only use

    rfp = make_open_rfp()
    proposal = make_submitted_proposal(rfp)
    (member,) = make_panel(rfp, "Avery Chen")
    client = login(member.user)

    for url in urls_of(proposal):
        assert client.get(url).status_code == 404
    for url in ("/review", "/review/cohorts/12", "/review/cohorts/12/conflicts", "/review/cohorts/12/my-scores"):
        page = client.get(url)
        assert page.status_code == 200
        assert proposal.organization.legal_name not in page.text
        assert proposal.reference not in page.text
    manager = login(make_program_manager())
    for name in ("panel", "conflicts", "progress", "ranking", "decisions"):
        page = manager.get(f"/manage/cohorts/12/{name}")
        assert page.status_code == 200
        assert proposal.organization.legal_name not in page.text
        assert not re.search(r"\b1 (proposal|startup|applicant)", page.text)


def test_nobody_sees_another_evaluators_scores_before_the_panel_stage(clock, login):
    rfp, (one,) = make_opened_rfp(clock, 1)
    avery, bianca = make_panel(rfp, "Avery Chen", "Bianca Ortiz")
    declare(avery)
    declare(bianca)
    size = len(list_criteria(rfp.id))
    finish(bianca, one, [5] * size, CANARY)
    sign(bianca)
    save(avery, one, [1] * size)
    mine = ["/review", "/review/cohorts/12", "/review/cohorts/12/my-scores", "/review/cohorts/12/attestation"]
    program = [f"/manage/cohorts/12/{name}" for name in ("panel", "conflicts", "progress", "ranking", "decisions")]

    for person, urls in (
        (avery.user, [*mine, "/review/cohorts/12/conflicts", *urls_of(one)[:2]]),
        (make_program_manager(), [*program, "/manage/cohorts/12/panel-stage"]),
        (make_director(), program),
    ):
        client = login(person)
        for url in urls:
            page = client.get(url)
            assert page.status_code == 200, url
            assert "Canary-7f3e" not in page.text
            assert "100.0" not in page.text
            if person is avery.user:
                assert "Bianca" not in page.text
    assert login(make_program_manager()).get("/manage/cohorts/12/ranking.csv").status_code == 403


@pytest.mark.parametrize("points", ["-1", "6", "3.5", "five", "３"])
def test_odd_points_are_refused_and_the_text_stays(desk, points):
    client, member, (proposal, _next) = desk

    page = client.post(f"/review/proposals/{proposal.reference}", data=scores(member.rfp, points, CANARY))

    assert page.status_code == 422
    assert "Select a score for" in page.text
    assert CANARY in page.text
    assert queries.find_sheet(member, proposal) is None


def test_blank_points_may_wait_in_a_draft_but_not_in_a_final_sheet(desk):
    client, member, (proposal, _next) = desk
    here = f"/review/proposals/{proposal.reference}"

    assert client.post(here, data=scores(member.rfp, "", CANARY)).status_code == 303
    page = client.post(here, data=scores(member.rfp, "", CANARY + " More.", version=1) | {"then": "final"})

    assert page.status_code == 422
    for criterion in list_criteria(member.rfp_id):
        assert f"Select a score for {criterion.title}" in page.text
    assert CANARY + " More." in page.text
    sheet = queries.find_sheet(member, proposal)
    assert (sheet.status, sheet.version) == (SheetStatus.DRAFT, 2)
    assert 'name="version" value="2"' in page.text


def test_saving_goes_on_to_the_next_that_is_not_final(desk):
    client, member, (first, second) = desk

    sent = client.post(f"/review/proposals/{first.reference}", data=scores(member.rfp, "3") | {"then": "next"})
    assert sent.location == f"/review/proposals/{second.reference}"
    sent = client.post(f"/review/proposals/{second.reference}", data=scores(member.rfp, "3") | {"then": "final"})
    assert sent.location == f"/review/proposals/{first.reference}"
    again = client.post(f"/review/proposals/{second.reference}", data={"then": "change"})
    assert (again.status_code, queries.find_sheet(member, second).status) == (303, SheetStatus.DRAFT)


def test_a_score_can_be_taken_back(desk):
    client, member, (proposal, _next) = desk
    here = f"/review/proposals/{proposal.reference}"
    client.post(here, data=scores(member.rfp, "3"))
    assert "Clear this score" in client.get(here).text

    client.post(here, data=scores(member.rfp, "3", version=1) | {"then": "clear-1"})

    points = [score.points for score in queries.scores_by_criterion(queries.find_sheet(member, proposal)).values()]
    assert sorted(point is None for point in points) == [False] * (len(points) - 1) + [True]


def test_another_screen_in_between_shows_both_texts(desk):
    client, member, (proposal, _next) = desk
    here = f"/review/proposals/{proposal.reference}"
    client.post(here, data=scores(member.rfp, "2", "Saved elsewhere"))

    page = client.post(here, data=scores(member.rfp, "4", "Typed here"))

    assert page.status_code == 409
    assert "Saved elsewhere" in page.text
    assert "Typed here" in page.text
    assert client.post(here, data=scores(member.rfp, "4", "Typed here", version=1)).status_code == 303


def test_reading_and_downloads_are_on_the_access_log(desk):
    client, member, (proposal, _next) = desk

    client.get(f"/review/proposals/{proposal.reference}")

    (entry,) = db.session.query(AccessLogEntry).filter_by(viewer_id=member.user_id).all()
    assert (entry.subject_type, entry.purpose) == ("Submission", "review")
    assert client.get(f"/review/proposals/{proposal.reference}/documents/no-such").status_code == 404


def test_recusal_over_http_ends_access_with_the_next_request(desk):
    client, _member, (proposal, _next) = desk
    here = f"/review/proposals/{proposal.reference}"
    assert client.post(f"{here}/recusal", data={"note": ""}).status_code == 422

    assert client.post(f"{here}/recusal", data={"note": "Found out"}).status_code == 303

    assert client.get(here).status_code == 403
    assert proposal.reference not in client.get("/review/cohorts/12").text


def test_not_sure_is_decided_by_a_program_manager(clock, login):
    rfp, (one,) = make_opened_rfp(clock, 1)
    (member,) = make_panel(rfp, "Avery Chen")
    declare(member, {one: UNSURE})
    here = f"/manage/cohorts/12/conflicts/{member.id}/{one.reference}"
    manager = login(make_program_manager())
    assert "A cousin may work there." in manager.get("/manage/cohorts/12/conflicts").text
    assert manager.post(here, data={"may_score": "yes", "reason": ""}).status_code == 422
    assert login(make_director()).post(here, data={"may_score": "yes", "reason": "x"}).status_code == 403

    assert manager.post(here, data={"may_score": "yes", "reason": "Not related"}).status_code == 303

    assert login(member.user).get(f"/review/proposals/{one.reference}").status_code == 200


def test_the_panel_stage_page_asks_for_a_reason(clock, login):
    rfp, _proposals, _members = make_ranked_rfp(clock, [[4]], panel=False)
    make_panel(rfp, "Bianca Ortiz")
    client = login(make_program_manager())
    assert "1 declaration missing" in client.get("/manage/cohorts/12/panel-stage").text

    assert client.post("/manage/cohorts/12/panel-stage", data={"reason": ""}).status_code == 422
    assert client.post("/manage/cohorts/12/panel-stage", data={"reason": "Bianca is ill"}).status_code == 303


def test_the_review_link_is_for_people_with_a_seat(clock, login):
    rfp, _proposals = make_opened_rfp(clock, 1)
    (member,) = make_panel(rfp, "Avery Chen")

    assert 'href="/review"' in login(member.user).get("/review").text
    assert 'href="/review"' not in login(make_user("Sam Doe")).get("/review").text


def test_lists_take_the_same_number_of_statements_for_one_and_three(clock, login):
    counts = {}
    for number, proposals in ((12, 1), (13, 3)):
        _rfp, _made, members = make_ranked_rfp(clock, [[4, 2]] * proposals, number=number)
        evaluator, manager = login(members[0].user), login(make_program_manager())
        db.session.expire_all()
        for client, url in (
            (evaluator, f"/review/cohorts/{number}"),
            (evaluator, f"/review/cohorts/{number}/my-scores"),
            (evaluator, f"/review/cohorts/{number}/conflicts"),
            (manager, f"/manage/cohorts/{number}/conflicts"),
            (manager, f"/manage/cohorts/{number}/progress"),
            (manager, f"/manage/cohorts/{number}/ranking"),
            (manager, f"/manage/cohorts/{number}/decisions"),
        ):
            db.session.expire_all()
            with counting() as statements:
                assert client.get(url).status_code == 200
            counts.setdefault(url.replace(str(number), "n"), []).append(len(statements))
    assert {url: found[0] == found[1] for url, found in counts.items()} == dict.fromkeys(counts, True), counts


def test_the_ranking_itself_takes_six_statements_at_most(clock):
    rfp, _proposals, _members = make_ranked_rfp(clock, [[4, 2], [1, 5], [3, 3]])
    db.session.expire_all()
    db.session.refresh(rfp)

    with counting() as statements:
        ranked = queries.official_ranking(rfp, list_criteria(rfp.id))
        assert [line.place for line in ranked] == ["1=", "1=", "1="]
        assert [line.startup for line in ranked]

    assert len(statements) <= 6


def test_the_same_form_sent_twice_is_saved_once(desk):
    client, member, (proposal, _next) = desk
    here = f"/review/proposals/{proposal.reference}"

    answers = [client.post(here, data=scores(member.rfp, "2", "Sent twice")).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert queries.find_sheet(member, proposal).version == 1
