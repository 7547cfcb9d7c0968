"""Handing mail to a real SMTP server: verified TLS, fixed Message-ID, and what each kind of trouble means."""

import dataclasses
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from pglab.adapters import mailer
from pglab.adapters.mailer import MailDelayedError, Mailer, MailRefusedError, OutgoingMail
from tests.support.mail_server import Mailbox, mail_server, make_authority

MAIL = OutgoingMail(
    message_id="<5b1e@pghlab.example>",
    to="lee@example.org",
    subject="Submitted: L12-7K3Q – received",
    text="We have it.\n",
    html="<p>We have it.</p>",
    written_at=datetime(2026, 10, 16, 18, 14, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make_authority(tmp_path_factory.mktemp("ca"), "own")


@pytest.fixture
def server(authority: tuple[Path, ssl.SSLContext]) -> Iterator[tuple[Mailbox, int]]:
    with mail_server(authority[1]) as running:
        yield running


@pytest.fixture
def sender(app: Flask, settings: Settings, authority: tuple[Path, ssl.SSLContext]) -> "Sender":
    return Sender(app, dataclasses.replace(settings, mail_ca_file=str(authority[0]), mail_server="localhost"))


@dataclasses.dataclass
class Sender:
    app: Flask
    settings: Settings

    def send(self, port: int, mail: OutgoingMail = MAIL, **changes: str) -> None:
        settings = dataclasses.replace(self.settings, mail_port=port, **changes)
        with self.app.app_context():
            Mailer(self.app, settings).send(mail)


def test_a_mail_arrives_whole_and_marked_as_automatic(sender: Sender, server: tuple[Mailbox, int]) -> None:
    sender.send(server[1], mail_sender="PGH Lab <pghlab@pittsburgh.example>")

    (message,) = server[0].messages
    assert server[0].recipients == ["lee@example.org"]
    assert {name: message[name] for name in ("Message-ID", "To", "Reply-To", "Auto-Submitted")} == {
        "Message-ID": "<5b1e@pghlab.example>",
        "To": "lee@example.org",
        "Reply-To": "pghlab@pittsburgh.example",
        "Auto-Submitted": "auto-generated",
    }
    assert "pghlab@pittsburgh.example" in message["From"]
    parts = {
        part.get_content_type(): part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()
    }
    assert parts == {"text/plain": b"We have it.\r\n", "text/html": b"<p>We have it.</p>"}


def test_the_same_mail_is_the_same_message_every_time(sender: Sender, server: tuple[Mailbox, int]) -> None:
    sender.send(server[1])
    sender.send(server[1])

    first, second = server[0].messages
    assert [first["Message-ID"], first["Date"]] == [second["Message-ID"], second["Date"]]


def test_a_certificate_of_another_authority_is_not_trusted(
    sender: Sender, server: tuple[Mailbox, int], tmp_path: Path
) -> None:
    stranger, _context = make_authority(tmp_path, "stranger")

    with pytest.raises(MailDelayedError, match="certificate verify failed"):
        sender.send(server[1], mail_ca_file=str(stranger))
    assert server[0].messages == []


def test_a_certificate_for_another_name_is_not_trusted(sender: Sender, server: tuple[Mailbox, int]) -> None:
    with pytest.raises(MailDelayedError, match="certificate"):
        sender.send(server[1], mail_server="127.0.0.1")
    assert server[0].messages == []


def test_a_server_without_encryption_is_used_in_development_only(sender: Sender) -> None:
    with mail_server(None) as (mailbox, port):
        for environment in ("test", "production"):
            with pytest.raises(MailDelayedError, match="STARTTLS"):
                sender.send(port, environment=environment)
        assert mailbox.messages == []

        sender.send(port, environment="development")
        assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    ("rcpt", "data", "outcome"),
    [
        ("550 No such person", "250 OK", MailRefusedError),
        ("250 OK", "554 Not wanted", MailRefusedError),
        ("450 Try later", "250 OK", MailDelayedError),
        ("250 OK", "451 Try later", MailDelayedError),
        ("250 OK", "421 Going down", MailDelayedError),
    ],
)
def test_the_servers_verdict(
    sender: Sender, server: tuple[Mailbox, int], rcpt: str, data: str, outcome: type[Exception]
) -> None:
    server[0].rcpt_answer, server[0].data_answer = rcpt, data

    with pytest.raises(outcome, match=(data if rcpt.startswith("250") else rcpt)[:3]):
        sender.send(server[1])


def test_a_silent_server_is_not_waited_for(
    sender: Sender, server: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "SECONDS", 0.5)
    server[0].silent_for = 2

    with pytest.raises(MailDelayedError, match="timed out"):
        sender.send(server[1])


def test_no_server_at_all_means_later(sender: Sender) -> None:
    with pytest.raises(MailDelayedError):
        sender.send(1)


def test_our_own_failed_sign_in_is_not_the_recipients_fault(sender: Sender, server: tuple[Mailbox, int]) -> None:
    with pytest.raises(MailDelayedError):
        sender.send(server[1], mail_username="pghlab", mail_password="wrong")


def test_an_address_mail_cannot_carry_is_refused(sender: Sender, server: tuple[Mailbox, int]) -> None:
    with pytest.raises(MailRefusedError):
        sender.send(server[1], dataclasses.replace(MAIL, to="łukasz@example.org"))


def test_an_international_domain_is_written_in_ascii(sender: Sender, server: tuple[Mailbox, int]) -> None:
    sender.send(server[1], dataclasses.replace(MAIL, to="lee@bücher.example"))

    assert server[0].recipients == ["lee@xn--bcher-kva.example"]
