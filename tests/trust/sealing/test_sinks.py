"""P1: nothing of a sealed proposal lies where others get at it: tables beside the sealed ones, dumps, mails, the queue,
logs, faults, the file store, what monitoring reads.

Sample: every row of a dump of the whole database, every mail of the demo city as a real server received it, every line
that the product and PostgreSQL logged, every planted file.
"""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

import psycopg
import pytest
from botocore.exceptions import ClientError
from flask import Flask
from sqlalchemy import text

from config import Settings
from pglab.accounts.models import User
from pglab.adapters.storage import S3Store, current_store
from pglab.adapters.worker import run_worker
from pglab.app import create_app
from pglab.cli.backup.contents import BackupError
from pglab.cli.backup.copying import run_program
from pglab.core.db import db, transaction
from pglab.outbox.services import defer
from tests.support import databases, services
from tests.support.client import client_for
from tests.support.mail_server import mail_server, make_authority
from tests.support.person import Page
from tests.support.scoreboard import Scores
from tests.support.undoing import undone
from tests.trust.sealing.rounds import KEPT_MAIL, City, listening
from tests.trust.sealing.searching import tables_with

pytestmark = pytest.mark.slow

# Where a proposal's content lies; every other table must be free of it.
SEALED_TABLES = {
    "answers",
    "attachments",
    "clarification_answers",
    "clarification_responses",
    "clarifications",
    "confidentiality_marks",
    "document_pages",
    "document_scans",
    "documents",
    "proposals",
    "refusals",
    "review_requests",
    "section_checks",
    "submissions",
    "submitted_documents",
    "submitted_marks",
    "uploads",
}


def test_nothing_of_it_lies_in_another_table(city: City, scored: Scores, tmp_path: Path) -> None:
    """The audit log, the queue, notices, mails, the access log: whatever a dump of the other tables would hold."""
    dump = dumped(city.app.config["SETTINGS"], services.postgres().url(database_of(city), "postgres"), tmp_path)
    found, filled = tables_with(dump, city.words)
    assert set(found) <= SEALED_TABLES
    assert {"answers", "document_pages", "documents", "submissions", "uploads"} <= set(found), (
        "the search must find what is there"
    )
    assert set().union(*found.values()) == set(city.planted.words) - {
        place for place in city.planted.words if place.endswith(" title")
    }, "what is in the files lies in the store alone, but for the text of their pages"
    assert filled > 50
    scored(
        "P1",
        what="tables of a dump, beside the sealed ones, that hold a canary",
        sample=filled - len(SEALED_TABLES),
        control=f"the dump's sealed tables hold canaries: {', '.join(sorted(found))}",
    )


def test_a_dump_by_the_application_holds_nothing_of_it(city: City, scored: Scores, tmp_path: Path) -> None:
    """Whoever dumps with the application's own password is refused, or gets empty sealed tables."""
    settings = city.app.config["SETTINGS"]
    with pytest.raises(BackupError, match=r"row-level security|permission denied"):
        dumped(settings, settings.database_url, tmp_path)
    unreadable = [f"--exclude-table={name}" for name in forbidden_tables(settings)]
    dump = dumped(settings, settings.database_url, tmp_path, "--enable-row-security", *unreadable)
    _found, filled = tables_with(dump, city.words)
    assert city.words.in_bytes(dump) == set()
    assert filled > 40
    scored("P1", what="tables of a dump by the application's role that hold a canary", sample=filled)


def database_of(city: City) -> str:
    with city.app.app_context():
        return str(db.engine.url.database)


def dumped(settings: Settings, url: str, folder: Path, *options: str) -> bytes:
    """A plain dump of the whole database, as whoever this address names."""
    path = folder / "plain.sql"
    run_program(
        "pg_dump", dataclasses.replace(settings, backup_database_url=url), "--format=plain", f"--file={path}", *options
    )
    return path.read_bytes()


def forbidden_tables(settings: Settings) -> list[str]:
    """The tables the application's role may not read at all."""
    url = settings.database_url.replace("+psycopg", "")
    asked = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace"
    with psycopg.connect(url) as connection:
        return [str(row[0]) for row in connection.execute(f"{asked} AND NOT has_table_privilege(oid, 'SELECT')")]


# ---- Mail ----


def test_no_mail_tells_anything_but_to_its_own_people(
    city: City, scored: Scores, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Everything the city owes goes to a real server; what arrived there is read as it was sent."""
    authority, tls = make_authority(tmp_path_factory.mktemp("ca"), "sealing")
    with mail_server(tls) as (mailbox, port):
        settings = dataclasses.replace(
            city.app.config["SETTINGS"], mail_server="localhost", mail_port=port, mail_ca_file=str(authority)
        )
        sending = create_app(settings)
        owed = owe_again(sending)
        with ThreadPoolExecutor(1) as aside:  # where a browser's test left its event loop, no other may begin
            work = {"modules": ["pglab.outbox.jobs"], "until_idle": True}
            aside.submit(run_worker, sending, settings.database_url, **work).result()
        databases.hang_up(sending)
    told = {"own": set(), "others": set()}
    for message in mailbox.messages:
        own = message["To"] == city.planted.owner_email
        told["own" if own else "others"] |= city.search_for("").in_bytes(whole(message))
    assert told["others"] == set()
    assert "reference" in told["own"] and not told["own"] & set(city.planted.words)
    assert owed <= {message["Message-ID"] for message in mailbox.messages}, "the worker may owe more while it sends"
    assert len(owed) > 50
    scored(
        "P1",
        what="mails received by a real server that carry a canary",
        sample=len(mailbox.messages),
        control="the startup's own receipt names its proposal, and is found by the same search",
    )


def owe_again(app: Flask) -> set[str]:
    """Every mail of the city is owed once more; the Message-IDs of them."""
    with app.app_context(), transaction():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.execute(text("UPDATE emails SET state = 'queued', sent_at = NULL"))
        emails = db.session.execute(text("SELECT id, message_id FROM emails")).all()
        for email_id, _ in emails:
            defer("outbox.deliver_email", email_id=email_id)
    return {message_id for _, message_id in emails}


def whole(message: Message) -> bytes:
    """The mail as it travelled, and each part as the reader's program decodes it."""
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    return b"\n".join([message.as_bytes(), *parts])


# ---- Faults and logs ----


@pytest.mark.parametrize("fault", ["no right to write", "a row refused"])
def test_a_fault_while_it_is_saved_tells_nothing(
    city: City, scored: Scores, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The page of an unexpected fault, and what the product and PostgreSQL log of it, with content on its way."""
    told = {}
    for careful in (True, False):
        with faulty(city.app.config["SETTINGS"], fault, careful), undone(city.app), listening() as lines:
            monkeypatch.setattr(db.engine, "hide_parameters", careful)
            server_log = services.state() / "log" / "postgres.log"
            logged_before = server_log.stat().st_size
            response = save_a_canary(city)
            assert response.status_code == 500
            said = server_log.read_bytes()[logged_before:]
            assert b"ERROR" in said
            told[careful] = city.words.in_response(response) | city.words.in_bytes("\n".join(lines).encode() + said)
    assert told[True] == set()
    assert told[False], "with care taken away the log must tell, or this proves nothing"
    careless = "statements logged with their parameters" if fault == "no right to write" else "without policies, rows"
    scored("P1", what=f"faults while saving ({fault}) that tell content", sample=1, control=f"{careless} tell it")


@contextmanager
def faulty(settings: Settings, fault: str, careful: bool) -> Iterator[None]:
    """A database that refuses to take answers: by their right, or by their content."""
    broken, mended = {
        "no right to write": (
            "REVOKE INSERT, UPDATE ON answers FROM pglab_app",
            "GRANT INSERT, UPDATE ON answers TO pglab_app",
        ),
        "a row refused": (
            "ALTER TABLE answers ADD CONSTRAINT nothing_more CHECK (false) NOT VALID",
            "ALTER TABLE answers DROP CONSTRAINT nothing_more",
        ),
    }[fault]
    with psycopg.connect(settings.database_owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(broken)
        connection.execute(f"ALTER TABLE answers {'ENABLE' if careful else 'DISABLE'} ROW LEVEL SECURITY")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE answers ENABLE ROW LEVEL SECURITY")
            connection.execute(mended)


def save_a_canary(city: City):
    """The owner saves a section of the form, with a canary in every field."""
    client = client_for(city.app).sign_in(db.session.get_one(User, city.planted.owner_id))
    place = next(p for p in city.listed if (p.endpoint, p.method, p.state) == ("proposals.section", "POST", "sealed"))
    page = client.get(place.address).text
    values = next(form for form in Page(page).forms if form.method == "post" and "seen" in form.names).values
    word = next(iter(city.planted.words.values()))
    typed = {name: f"{value} {word}" if "We do" in value else value for name, value in values.items()}
    return client.post(place.address, data=typed, csrf=False, check=False)


# ---- The file store, and monitoring ----


def test_the_store_gives_a_stranger_nothing_and_its_names_tell_nothing(city: City, scored: Scores) -> None:
    with city.app.app_context():
        store, planted = current_store(), city.planted
        assert isinstance(store, S3Store)
        held, told = set(), set()
        for key in planted.keys:
            content = b"".join(store.open(key))
            held |= city.words.in_bytes(content)
            about = store._client.head_object(Bucket=store.bucket, Key=key)
            told |= city.words.in_bytes(f"{key} {about}".encode())
            for ask in ("get_object", "head_object"):
                with pytest.raises(ClientError, match=r"403|AccessDenied"):
                    getattr(store._strangers_client, ask)(Bucket=store.bucket, Key=key)
        assert store.is_public() is False
    assert told == set()
    assert held == {place for place in planted.words if place.endswith((" body", " title"))}
    scored(
        "P1",
        what="files in the store that a stranger gets, or whose name or description tells",
        sample=len(planted.keys),
        control=f"with the key the same files hold {len(held)} canaries",
    )


def test_what_monitoring_reads_tells_nothing(city: City, scored: Scores) -> None:
    with undone(city.app):
        response = client_for(city.app).get("/metrics", headers={"Authorization": f"Bearer {'m' * 32}"}, check=False)
        assert response.status_code == 200 and b"pglab_jobs_late_order" in response.get_data()
        assert city.search_for("").in_response(response) == set()
    scored("P1", what="answers to monitoring with a canary", sample=1)


def test_the_mail_kept_on_a_developers_machine_is_no_page_of_production(
    city: City, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There a startup's receipt may be read by whoever sits at the machine; the rounds search it for content only."""
    kept = [place for place in city.listed if place.endpoint.startswith(KEPT_MAIL)]
    statuses = {}
    with undone(city.app):
        for environment in ("test", "production"):
            settings = dataclasses.replace(city.app.config["SETTINGS"], environment=environment)
            monkeypatch.setitem(city.app.config, "SETTINGS", settings)
            client = client_for(city.app)
            statuses[environment] = {client.get(place.address, check=False).status_code for place in kept}
    assert statuses == {"test": {200}, "production": {404}}
    scored("P1", what="pages of kept mail that answer in production", sample=len(kept), control="elsewhere they answer")
