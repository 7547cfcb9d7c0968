"""A real SMTP server for tests, with its own certificate authority, that can be told to misbehave."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What arrived, and how the server answers."""

    messages: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    rcpt_answer: str = "250 OK"
    data_answer: str = "250 OK"
    silent_for: float = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        await asyncio.sleep(self.silent_for)
        if self.data_answer.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content))
            self.recipients += envelope.rcpt_tos
        return self.data_answer


class _Server(Controller):
    def __init__(self, *args: Any, tls: ssl.SSLContext | None, **kwargs: Any) -> None:
        self.tls = tls
        super().__init__(*args, **kwargs)

    def factory(self) -> SMTP:
        return SMTP(self.handler, tls_context=self.tls, require_starttls=self.tls is not None, hostname="mail.test")


@contextmanager
def mail_server(tls: ssl.SSLContext | None) -> Iterator[tuple[Mailbox, int]]:
    """A server on a free port of this machine; with `tls` it takes mail only after STARTTLS."""
    mailbox = Mailbox()
    server = _Server(mailbox, tls=tls, hostname="127.0.0.1", port=_free_port())
    server.start()
    try:
        yield mailbox, server.port
    finally:
        server.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def make_authority(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate authority's file, and a server context with a certificate it issued for localhost."""
    key, issuer = ec.generate_private_key(ec.SECP256R1()), _named(f"{name} test authority")
    authority = _certificate(issuer, issuer, key.public_key(), key, authority=True)
    own_key = ec.generate_private_key(ec.SECP256R1())
    own = _certificate(_named("localhost"), issuer, own_key.public_key(), key, authority=False)
    ca_file, chain, key_file = (folder / f"{name}-{part}.pem" for part in ("ca", "cert", "key"))
    ca_file.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        own_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key_file)
    return ca_file, context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, signer: Any, *, authority: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())
