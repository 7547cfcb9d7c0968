"""`flask proposals verify-receipt FILE`: check a receipt or refusal without asking the database."""

import json
import sys
from typing import BinaryIO

import click
from flask.cli import AppGroup

from pglab.adapters import signing
from pglab.core.canonical import canonical_json, sha256_hex

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
