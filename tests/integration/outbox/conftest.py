"""A letter to send, a database where commits are real, and a mail server."""

import dataclasses
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from config import Settings
from pglab.app import create_app
from tests.support import databases
from tests.support.mail_server import Mailbox, mail_server, make_authority

LETTERS = {
    "emails/tests/received.txt": (
        '{% extends "emails/outbox/base.txt" %}'
        "{% block happened %}We received {{ about }} from {{ startup }}.{% endblock %}"
        "{% block link %}{{ base_url }}/go/{{ about }}{% endblock %}"
    ),
    "emails/tests/own.txt": "Text for {{ startup }}.",
    "emails/tests/own.html": "<p>HTML for {{ startup }}.</p>",
}
_numbers = count(1)


def with_letters(app: Flask) -> Flask:
    """Let the app find the letters of these tests too."""
    env = app.jinja_env
    if not isinstance(env.loader, ChoiceLoader):
        assert env.loader is not None
        env.loader = ChoiceLoader([DictLoader(LETTERS), env.loader])
        app.extensions.pop("pglab.mail_templates", None)
    return app


@pytest.fixture
def letters(app: Flask, rolled_back: None) -> Flask:
    """The app of the rolled-back tests, with letters to send."""
    return with_letters(app)


@pytest.fixture(scope="session")
def authority_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    return make_authority(tmp_path_factory.mktemp("ca"), "outbox")


@pytest.fixture
def mailbox(authority_file: tuple[Path, object]) -> Iterator[tuple[Mailbox, int]]:
    """A real mail server with a certificate of our own authority."""
    with mail_server(authority_file[1]) as running:  # type: ignore[arg-type]  # an SSLContext
        yield running


@pytest.fixture
def posting(settings: Settings, authority_file: tuple[Path, object], mailbox: tuple[Mailbox, int]) -> Iterator[Flask]:
    """An app of its own on a database of its own, which sends to `mailbox`; inside its app context."""
    with databases.copy_of(databases.empty_database(), databases.run_name(f"outbox{next(_numbers)}")) as own:
        app = with_letters(
            create_app(
                dataclasses.replace(
                    own, mail_server="localhost", mail_port=mailbox[1], mail_ca_file=str(authority_file[0])
                )
            )
        )
        with app.app_context():
            yield app
        databases.hang_up(app)
