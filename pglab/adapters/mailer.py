"""Mail: one message at a time over a connection whose certificate is checked, with a timeout on every step."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from types import TracebackType
from typing import Any

from flask import Flask, current_app
from flask_mail import Connection, Mail, Message
from jinja2 import Environment, StrictUndefined, TemplateNotFound

from config import Settings

SECONDS = 15
SMTPS_PORT = 465
_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)
_MANY_BREAKS = re.compile(r"\n[ \t]*\n\s*\n")


class MailRefusedError(Exception):
    """The mail server will never take this message for this address (5xx); trying again is pointless."""


class AddressRefusedError(MailRefusedError):
    """It is the address that the server will never take mail for (5xx at RCPT): a hard bounce."""


class MailDelayedError(Exception):
    """The message could not be handed over now (4xx, timeout, no connection, our own sign-in); try again later."""


@dataclass(frozen=True)
class OutgoingMail:
    """One message as it goes out; the same on every try, so that a duplicate can be recognized by its Message-ID."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str
    written_at: datetime
    unsubscribe_path: str = ""
    calendar: str = ""


class CheckedConnection(Connection):
    """Flask-Mail's connection, but encrypted with a verified certificate, and never waiting for ever."""

    def __init__(self, mail: Any, settings: Settings) -> None:
        super().__init__(mail)
        self.settings = settings

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect, encrypt, sign in. Outside development a server without TLS is refused."""
        settings, context = self.settings, ssl.create_default_context(cafile=self.settings.mail_ca_file)
        server, port = settings.mail_server or "", settings.mail_port
        if port == SMTPS_PORT:
            host: smtplib.SMTP = smtplib.SMTP_SSL(server, port, timeout=SECONDS, context=context)
        else:
            host = smtplib.SMTP(server, port, timeout=SECONDS)
        try:
            self._secure(host, context)
        except BaseException:
            host.close()
            raise
        return host

    def _secure(self, host: smtplib.SMTP, context: ssl.SSLContext) -> None:
        settings = self.settings
        if settings.mail_port != SMTPS_PORT:
            host.ehlo_or_helo_if_needed()
            if host.has_extn("starttls") or not settings.is_development:
                host.starttls(context=context)
        if settings.mail_username and settings.mail_password:
            host.login(settings.mail_username, settings.mail_password)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Say goodbye; a server that hangs up first has still taken the message."""
        if self.host is not None:
            try:
                self.host.quit()
            except (smtplib.SMTPException, OSError):
                self.host.close()


class Mailer:
    """Hands messages to the configured mail server."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.settings = settings
        app.config["MAIL_DEFAULT_SENDER"] = settings.mail_sender
        app.config["MAIL_SERVER"] = settings.mail_server
        app.config["MAIL_SUPPRESS_SEND"] = False
        self._state = Mail().init_app(app)

    @property
    def keeps_mail(self) -> bool:
        """Whether there is no mail server, so that mail is only kept and shown (development and tests)."""
        return self.settings.mail_server is None

    @property
    def address(self) -> str:
        """The address our mail comes from, without its name."""
        return parseaddr(self.settings.mail_sender)[1]

    @property
    def domain(self) -> str:
        """The domain our mail comes from; Message-IDs end in it."""
        return self.address.rpartition("@")[2] or "localhost"

    def send(self, mail: OutgoingMail) -> None:
        """Hand one message over. MailRefusedError or MailDelayedError otherwise; once returned, the server has it."""
        try:
            with CheckedConnection(self._state, self.settings) as connection:
                connection.send(self._message(mail))
        except smtplib.SMTPRecipientsRefused as fault:
            raise _verdict(*next(iter(fault.recipients.values())), refusal=AddressRefusedError) from fault
        except smtplib.SMTPDataError as fault:
            raise _verdict(fault.smtp_code, fault.smtp_error, refusal=MailRefusedError) from fault
        except (UnicodeError, smtplib.SMTPNotSupportedError) as fault:
            if self._writes_plainly(mail.to):
                raise MailDelayedError(_short(str(fault))) from fault
            raise AddressRefusedError("The address has letters that mail cannot carry.") from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise MailDelayedError(_short(str(fault) or type(fault).__name__)) from fault

    @staticmethod
    def _writes_plainly(address: str) -> bool:
        return address.partition("@")[0].isascii()

    def _message(self, mail: OutgoingMail) -> Message:
        headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
        if mail.unsubscribe_path:  # RFC 8058: the reader's mail program stops it with one request
            headers["List-Unsubscribe"] = f"<{self.settings.base_url}{mail.unsubscribe_path}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message = Message(
            subject=mail.subject,
            recipients=[mail.to],
            body=mail.text,
            html=mail.html,
            sender=self.settings.mail_sender,
            reply_to=self.address,
            date=mail.written_at.timestamp(),
            extra_headers=headers,
        )
        message.msgId = mail.message_id
        if mail.calendar:
            message.attach("pgh-lab.ics", _calendar_type(mail.calendar), mail.calendar.encode())
        return message


def _calendar_type(calendar: str) -> str:
    """The type of an attached calendar, with the method that the file itself names (RFC 6047, section 2.4)."""
    named = _METHOD.search(calendar)
    return f"text/calendar; method={named[1] if named else 'PUBLISH'}; charset=utf-8"


def _verdict(code: int, said: bytes | str, *, refusal: type[MailRefusedError]) -> Exception:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    kind = refusal if 500 <= code < 600 else MailDelayedError
    return kind(_short(f"{code} {words}"))


def _short(words: str) -> str:
    return " ".join(words.replace("\0", "").split())[:300]


def init_mail(app: Flask, settings: Settings) -> None:
    """Give the app its mailer."""
    app.extensions["pglab.mailer"] = Mailer(app, settings)


def current_mailer() -> Mailer:
    """The running app's mailer."""
    mailer: Mailer = current_app.extensions["pglab.mailer"]
    return mailer


def render_mail(template: str, **context: Any) -> tuple[str, str]:
    """The text and HTML of `templates/emails/<template>.txt` and `.html`.

    A value the template asks for and does not get is an error here, not a gap in a letter. Without an HTML template
    the HTML is made from the text. `base_url` is always there, for links.
    """
    environment = _mail_templates()
    context = {"base_url": current_mailer().settings.base_url, **context}
    text = environment.get_template(f"emails/{template}.txt").render(context)
    text = _MANY_BREAKS.sub("\n\n", text).strip() + "\n"
    try:
        html = environment.get_template(f"emails/{template}.html").render(context)
    except TemplateNotFound as fault:
        if fault.name != f"emails/{template}.html":
            raise
        html = environment.get_template("emails/outbox/plain.html").render(context, text=text)
    return text, html


def _mail_templates() -> Environment:
    environment: Environment | None = current_app.extensions.get("pglab.mail_templates")
    if environment is None:
        environment = current_app.jinja_env.overlay(undefined=StrictUndefined)
        current_app.extensions["pglab.mail_templates"] = environment
    return environment
