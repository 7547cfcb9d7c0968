"""A database that production refuses: a moved clock, a mighty role; and one that tests copy, which no one enters."""

from contextlib import ExitStack
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine

from pglab.adapters.database import find_faults
from pglab.core.db import db
from tests.support import databases


def test_the_tests_own_database_would_do(rolled_back):
    assert find_faults(db.session.connection()) == []


def test_a_moved_official_time_is_refused(rolled_back, clock):
    clock.move(timedelta(seconds=1))

    assert "official time is moved" in find_faults(db.session.connection())[0]


@pytest.mark.parametrize(("role", "sentence"), [("postgres", "as a superuser"), ("pglab_owner", "owner of the tables")])
def test_a_role_that_could_change_the_past_is_refused(settings, role, sentence):
    engine = create_engine(settings.database_url.replace("pglab_app@", f"{role}@"))
    with engine.connect() as connection:
        assert [fault for fault in find_faults(connection) if sentence in fault]
    engine.dispose()


def test_nobody_comes_into_a_database_that_others_copy():
    """Negative control: while somebody is connected to a copy, that one cannot be copied."""
    template = databases.empty_database()
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        databases.superuser(template)

    name = databases.run_name("occupied")
    with ExitStack() as stack:
        stack.enter_context(databases.copy_of(template, name))
        stack.enter_context(databases.superuser(name))
        with pytest.raises(psycopg.errors.ObjectInUse):
            stack.enter_context(databases.copy_of(name, f"{name}_copy"))
