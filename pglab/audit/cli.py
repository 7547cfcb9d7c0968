"""`flask audit verify`: prove that nobody has changed the log."""

import sys

import click
from flask.cli import AppGroup

from pglab.audit import queries

audit_commands = AppGroup("audit", help="The audit log.")


@audit_commands.command("verify")
def verify() -> None:
    """Recompute the whole hash chain; exit 1 and name the first entry that does not fit."""
    proof = queries.verify_chain()
    click.echo(f"{proof.entries} entries, head {proof.head or 'none'}")
    if proof.broken_at is not None:
        click.echo(f"The chain breaks at entry {proof.broken_at}.", err=True)
        sys.exit(1)
    click.echo("The chain is whole.")
