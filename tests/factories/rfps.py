"""Cohorts and RFPs, built and published through the services by two people."""

from datetime import timedelta

from pglab.accounts.models import User
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.rfps import services
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_director, make_program_manager


def make_program_people() -> tuple[User, User]:
    """A program manager and a director: the two people of every program act."""
    return make_program_manager(), make_director()


def new_cohort(number: int = 12, *, closes_in: timedelta = timedelta(days=7)) -> services.NewCohort:
    """A cohort published an hour ago by its dates, with an award for three startups of $25,000 each."""
    now = official_now()
    closes_at = now + closes_in
    middle = now + closes_in / 2
    return services.NewCohort(
        number=number,
        headline="Test your product with the City",
        summary="We choose up to three startups for six months.",
        pilot_start_on=(closes_at + timedelta(days=60)).date(),
        pilot_end_on=(closes_at + timedelta(days=240)).date(),
        budget_cents=75_000_00,
        publish_at=now - timedelta(hours=1),
        questions_due_at=middle,
        answers_due_at=middle,
        closes_at=closes_at,
        scores_due_at=closes_at + timedelta(days=21),
        decision_on=(closes_at + timedelta(days=40)).date(),
        stipend_cents=25_000_00,
        award_count=3,
    )


def make_draft_rfp(number: int = 12, *, actor: User | None = None) -> Rfp:
    """A cohort as it is right after it was created from the sample plan."""
    with transaction():
        return services.create_cohort(new_cohort(number), actor=actor or make_program_manager())


def make_open_rfp(number: int = 12, closes_in: timedelta = timedelta(days=7)) -> Rfp:
    """A published RFP that accepts proposals now."""
    preparer, publisher = make_program_people()
    with transaction():
        rfp = services.create_cohort(new_cohort(number, closes_in=closes_in), actor=preparer)
    with transaction():
        services.send_for_review(rfp, actor=preparer)
    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=publisher)
    return rfp
