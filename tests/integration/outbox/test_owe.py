"""Owing a notice: what is written, and what is refused."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from jinja2 import UndefinedError
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.outbox import queries, services
from pglab.outbox.models import Email, Notice
from pglab.outbox.services import owe
from pglab.outbox.states import EmailState
from tests.factories.accounts import make_user

pytestmark = pytest.mark.usefixtures("letters")


def owe_one(**changes: object) -> tuple[Notice, Email]:
    told: dict[str, object] = {
        "subject": "Submitted: L12-7K3Q",
        "template": "tests/received",
        "about": "L12-7K3Q",
        "startup": "A & B <Inc.>",
    }
    to = changes.pop("to", None) or make_user()
    with transaction():
        notice = owe("proposal.submitted", to, **{**told, **changes})  # type: ignore[arg-type]  # a table of keywords
    email = db.session.scalar(select(Email).where(Email.notice_id == notice.id))
    assert email is not None
    return notice, email


def jobs() -> list[tuple[str, dict[str, str]]]:
    rows = db.session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
    return [(name, args) for name, args in rows]


def test_notice_mail_and_job_are_written_together() -> None:
    person = make_user()

    notice, email = owe_one(to=person)

    assert (notice.user_id, notice.about, notice.read_at, notice.private) == (person.id, "L12-7K3Q", None, False)
    assert (email.to_address, email.state, email.tries) == (person.email, EmailState.QUEUED, 0)
    assert email.message_id == f"<{notice.id}@localhost>"
    assert jobs() == [("outbox.deliver_email", {"email_id": str(email.id)})]


def test_text_is_plain_and_html_is_escaped() -> None:
    notice, _email = owe_one()

    assert notice.body_text.startswith("We received L12-7K3Q from A & B <Inc.>.\n\nhttp://localhost/go/L12-7K3Q\n\n--")
    assert "\n\n\n" not in notice.body_text
    assert "A &amp; B &lt;Inc.&gt;" in notice.body_html
    assert '<a href="http://localhost/go/L12-7K3Q"' in notice.body_html


def test_a_letter_may_bring_its_own_html() -> None:
    notice, _email = owe_one(template="tests/own")

    assert (notice.body_text, notice.body_html) == (
        "Text for A & B <Inc.>.\n",
        "<p>HTML for A &amp; B &lt;Inc.&gt;.</p>",
    )


def test_a_letter_with_a_gap_is_not_sent() -> None:
    with pytest.raises(UndefinedError, match="startup"), transaction():
        owe("x", make_user(), subject="Hello", template="tests/received", about="L12-7K3Q")


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: eve@example.org", "Hello\nthere", "", "   ", "a\x00b"])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(RuleError), transaction():
        owe("x", make_user(), subject=subject, template="tests/own", startup="X")
    assert jobs() == []


def test_an_address_is_one_line() -> None:
    with pytest.raises(RuleError), transaction():
        owe("x", "lee@example.org\r\nBcc: eve@example.org", subject="Hello", template="tests/own", startup="X")


def test_a_rolled_back_change_owes_nothing() -> None:
    person = make_user()
    with pytest.raises(RuntimeError), transaction():
        owe("x", person, subject="Hello", template="tests/own", startup="X")
        assert len(jobs()) == 1
        raise RuntimeError

    assert (jobs(), queries.list_notices(person.id)) == ([], ([], 0))


def test_a_thing_under_seal_seals_its_notice() -> None:
    thing = SimpleNamespace(sealed_rfp_id=None)
    notice, _email = owe_one(about=thing)

    assert notice.sealed_rfp_id is None
    with pytest.raises(IntegrityError):
        owe_one(about=SimpleNamespace(sealed_rfp_id=uuid4()))  # names an RFP that does not exist: it is really stored


def test_an_invitation_goes_to_a_bare_address_and_is_private() -> None:
    notice, email = owe_one(to="new@example.org")

    assert (notice.user_id, notice.private, email.to_address) == (None, True, "new@example.org")


def test_private_notices_are_not_shown_in_the_account() -> None:
    person = make_user()
    notice, _email = owe_one(to=person, private=True)

    assert queries.list_notices(person.id) == ([], 0)
    assert queries.count_unread_notices(person.id) == 0
    with pytest.raises(Exception, match="no such notice"):
        queries.get_notice(notice.id, user_id=person.id)


def test_only_one_waiting_job_of_a_name_is_kept() -> None:
    with transaction():
        first = services.defer("x.count", only_one="x.count")
        second = services.defer("x.count", only_one="x.count")

    assert (first is None, second) == (False, None)
    assert [name for name, _args in jobs()] == ["x.count"]


def test_a_job_can_wait() -> None:
    with transaction():
        services.defer("x.later", later=timedelta(hours=1), proposal_id=uuid4())

    ahead = db.session.scalar(text("SELECT scheduled_at - now() FROM procrastinate_jobs"))
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)


def test_mail_without_a_job_is_found_again() -> None:
    _notice, email = owe_one()
    assert services.requeue_forgotten_emails() == 0

    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    assert services.requeue_forgotten_emails() == 0  # ten minutes have not passed
    email.created_at -= timedelta(minutes=11)
    db.session.flush()

    assert services.requeue_forgotten_emails() == 1
    assert jobs() == [("outbox.deliver_email", {"email_id": str(email.id)})]
    assert services.requeue_forgotten_emails() == 0
