"""P36: a backup restores into an empty server, with every row, every file and the whole audit chain."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from config import Settings
from pglab.accounts.models import User
from pglab.adapters.storage import S3Store
from pglab.cli.backup.contents import DUMP, FILES, BackupError
from pglab.cli.backup.copying import make_backup
from pglab.core.db import db
from pglab.documents.models import Document
from scripts import verify_receipt
from tests.support import databases, services
from tests.support.client import client_for
from tests.support.demo import demo_database
from tests.support.scoreboard import Scores
from tests.trust.world import proposal_of

pytestmark = pytest.mark.slow

EVERY_ROW = "SELECT md5(string_agg(md5(whole::text), '' ORDER BY whole::text)) FROM \"{}\" AS whole"


def on(database: str, bucket: str) -> Settings:
    """The product's settings on this database and bucket; backups are made by a role that sees every row."""
    settings = databases.settings_for(database)
    everything = services.postgres().url(database, "postgres")
    return replace(settings, s3_bucket=bucket, backup_database_url=everything)


@contextmanager
def bucket_named(name: str) -> Iterator[S3Store]:
    """A bucket of its own, emptied afterwards."""
    store = S3Store(on("postgres", name))
    store.ensure_bucket()
    for left in store.list_objects():
        store.delete(left.key)
    yield store
    for left in store.list_objects():
        store.delete(left.key)


def copy_files(app: Flask, store: S3Store, folder: Path) -> int:
    """Bring the demo's files from the bucket all tests share into one of their own."""
    shared = S3Store(databases.settings_for("postgres"))
    with app.app_context():
        documents = db.session.scalars(select(Document)).all()
        for one in documents:
            (folder / "passing").write_bytes(b"".join(shared.open(one.storage_key)))
            with (folder / "passing").open("rb") as file:
                store.put_stream(one.storage_key, file, one.media_type, sha256=one.sha256, size=one.size)
    return len(documents)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo city with its files in a bucket of its own."""
    name = databases.run_name("kept_city")
    with (
        databases.copy_of(demo_database(), name),
        bucket_named("city-kept") as store,
        databases.app_on(on(name, "city-kept")) as app,
    ):
        assert copy_files(app, store, tmp_path_factory.mktemp("files")) > 20
        yield app


@pytest.fixture(scope="module")
def backup(city: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    folder = tmp_path_factory.mktemp("backups") / "tonight"
    made = backup_command(city, "make", folder)
    assert made.exit_code == 0, made.output
    return folder


def backup_command(app: Flask, verb: str, folder: Path) -> Result:
    return app.test_cli_runner().invoke(args=["backup", verb, str(folder)])


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """The product on an empty database and an empty bucket."""
    name = databases.run_name("restored")
    databases.drop(name)
    databases.ensure_database(services.postgres(), name)
    with bucket_named("city-restored"), databases.app_on(on(name, "city-restored")) as app:
        yield app
    databases.drop(name)


def fingerprints(app: Flask) -> dict[str, object]:
    """One hash over all rows of each table."""
    name = app.config["SETTINGS"].database_url.split("@/")[1].split("?")[0]
    with databases.superuser(name) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {str(t): connection.execute(EVERY_ROW.format(t)).fetchone() for (t,) in tables}


def test_a_backup_comes_back_whole_on_an_empty_server(city: Flask, backup: Path, empty: Flask, scored: Scores):
    began = time.monotonic()
    restored = backup_command(empty, "restore", backup)
    assert restored.exit_code == 0, restored.output
    seconds = time.monotonic() - began

    assert restored.output.startswith("Restored: ")
    assert fingerprints(empty) == fingerprints(city)
    with empty.app_context():
        dana = db.session.scalars(select(User).where(User.email == "dana.ruiz@example.org")).one()
        reference = proposal_of("sealed", "CurbSense").reference
        client = client_for(empty).sign_in(dana)
        assert client.get(f"/apply/proposals/{reference}").status_code == 200
        receipt = client.get(f"/apply/proposals/{reference}/receipts/1.json").json
        assert verify_receipt.verdict(receipt, client.get("/.well-known/pglab-receipt-keys.json").json)
    manifest = json.loads((backup / "manifest.json").read_text())
    rows, files = sum(manifest["rows"].values()), len(manifest["files"])
    scored("P36", what=f"rows and files restored in {seconds:.0f} s, missing or changed", sample=rows + files)


def test_a_restore_refuses_a_server_that_is_not_empty(city: Flask, backup: Path):
    refused = backup_command(city, "restore", backup)

    assert refused.exit_code == 1
    assert "The database is not empty." in refused.output


def test_what_was_changed_in_a_backup_is_found(backup: Path, empty: Flask, scored: Scores):
    """Negative control: one bit of a file, a file that is gone, and a dump that ends too early."""
    files = sorted((backup / FILES).iterdir())
    flipped, gone, dump = files[0], files[1], backup / DUMP
    whole = {path: path.read_bytes() for path in (flipped, gone, dump)}
    flipped.write_bytes(bytes([whole[flipped][0] ^ 1]) + whole[flipped][1:])
    gone.unlink()
    dump.write_bytes(whole[dump][:-1000])

    found = backup_command(empty, "verify", backup)
    refused = backup_command(empty, "restore", backup)
    for path, content in whole.items():
        path.write_bytes(content)

    assert (found.exit_code, refused.exit_code) == (1, 1)
    for path, words in ((flipped, "hash differs"), (gone, "is missing"), (dump, "hash differs")):
        assert any(path.name in line and words in line for line in found.output.splitlines()), found.output
    assert backup_command(empty, "verify", backup).exit_code == 0
    assert fingerprints(empty) == {}
    scored("P36", control="a flipped bit, a missing file and a truncated dump were each named, and nothing restored")


def test_a_backup_is_not_made_of_a_store_that_lost_or_changed_a_file(city: Flask, tmp_path: Path, scored: Scores):
    store = S3Store(city.config["SETTINGS"])
    with city.app_context():
        one = db.session.scalars(select(Document)).first()
        assert one is not None
        db.session.remove()
    whole = b"".join(store.open(one.storage_key))
    store.delete(one.storage_key)

    refused = backup_command(city, "make", tmp_path / "new")
    (tmp_path / "file").write_bytes(whole)
    with (tmp_path / "file").open("rb") as file:
        store.put_stream(one.storage_key, file, one.media_type, sha256=one.sha256, size=one.size)

    assert refused.exit_code == 1
    assert one.storage_key in refused.output
    assert not (tmp_path / "new/manifest.json").exists()
    scored("P36", control="a store that had lost a file gave no backup")


def test_a_role_that_sees_only_some_rows_makes_no_backup(city: Flask, tmp_path: Path) -> None:
    settings: Settings = city.config["SETTINGS"]
    owners = replace(settings, backup_database_url=settings.database_owner_url)

    with pytest.raises(BackupError, match="BYPASSRLS"):
        make_backup(tmp_path / "kept", owners, S3Store(owners))
    assert not (tmp_path / "kept").exists()
