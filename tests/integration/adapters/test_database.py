"""A database that production refuses: a moved clock, a mighty role."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from pglab.adapters.database import find_faults
from pglab.core.db import db


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
