"""Making a backup and restoring it: PostgreSQL's own programs for the database, the store's interface for the files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote, unquote

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from config import Settings, is_embedded
from pglab.adapters.embedded.postgres import postgres_programs
from pglab.adapters.storage import Store
from pglab.cli.backup.contents import DUMP, FILES, BackupError, Kept, Manifest, find_faults, keep, measure
from pglab.core.clock import machine_now

Connection = psycopg.Connection[tuple[object, ...]]
SCHEMA, ENTRIES = "SELECT version_num FROM alembic_version", "SELECT count(*) FROM audit_events"
HEAD = "SELECT coalesce((SELECT hash FROM audit_events ORDER BY seq DESC LIMIT 1), '')"


@contextmanager
def one_instant(settings: Settings) -> Iterator[Connection]:
    """A connection that sees the whole database as of one instant, and fails rather than miss a row."""
    address = make_url(settings.backup_database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL row_security = off")
        yield connection


def make_backup(folder: Path, settings: Settings, store: Store) -> Manifest:
    """Copy everything into a new folder; BackupError when a file is missing from the store or differs from its record.

    People may go on working: the database is copied as of one instant, and stored files never change.
    """
    with one_instant(settings) as connection:
        complain_if_hidden(connection)
        (folder / FILES).mkdir(parents=True)
        dump_database(folder / DUMP, settings, snapshot=str(value(connection, "SELECT pg_export_snapshot()")))
        manifest = describe(connection, measure(folder / DUMP))
        recorded = {str(key): (sha, size) for key, sha, size in connection.execute(DOCUMENTS)}
    for item in store.list_objects():
        manifest.files.append(keep(store.open(item.key), folder / FILES / quote(item.key, safe="")))
    complain_unless_whole(recorded, manifest.files)
    manifest.write(folder)
    return manifest


def complain_if_hidden(connection: Connection) -> None:
    """BackupError when this role would be shown a part of the rows only."""
    try:
        connection.execute("SELECT 1 FROM answers LIMIT 1")
    except psycopg.errors.InsufficientPrivilege:
        raise BackupError(
            "Row-level security hides rows from this database role. Set BACKUP_DATABASE_URL to a role with BYPASSRLS, "
            "as docs/operations.md says under “Backup”."
        ) from None


# Files, and the pictures of their pages.
DOCUMENTS = (
    "SELECT storage_key, sha256, size FROM documents "
    "UNION ALL SELECT image_key, sha256, size FROM document_pages WHERE image_key IS NOT NULL"
)


def describe(connection: Connection, dump: Kept) -> Manifest:
    """The database in figures, to be compared after a restore."""
    return Manifest(
        made_at=machine_now().isoformat(timespec="seconds"),
        schema=str(value(connection, SCHEMA)),
        audit_entries=int(str(value(connection, ENTRIES))),
        audit_head=str(value(connection, HEAD)),
        rows=count_rows(connection),
        dump=dump,
    )


def value(connection: Connection, statement: LiteralString) -> object:
    """The one value a statement gives."""
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    counted = {}
    for (name,) in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(name)))).fetchone()
        counted[str(name)] = int(str(row[0])) if row else 0
    return counted


def complain_unless_whole(recorded: dict[str, tuple[object, object]], kept: list[Kept]) -> None:
    """BackupError when a recorded file is not in the store, or not the file that was received."""
    found = {unquote(one.name): (one.sha256, one.size) for one in kept}
    wrong = sorted(key for key, facts in recorded.items() if found.get(key) != facts)
    if wrong:
        raise BackupError(f"{len(wrong)} recorded files are missing from the store or were changed: {', '.join(wrong)}")


def restore_backup(folder: Path, settings: Settings, store: Store) -> Manifest:
    """Put a backup back into an empty database and an empty bucket, then compare both with its list.

    Nothing is written unless the backup is whole and both are empty. BackupError names what differs.
    """
    refuse(find_faults(folder))
    manifest = Manifest.read(folder)
    with one_instant(settings) as connection:
        if count_rows(connection):
            raise BackupError("The database is not empty. Restore into a new one.")
    if next(store.list_objects(), None) is not None:
        raise BackupError("The bucket is not empty. Restore into a new one.")
    owner = f"--role={make_url(settings.database_owner_url).username}"
    options = ("--no-owner", "--exit-on-error", "--single-transaction")
    run_program("pg_restore", settings, owner, *options, str(folder / DUMP))
    types = media_types(settings)
    for kept in manifest.files:
        with (folder / FILES / kept.name).open("rb") as file:
            key = unquote(kept.name)
            media_type = types.get(key, "application/octet-stream")
            store.put_stream(key, file, media_type, sha256=kept.sha256, size=kept.size)
    refuse(find_differences(manifest, settings, store))
    return manifest


def media_types(settings: Settings) -> dict[str, str]:
    with one_instant(settings) as connection:
        found = connection.execute(
            "SELECT storage_key, media_type FROM documents "
            "UNION ALL SELECT image_key, 'image/jpeg' FROM document_pages WHERE image_key IS NOT NULL"
        ).fetchall()
    return {str(key): str(media_type) for key, media_type in found}


def find_differences(manifest: Manifest, settings: Settings, store: Store) -> list[str]:
    """Where the running database and store differ from a backup's list, one sentence each."""
    with one_instant(settings) as connection:
        now = describe(connection, manifest.dump)
    said = [
        f"{name} has {now.rows.get(name, 0)} rows, not {count}."
        for name, count in manifest.rows.items()
        if now.rows.get(name, 0) != count
    ]
    if (now.audit_entries, now.audit_head) != (manifest.audit_entries, manifest.audit_head):
        said.append("The audit log ends in another entry.")
    stored = {item.key: item.size for item in store.list_objects()}
    missing = [one.name for one in manifest.files if stored.get(unquote(one.name)) != one.size]
    return said + [f"{name} is not in the store." for name in missing]


def refuse(faults: list[str]) -> None:
    """BackupError with all faults, when there are any."""
    if faults:
        raise BackupError(" ".join(faults))


def dump_database(path: Path, settings: Settings, *, snapshot: str) -> None:
    """Everything in the database as of the exported snapshot, compressed."""
    run_program("pg_dump", settings, "--format=custom", f"--snapshot={snapshot}", f"--file={path}")


def run_program(name: str, settings: Settings, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database; the password travels in the environment, not on the line."""
    url = make_url(settings.backup_database_url).set(drivername="postgresql")
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    address = url.set(password=None).render_as_string()
    done = subprocess.run(  # noqa: S603  (PostgreSQL's own program)
        [program(name, settings), f"--dbname={address}", *arguments],
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-1000:]}")


def program(name: str, settings: Settings) -> str:
    """Where the program lies: the embedded server brings its own, otherwise the system's is used."""
    if is_embedded(settings.backup_database_url, settings.state_dir):
        return str(postgres_programs(None) / name)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is missing. Install PostgreSQL's client programs, as new as the server.")
    return found
