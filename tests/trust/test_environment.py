"""P44: a copy of the product with a dangerous setting, database or store does not start, or says so in red."""

import base64
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from json import dumps
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from config import Settings, UnsafeSettingsError, read_settings_file
from pglab.adapters.database import find_faults
from pglab.adapters.embedded import postgres, start_postgres, stop_postgres
from pglab.adapters.storage import S3Store
from pglab.admin import queries
from pglab.app import flask_settings
from pglab.core.db import db
from tests.support import services
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "PGLAB_ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 40,
    "PASSWORD_SALT": "p" * 40,
    "BASE_URL": "https://pghlab.example.gov",
    "TRUSTED_HOSTS": "pghlab.example.gov",
    "DATABASE_URL": "postgresql+psycopg://pglab_app:hunter2hunter2@db.example.gov/pglab",
    "S3_ENDPOINT": "https://s3.example.gov",
    "S3_ACCESS_KEY": "a",
    "S3_SECRET_KEY": "the store's own secret",
    "MAIL_SERVER": "mail.example.gov",
    "RECEIPT_KEY": KEY,
    "CLAMD_ADDRESS": "unix:/run/clamav/clamd.ctl",
    "PGLAB_STATE": "/var/lib/pglab/x",
}
BAD = [
    {"SECRET_KEY": ""},
    {"SECRET_KEY": "dev"},
    {"SECRET_KEY": "changeme"},
    {"SECRET_KEY": "s" * 31},
    {"SECRET_KEY": "p" * 40},
    {"SECRET_OLD_KEYS": "s" * 40},
    {"PASSWORD_SALT": ""},
    {"PASSWORD_SALT": "short"},
    {"FLASK_DEBUG": "1"},
    {"FLASK_DEBUG": "true"},
    {"TRUSTED_HOSTS": ""},
    {"TRUSTED_HOSTS": "*"},
    {"TRUSTED_HOSTS": "*.example.gov"},
    {"BASE_URL": "http://pghlab.example.gov"},
    {"BASE_URL": ""},
    {"DATABASE_URL": ""},
    {"DATABASE_URL": "sqlite:///pglab.db"},
    {"DATABASE_URL": "postgresql://pglab_app@db.example.gov/pglab"},
    {"DATABASE_URL": "postgresql+psycopg://pglab_app@/pglab?host=/var/lib/pglab/x/postgres-socket"},
    {"S3_ENDPOINT": ""},
    {"S3_ENDPOINT": "http://127.0.0.1:8333"},
    {"S3_ENDPOINT": "http://[::1]:8333"},
    {"S3_SECRET_KEY": ""},
    {"MAIL_SERVER": ""},
    {"RECEIPT_KEY": ""},
    {"RECEIPT_KEY": "c2hvcnQ="},
    {"RECEIPT_OLD_KEYS": "not base64"},
    {"METRICS_TOKEN": "guessable"},
    {"CLAMD_ADDRESS": ""},
    {"CLAMD_ADDRESS": "clamav"},
    {"S3_PUBLIC_ENDPOINT": "http://files.example.gov"},
    {"APPROVALS_REQUIRED": "0"},
    {"APPROVALS_REQUIRED": "two"},
    {"SEALED_COUNTS": "all"},
    {"DEMO_NOTICE": "yes"},
    {"DEMO_NOTICE": "maybe"},
    {"PROXY_COUNT": "-1"},
    {"PORT": "８０００"},
    {"PGLAB_ENVIRONMENT": "Production"},
    {"PGLAB_ENVIRONMENT": ""},
]


def refusal(given: dict[str, str]) -> str:
    """Why these settings are refused, in one string; empty when they are taken."""
    try:
        Settings.from_env(given)
    except UnsafeSettingsError as error:
        return "\n".join(error.problems)
    return ""


def test_every_bad_setting_is_refused_by_name_and_no_secret_is_told(scored: Scores):
    assert refusal(GOOD) == ""
    told = {str(change): refusal({**GOOD, **change}) for change in BAD}
    assert [change for change, sentence in told.items() if not sentence] == []
    for change in BAD:
        sentence = told[str(change)]
        assert next(iter(change)) in sentence
        assert not [secret for secret in ("hunter2hunter2", "the store's own secret", KEY) if secret in sentence]
    scored("P44", what="bad settings that were taken", sample=len(BAD))
    scored("P44", control="the same settings without the fault start")


def test_settings_that_no_variable_can_loosen():
    made = flask_settings(Settings.from_env(GOOD))

    assert made["SESSION_COOKIE_SECURE"] is made["SESSION_COOKIE_HTTPONLY"] is True
    assert str(made["SESSION_COOKIE_NAME"]).startswith("__Host-")
    assert made["TRUSTED_HOSTS"] == ["pghlab.example.gov"]
    assert "DEBUG" not in made


def test_a_settings_file_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "settings.env").write_bytes("MAIL_SENDER=Bürger".encode("latin-1"))

    with pytest.raises(UnsafeSettingsError, match="not UTF-8"):
        read_settings_file(tmp_path / "settings.env")


def test_bodies_are_limited(app: Flask):
    assert app.config["MAX_CONTENT_LENGTH"] < 30_000_000


ROLES = [("postgres", "superuser"), ("pglab_owner", "owner of the tables")]


@pytest.mark.parametrize(("role", "words"), ROLES)
def test_a_role_that_could_change_the_past_is_refused(settings: Settings, role: str, words: str, scored: Scores):
    assert words in faults(settings.database_url.replace("pglab_app@", f"{role}@"))
    scored("P44", what=f"starts as the {words}", sample=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [("synchronous_commit = off", "synchronous_commit off"), ("timezone = 'America/New_York'", "time zone")],
)
def test_a_connection_that_could_lose_or_shift_things_is_refused(settings: Settings, change: str, words: str):
    assert faults(settings.database_url) == ""
    assert words in faults(settings.database_url, f"SET {change}")


def faults(url: str, *statements: str) -> str:
    """What production says against a database, after these statements."""
    engine = create_engine(url, connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
        found = find_faults(connection)
    engine.dispose()
    return "\n".join(found)


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A PostgreSQL that does not wait for the disk: the address of its empty database for the application's role."""
    state = Path(tempfile.mkdtemp(prefix="pglab-careless-"))
    state.chmod(0o711)
    monkeypatch.setitem(postgres.SERVER_SETTINGS, "fsync", "off")
    monkeypatch.setitem(postgres.SERVER_SETTINGS, "full_page_writes", "off")
    yield start_postgres(state).url()
    stop_postgres(state)
    shutil.rmtree(state)


def test_a_server_that_could_lose_what_was_received_is_refused(careless: str, scored: Scores):
    told = faults(careless)

    assert "fsync off" in told
    assert "full_page_writes off" in told
    scored("P44", control="a real server with fsync off was refused, the same with it on was not")


def test_tables_of_another_version_are_red(app: Flask, rolled_back: None, monkeypatch: pytest.MonkeyPatch):
    assert queries.check_database().passed
    monkeypatch.setattr("pglab.admin.queries.newest_migration", lambda: "9999")

    assert queries.check_database().sentence == "The database’s tables are of another version than this code."


def test_clocks_that_differ_are_red(app: Flask, rolled_back: None, monkeypatch: pytest.MonkeyPatch):
    real = queries.machine_now
    monkeypatch.setattr("pglab.admin.queries.machine_now", lambda: real() + timedelta(seconds=2))

    assert "clocks" in queries.check_database().sentence


def test_a_bucket_that_anybody_can_read_is_red(app: Flask, settings: Settings, scored: Scores):
    kept = app.extensions["pglab.store"]
    store = S3Store(replace(settings, s3_bucket="open-to-all"))
    store.ensure_bucket()
    client = services.store().client()
    everybody = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": ["arn:aws:s3:::open-to-all", "arn:aws:s3:::open-to-all/*"],
            }
        ],
    }
    app.extensions["pglab.store"] = store
    try:
        with app.app_context():
            closed = queries.check_store()
            client.put_bucket_policy(Bucket="open-to-all", Policy=dumps(everybody))
            opened = queries.check_store()
            db.session.remove()
    finally:
        client.delete_bucket_policy(Bucket="open-to-all")
        app.extensions["pglab.store"] = kept

    assert closed.passed
    assert (opened.passed, opened.sentence) == (False, "The file store shows its files to everybody.")
    scored("P44", control="a bucket opened to everybody turned the health check red")
