"""The history changes only by a load that is on the log: neither SQL nor a half-done load can alter what pages say."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.cohorts.cli import HISTORY
from pglab.cohorts.queries import find_history
from pglab.cohorts.services import load_history
from pglab.core.db import db, transaction

pytestmark = pytest.mark.slow

REFUSED = [
    "UPDATE participations SET outcome = 'A great success'",
    "UPDATE past_cohorts SET applicants = 1000",
    "INSERT INTO history_editions VALUES (9, 'x', '2026-01-01', '{}', now(), gen_random_uuid())",
    "UPDATE history_editions SET compiled_on = '2020-01-01'",
    "DELETE FROM participations",
    "DELETE FROM history_editions",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_a_change_that_is_no_load(committed: Flask, statement: str):
    with transaction():
        load_history(HISTORY.read_bytes())

    with pytest.raises(DBAPIError, match=r"audit log|only grows|permission denied"), transaction():
        db.session.execute(text(statement))


def test_the_same_change_by_a_load_is_accepted(committed: Flask):
    """The other side of the test above: it is the missing entry that is refused, not the change."""
    content = HISTORY.read_bytes()
    with transaction():
        load_history(content)

    with transaction():
        load_history(content.replace(b"applicants: 27", b"applicants: 26"))

    history = find_history()
    assert history is not None
    assert (history.number, history.rounds[-1].row.applicants) == (2, 26)


def test_a_load_that_is_cut_off_leaves_nothing_behind(committed: Flask):
    with pytest.raises(KeyboardInterrupt), transaction():
        load_history(HISTORY.read_bytes())
        db.session.flush()
        raise KeyboardInterrupt

    assert find_history() is None
    assert db.session.scalar(text("SELECT count(*) FROM host_organizations")) == 0
