"""`flask backup make|verify|restore FOLDER`."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
from flask import current_app
from flask.cli import AppGroup

from pglab.adapters.storage import current_store
from pglab.audit.queries import verify_chain
from pglab.cli.backup.contents import BackupError, Manifest, find_faults
from pglab.cli.backup.copying import make_backup, restore_backup
from pglab.core.errors import UnavailableError

backup_commands = AppGroup("backup", help="Copies of the whole portal.")
FOLDER = click.Path(path_type=Path, file_okay=False)


@backup_commands.command("make")
@click.argument("folder", type=FOLDER)
def make(folder: Path) -> None:
    """Copy database and files into FOLDER, which must not exist yet. People may go on working."""
    if folder.exists():
        fail(f"{folder} exists already. Name a new folder.")
    tell(lambda: make_backup(folder, current_app.config["SETTINGS"], current_store()), "Kept")


@backup_commands.command("verify")
@click.argument("folder", type=FOLDER)
def verify(folder: Path) -> None:
    """Hash everything in FOLDER again; exit 1 and name each file that is missing or was changed."""

    def check() -> Manifest:
        faults = find_faults(folder)
        if faults:
            raise BackupError("\n".join(faults))
        return Manifest.read(folder)

    tell(check, "Whole")


@backup_commands.command("restore")
@click.argument("folder", type=FOLDER)
def restore(folder: Path) -> None:
    """Put the backup in FOLDER into an empty database and an empty bucket, and prove that it is all there."""

    def put_back() -> Manifest:
        manifest = restore_backup(folder, current_app.config["SETTINGS"], current_store())
        proof = verify_chain()
        if proof.broken_at is not None or proof.head != manifest.audit_head:
            raise BackupError("The audit log's chain is not the one that was kept.")
        return manifest

    tell(put_back, "Restored")


def tell(work: Callable[[], Manifest], done: str) -> None:
    """Do it, and say in one line what was done, or why not."""
    began = time.monotonic()
    try:
        manifest = work()
    except (BackupError, UnavailableError) as error:
        fail(str(error))
    size = sum(one.size for one in [manifest.dump, *manifest.files])
    click.echo(
        f"{done}: {sum(manifest.rows.values())} rows, {manifest.audit_entries} entries of the audit log, "
        f"{len(manifest.files)} files, {size / 1_000_000:.1f} MB, as of {manifest.made_at}, "
        f"in {time.monotonic() - began:.1f} s."
    )


def fail(sentence: str) -> NoReturn:
    """End with exit code 1 and the reason."""
    click.echo(sentence, err=True)
    sys.exit(1)
