"""A web server starts without what only commands and the worker need."""

import os
import subprocess
import sys

import pytest

from config import ROOT, Settings
from tests.support import services

# Migrations, the queue's worker, the S3 client, embedded servers, files, second factors and calendars: loaded by what
# uses them.
LATER = (
    *("alembic", "mako", "procrastinate", "croniter", "boto3", "botocore", "urllib3", "psutil", "yaml"),
    *("PIL", "pikepdf", "puremagic", "qrcode", "zxcvbn", "nh3", "icalendar", "dateutil", "typst"),
)


def loaded(statement: str, settings: Settings) -> list[str]:
    """Which of those a new Python holds after one statement."""
    asked = f"{statement}; import sys; print(*({{name.partition('.')[0] for name in sys.modules}} & {set(LATER)}))"
    environment = {
        **os.environ,
        **services.settings(),
        "PGLAB_ENVIRONMENT": "test",
        "DATABASE_URL": settings.database_url,
        "BASE_URL": "http://localhost",
    }
    told = subprocess.run(  # noqa: S603 - a statement of this file
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return told.stdout.split()


def test_the_web_server_does_not_load_what_only_commands_need(settings: Settings):
    assert loaded("import wsgi", settings) == []


@pytest.mark.parametrize("command", ["backup", "db", "worker"])
def test_a_command_is_there_when_it_is_asked_for(command: str, settings: Settings):
    """And the check above notices what a command brings along."""
    asked = f"from wsgi import app; app.cli.get_command(None, '{command}').name"

    assert {"alembic", "procrastinate", "botocore"} <= set(loaded(asked, settings))
