"""`flask proposals verify-receipt FILE`: check a receipt or refusal without asking the database;
`set-sealed-counts`: let it say how many sealed proposals there are, or not."""

import json
import sys
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup

from pglab.adapters import signing
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.proposals.services import allow_counting

proposal_commands = AppGroup("proposals", help="Proposals and receipts.")


@proposal_commands.command("verify-receipt")
@click.argument("file", type=click.File("rb"))
def verify_receipt(file: BinaryIO) -> None:
    """Check hash and signature of a downloaded receipt against this site's published keys; exit 1 if it was changed."""
    try:
        signed = json.load(file)
        content = canonical_json(signed["statement"])
        key = signing.public_keys()[signed["key_id"]]
        genuine = sha256_hex(content) == signed["sha256"] and signing.is_signed(content, signed["signature"], key)
    except (ValueError, KeyError, TypeError):
        genuine = False
    if not genuine:
        click.echo("This is not a receipt that PGH Lab signed, or it was changed.", err=True)
        sys.exit(1)
    statement = signed["statement"]
    click.echo(f"Genuine: {statement['reference']}, received {statement['received_at']}, sha256 {signed['sha256']}")


@proposal_commands.command("set-sealed-counts")
def set_sealed_counts() -> None:
    """As the database's owner: let program managers and directors learn how many proposals lie sealed, or not, as
    SEALED_COUNTS says."""
    settings = current_app.config["SETTINGS"]
    if not settings.database_owner_url:
        raise click.ClickException("DATABASE_OWNER_URL is missing: only the owner decides who may count.")
    counted = allow_counting(settings)
    click.echo("Sealed proposals may be counted." if counted else "Nobody may count sealed proposals.")
