"""Messages to the program: kept with a reference, answered by mail, never sent back to an address as they were."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.accounts.models import StaffRole, User
from pglab.contact.models import Message
from pglab.contact.states import MessageState
from pglab.core.db import db
from tests.factories.accounts import make_user
from tests.support.accounts import mails_to
from tests.support.client import Client
from tests.support.statements import counting

Login = Callable[[User], Client]
SENT = {
    "topic": "page",
    "text": "I could not find the pilot of BeamData. <b>Where</b> is it?",
    "about": "P12-07",
    "page": "/pilots",
    "name": "王小明",
    "email": "w@example.org",
}


@pytest.fixture
def manager(rolled_back: None) -> User:
    return make_user("Priya Shah", StaffRole.PROGRAM_MANAGER)


def only_message() -> Message:
    return db.session.query(Message).populate_existing().one()


def test_a_visitor_writes_and_staff_answer(login: Login, manager: User, client: Client) -> None:
    assert client.post("/contact", data=SENT).status_code == 303
    message = only_message()
    assert message.reference in client.get("/contact/sent").text
    (mail,) = mails_to("w@example.org")
    assert message.reference in mail.notice.subject
    assert "BeamData" not in mail.notice.body_text, "the address may be somebody else’s"
    assert f"/manage/messages/{message.reference}" in mails_to(manager.email)[-1].notice.body_text

    staff = login(manager)
    assert message.reference in staff.get("/manage/messages").text
    page = staff.get(f"/manage/messages/{message.reference}").text
    assert "&lt;b&gt;Where&lt;/b&gt;" in page
    assert "<bdi>王小明</bdi>" in page
    path = f"/manage/messages/{message.reference}"
    assert staff.post(path, data={"text": " "}).status_code == 422
    assert staff.post(path, data={"text": "It is at /alumni/beamdata."}).status_code == 303
    assert "It is at /alumni/beamdata." in mails_to("w@example.org")[-1].notice.body_text
    assert only_message().state is MessageState.ANSWERED
    assert staff.post(path, data={"text": "One more thing."}).status_code == 303


def test_program_managers_are_told_once_while_messages_wait(manager: User, client: Client) -> None:
    for _ in range(3):
        client.post("/contact", data=SENT)
    assert len(mails_to(manager.email)) == 1


def test_a_message_is_put_aside_with_a_reason_and_taken_up_again(login: Login, manager: User, client: Client) -> None:
    client.post("/contact", data=SENT)
    staff, path = login(manager), f"/manage/messages/{only_message().reference}"
    assert staff.post(f"{path}/closing", data={"reason": ""}).status_code == 422
    assert staff.post(f"{path}/closing", data={"reason": "Settled by phone"}).status_code == 303
    assert "Settled by phone" in staff.get(path).text
    assert staff.post(path, data={"text": "Late answer"}).status_code == 409
    assert len(mails_to("w@example.org")) == 1
    assert staff.post(f"{path}/reopening").status_code == 303
    assert only_message().state is MessageState.WAITING


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": ""}, "Enter your message"),
        ({"email": "nobody"}, "Enter an email address"),
        ({"topic": "bribes"}, "Select what it is about"),
        ({"text": "x" * 5001}, "5,000 characters or fewer"),
        ({"name": "a\x07b"}, "hidden characters"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    client: Client, change: dict[str, str], said: str
) -> None:
    answer = client.post("/contact", data={**SENT, **change})
    assert answer.status_code == 422
    assert said in answer.text
    assert "P12-07" in answer.text
    assert db.session.query(Message).count() == 0


def test_too_many_messages_from_one_place_have_to_wait_and_keep_their_words(client: Client) -> None:
    for _ in range(5):
        assert client.post("/contact", data=SENT).status_code == 303
    answer = client.post("/contact", data=SENT)
    assert answer.status_code == 429
    assert "BeamData" in answer.text
    assert db.session.query(Message).count() == 5


def test_messages_are_read_by_those_who_answer_and_by_nobody_else(login: Login, manager: User, client: Client) -> None:
    client.post("/contact", data=SENT)
    reference = only_message().reference
    for person in (make_user("Dana Ruiz"), make_user("Tomas Lin", StaffRole.FINANCE)):
        assert login(person).get("/manage/messages").status_code == 403
        assert login(person).get(f"/manage/messages/{reference}").status_code == 403
    assert login(manager).get("/manage/messages/C-000000").status_code == 404


def test_a_signed_in_person_need_not_type_who_they_are(login: Login) -> None:
    page = login(make_user("Dana Ruiz", email="dana@example.org")).get("/contact?page=/help").text
    assert 'value="dana@example.org"' in page
    assert 'value="/help"' in page


def test_the_words_of_a_message_and_its_answers_never_change(manager: User, client: Client) -> None:
    """Control: also for whoever writes SQL as the application's role."""
    client.post("/contact", data=SENT)
    with pytest.raises(DBAPIError, match="stays as it was written"), db.session.begin_nested():
        db.session.execute(text("UPDATE messages SET text = 'something else'"))
    with pytest.raises(DBAPIError, match="permission denied"), db.session.begin_nested():
        db.session.execute(text("DELETE FROM messages"))


def test_a_longer_inbox_costs_no_more_statements(login: Login, manager: User, client: Client) -> None:
    staff = login(manager)
    client.post("/contact", data=SENT)
    with counting() as one:
        staff.get("/manage/messages")
    for _ in range(3):
        client.post("/contact", data=SENT)
    with counting() as many:
        staff.get("/manage/messages")
    assert len(one) == len(many)
