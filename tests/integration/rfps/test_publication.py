"""What a publication leaves behind: a hashed version, notices, and a sentence for everything that is missing."""

import json
from datetime import timedelta

import pytest

from pglab.accounts.models import User
from pglab.audit.models import AuditEvent
from pglab.core.canonical import canonical_json, sha256_hex
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.outbox.models import Notice
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from tests.factories import keep
from tests.factories.accounts import make_program_manager
from tests.factories.rfps import make_draft_rfp, make_program_people

pytestmark = pytest.mark.usefixtures("rolled_back")


def notices_to(person: User) -> list[tuple[str, str]]:
    found = db.session.query(Notice).filter_by(user_id=person.id).order_by(Notice.created_at)
    return [(notice.kind, notice.subject) for notice in found]


@pytest.fixture
def waiting() -> tuple[Rfp, User, User]:
    """An RFP that waits for its second person."""
    preparer, publisher = make_program_people()
    rfp = make_draft_rfp(actor=preparer)
    with transaction():
        services.send_for_review(rfp, actor=preparer)
    return rfp, preparer, publisher


def test_whoever_can_be_the_second_person_is_told_and_the_preparer_hears_of_it(waiting):
    rfp, preparer, publisher = waiting

    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=publisher)

    assert notices_to(publisher) == [("publication_asked", "Action needed: publish RFP-12")]
    assert notices_to(preparer) == [("rfp_published", "RFP-12 is published")]


def test_version_one_is_the_canonical_json_of_everything_and_its_hash(waiting):
    rfp, _preparer, publisher = waiting

    with transaction():
        version = services.publish_rfp(rfp, version=rfp.version, actor=publisher)

    assert (version.number, rfp.status, rfp.published_by_id) == (1, "published", publisher.id)
    assert version.snapshot.encode() == canonical_json(json.loads(version.snapshot))
    assert version.sha256 == sha256_hex(version.snapshot.encode())
    assert json.loads(version.snapshot) == queries.snapshot_of(rfp)
    entry = db.session.query(AuditEvent).filter_by(action="rfp.published").one()
    assert json.loads(entry.change)["after"] == {"sha256": version.sha256, "version": 1}


def test_another_program_manager_publishes(waiting):
    with transaction():
        services.publish_rfp(waiting[0], version=waiting[0].version, actor=make_program_manager("Marcus Bell"))


def test_a_returned_draft_says_why_and_can_be_sent_again(waiting):
    rfp, preparer, publisher = waiting

    with transaction():
        services.return_to_draft(rfp, reason="The budget is last year’s.", actor=publisher)

    assert rfp.status == "draft"
    assert notices_to(preparer) == [("publication_returned", "Returned: RFP-12")]
    assert "last year’s" in db.session.query(Notice).filter_by(kind="publication_returned").one().body_text
    with transaction():
        services.send_for_review(rfp, actor=preparer)


def test_a_deadline_that_passes_while_it_waits_stops_the_publication(waiting, clock):
    rfp, _preparer, publisher = waiting
    clock.freeze(rfp.closes_at)

    with pytest.raises(RuleError, match="has passed already"):
        services.publish_rfp(rfp, version=rfp.version, actor=publisher)

    clock.freeze(rfp.closes_at - timedelta(microseconds=1))
    assert not [said for said in services.find_obstacles(rfp) if said.startswith("The deadline")]


def test_what_is_missing_is_said_all_at_once():
    rfp, manager = make_draft_rfp(), make_program_manager()
    criteria, parts = queries.list_criteria(rfp.id), queries.list_installments(rfp.id)
    criteria[0].weight, parts[0].amount_cents, rfp.award_count = 20, 5_000_00, 4
    keep(rfp, *criteria, *parts)

    with pytest.raises(RuleError) as error:
        services.send_for_review(rfp, actor=manager)

    assert error.value.message == (
        "4 awards of $25,000 are $100,000. The budget is $75,000. "
        "Weights must add up to 100%. They add up to 95%. "
        "Installments must add up to the stipend of $25,000. They add up to $23,750."
    )
