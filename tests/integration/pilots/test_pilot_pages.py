"""The workspace: what each participant sees and does there, with real files."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from pglab.accounts.models import MemberRole, Membership, StaffRole
from pglab.audit.models import AccessLogEntry
from pglab.core.db import db
from pglab.pilots.models import DeliverableVersion
from tests.factories import keep
from tests.factories.accounts import make_director, make_user
from tests.factories.pilots import accept, execute, hand_in, make_city, make_pilot, milestone_of
from tests.support.client import client_for
from tests.support.files import make_pdf, make_zip
from tests.support.statements import counting


@pytest.fixture
def city(rolled_back):
    return make_city()


@pytest.fixture
def pilot(city):
    return make_pilot(city)


def startup_of(pilot):
    return pilot.organization.memberships[0].user


def upload(content: bytes, name: str = "evidence.pdf"):
    return (io.BytesIO(content), name)


HERE = "/workspace/P12-01/milestones/1"


def test_hand_in_ask_for_changes_hand_in_again_and_accept(login, pilot):
    startup, champion = login(startup_of(pilot)), login(pilot.champion)
    sent = startup.post(f"{HERE}/deliverables", data={"note": "See page 2.", "file": upload(make_pdf())})
    assert sent.location == HERE
    assert "Review milestone 1 by" in champion.get("/workspace/P12-01").text

    sent_back = champion.post(
        f"{HERE}/verdict", data={"version": "1", "verdict": "changes_requested", "what": "Add week 2"}
    )
    assert sent_back.location == HERE
    assert "Add week 2" in startup.get(HERE).text
    assert "Make the changes asked for on milestone 1" in startup.get("/workspace/P12-01").text
    startup.post(f"{HERE}/deliverables", data={"note": "With week 2.", "file": upload(make_pdf(3))})

    went_on = champion.post(f"{HERE}/verdict", data={"version": "2", "verdict": "accepted"})
    assert went_on.location == f"{HERE}/acceptance"
    confirm = champion.get(f"{HERE}/acceptance").text
    assert "Accepting releases a $6,250.00 payment request to finance." in confirm
    assert champion.post(f"{HERE}/acceptance", data={"version": "1"}).status_code == 409
    assert champion.post(f"{HERE}/acceptance", data={"version": "2"}).status_code == 303
    assert champion.post(f"{HERE}/acceptance", data={"version": "2"}).status_code == 409
    assert "Accepted" in startup.get("/workspace/P12-01").text


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [(None, "", "Select a file"), (make_zip(), "page.pdf", "PDF"), (b"", "empty.pdf", "empty")],
)
def test_a_refused_file_keeps_the_note(login, pilot, content, name, says):
    data = {"note": "Two weeks of counts, see page 3."}
    if content is not None:
        data["file"] = upload(content, name)

    page = login(startup_of(pilot)).post(f"{HERE}/deliverables", data=data)

    assert (page.status_code, says in page.text, "Two weeks of counts, see page 3." in page.text) == (422, True, True)
    assert page.text.count("<title>Error: ") == 1
    assert db.session.scalar(select(func.count()).select_from(DeliverableVersion)) == 0


def test_a_blank_note_is_asked_for(login, pilot):
    page = login(startup_of(pilot)).post(f"{HERE}/deliverables", data={"note": " ", "file": upload(make_pdf())})
    assert (page.status_code, "Enter what you did" in page.text) == (422, True)


def test_a_verdict_is_chosen_and_changes_are_named(login, pilot):
    hand_in(milestone_of(pilot))
    champion = login(pilot.champion)
    nothing = champion.post(f"{HERE}/verdict", data={"version": "1"})
    unnamed = champion.post(f"{HERE}/verdict", data={"version": "1", "verdict": "changes_requested"})
    assert (nothing.status_code, "Select whether to accept or ask for changes" in nothing.text) == (422, True)
    assert (unnamed.status_code, "Enter what needs to change" in unnamed.text) == (422, True)


def test_who_may_not_act_is_told_so_before_the_form_is_read(login, pilot, city):
    startup, champion, director = login(startup_of(pilot)), login(pilot.champion), login(make_director())
    hand_in(milestone_of(pilot))

    assert champion.post(f"{HERE}/deliverables", data={}, check=False).status_code == 403
    assert startup.post(f"{HERE}/verdict", data={}, check=False).status_code == 403
    assert login(city.manager).post("/manage/agreements/A12-01", data={}, check=False).status_code == 422
    assert director.post("/manage/agreements/A12-01", data={}, check=False).status_code == 403


def test_files_reach_participants_and_readers_only(login, pilot, city):
    startup = login(startup_of(pilot))
    content = make_pdf()
    startup.post(f"{HERE}/deliverables", data={"note": "x", "file": upload(content)})
    url = f"{HERE}/deliverables/1/file"

    assert startup.get(url).data == content
    for reader in (
        pilot.champion,
        city.manager,
        make_user("Fay", StaffRole.FINANCE),
        make_user("Ivy", StaffRole.AUDITOR),
    ):
        answer = login(reader).get(url)
        assert (answer.status_code, answer.headers["Content-Disposition"][:10]) == (200, "attachment")
    for stranger in (make_user("Sam"), make_user("Ned Fox", StaffRole.ADMIN), startup_of(make_pilot(city))):
        assert login(stranger).get(url).status_code == 404
    assert client_for(startup.application).get(url).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(AccessLogEntry)) == 4
    assert startup.get(f"{HERE}/deliverables/9/file").status_code == 404


def test_one_next_step_for_each_role(login, pilot, city):
    startup, champion, manager = (login(each) for each in (startup_of(pilot), pilot.champion, city.manager))
    assert "Record the executed agreement A12-01" in manager.get("/workspace/P12-01").text
    assert "Hand in milestone 1 by" in startup.get("/workspace/P12-01").text
    assert f"{pilot.organization.legal_name} hands in milestone 1" in champion.get("/workspace/P12-01").text
    execute(pilot, actor=city.manager)
    hand_in(milestone_of(pilot))
    assert "Mona Abara reviews milestone 1 by" in manager.get("/workspace/P12-01").text
    assert "Nothing for you now: Mona Abara answers on milestone 1" in startup.get("/workspace/P12-01").text


def test_everything_accepted_says_so(login, pilot):
    for number in (1, 2, 3):
        accept(pilot, number)
    assert "Every milestone is accepted." in login(startup_of(pilot)).get("/workspace/P12-01").text


def test_late_is_shown(login, pilot, clock):
    clock.move(timedelta(days=40))
    page = login(startup_of(pilot)).get("/workspace/P12-01").text
    assert "Not started, 3 days late" in page


def test_viewers_read_and_the_list_is_theirs(login, pilot, city):
    other = make_pilot(city)
    viewer = make_user("Vera Viewer")
    keep(Membership(organization=pilot.organization, user=viewer, role=MemberRole.VIEWER))
    page = login(viewer).get(HERE).text
    assert ("Hand in this milestone" in page, "What counts as done" in page) == (False, True)
    mine = login(viewer).get("/workspace").text
    assert (pilot.reference in mine, other.reference in mine) == (True, False)
    assert "You don’t take part in a pilot yet" in login(make_user("Sam")).get("/workspace").text


def test_the_citys_people_need_a_second_factor(app, pilot, city):
    for person in (pilot.champion, city.manager):
        weak = client_for(app).sign_in(person, second_factor=False)
        assert weak.get("/workspace/P12-01").status_code == 303
    assert client_for(app).sign_in(startup_of(pilot), second_factor=False).get("/workspace/P12-01").status_code == 200


@pytest.mark.parametrize("path", ["/workspace/P12-99", "/workspace/x", f"{HERE[:-1]}9", f"{HERE[:-1]}0"])
def test_what_is_not_there_is_not_found(login, pilot, path):
    assert login(startup_of(pilot)).get(path).status_code == 404


def test_the_same_statements_for_one_pilot_and_for_three(login, pilot, city):
    manager = login(city.manager)
    for path in ("/workspace", "/manage/cohorts/12/pilots"):
        manager.get(path)
        with counting() as one:
            manager.get(path)
        make_pilot(city)
        with counting() as more:
            manager.get(path)
        assert len(more) == len(one), path


def test_versions_do_not_add_statements(login, pilot):
    startup = login(startup_of(pilot))
    milestone = milestone_of(pilot)
    hand_in(milestone)
    startup.get("/workspace/P12-01")
    with counting() as one:
        startup.get("/workspace/P12-01")
    for number in (2, 3):
        hand_in(milestone_of(pilot, number))
    with counting() as more:
        startup.get("/workspace/P12-01")
    assert len(more) == len(one)
