"""All groups of commands. Importing this loads what only the command line needs."""

from flask import Flask
from flask.cli import AppGroup
from flask_migrate import Migrate

from config import ROOT
from pglab.accounts.cli import accounts_commands
from pglab.audit.cli import audit_commands
from pglab.cli.backup.commands import backup_commands
from pglab.cli.demo.commands import demo_commands
from pglab.cli.docs import docs_commands
from pglab.cli.worker import worker
from pglab.cohorts.cli import history_commands
from pglab.core.db import db
from pglab.documents.cli import document_commands
from pglab.proposals.cli import proposal_commands
from pglab.public.cli import status_commands

COMMANDS = [
    accounts_commands,
    audit_commands,
    backup_commands,
    demo_commands,
    docs_commands,
    document_commands,
    history_commands,
    proposal_commands,
    status_commands,
    worker,
]


def add_commands(line: AppGroup, app: Flask) -> None:
    """Ours, and `flask db`, which Flask-Migrate adds to the application's command line by itself."""
    for command in COMMANDS:
        line.add_command(command)
    Migrate(app, db, directory=str(ROOT / "migrations"))
