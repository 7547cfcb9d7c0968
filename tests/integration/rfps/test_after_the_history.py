"""Cohorts of this site come after those of the history: their numbers, and the departments that may host."""

import pytest

from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.rfps import queries, services
from tests.factories.accounts import make_program_manager
from tests.factories.history import load_real_history
from tests.factories.rfps import new_cohort


def test_the_next_cohort_comes_after_the_last_one_of_the_history(rolled_back):
    assert queries.next_cohort_number() == 1

    load_real_history()

    assert queries.next_cohort_number() == 12


def test_a_number_of_the_history_is_refused_beside_the_field(rolled_back):
    load_real_history()

    with pytest.raises(RuleError, match="Cohort 11 took place before this site") as refusal, transaction():
        services.create_cohort(new_cohort(11), actor=make_program_manager())

    assert refusal.value.field == "number"


def test_departments_of_the_history_can_host_but_not_one_that_was_not_stated(rolled_back):
    load_real_history()

    names = [host.name for host in queries.list_hosts()]

    assert "Department of Mobility and Infrastructure" in names
    assert not any("not stated" in name for name in names)
