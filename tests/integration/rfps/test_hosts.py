"""Host organizations are renamed: drafts follow, what was published keeps its words, and nobody overwrites anybody."""

import pytest
from sqlalchemy import select

from pglab.addenda.services import issuing
from pglab.audit.models import AuditEvent
from pglab.cohorts.models import HostKind, HostOrganization
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError
from pglab.rfps import queries, services
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.addenda import make_addendum
from tests.factories.history import load_small_history
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.person import Person
from tests.support.statements import counting

OLD, NEW = "Mobility and Infrastructure", "Streets and Mobility"


def host(name: str = OLD) -> HostOrganization:
    return db.session.scalars(select(HostOrganization).where(HostOrganization.name == name)).one()


def rename(name: str = OLD, to: str = NEW) -> None:
    found = host(name)
    text = services.HostText(to, HostKind.CITY)
    with transaction():
        services.change_host(found, text, version=found.version, actor=make_program_manager())


def test_a_draft_and_its_preview_follow_the_new_name(login):
    person = make_program_manager()
    make_draft_rfp(actor=person)
    manager = Person(login(person)).open("/manage/hosts").follow(OLD).sees("Its challenges", "in preparation")
    manager.press("Save", name=NEW, kind="authority").sees(f"{NEW}: your changes are saved.", NEW)
    manager.open("/manage/cohorts/12/preview").open("/manage/cohorts/12/setup/areas").sees(NEW)

    changed = host(NEW)
    logged = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "host.changed")).one()
    assert (changed.kind, changed.version) == (HostKind.AUTHORITY, 2)
    assert OLD in logged.change and NEW in logged.change


def test_what_is_published_keeps_its_words_and_so_does_its_next_version(client):
    rfp = make_open_rfp()
    before = client.get("/cohorts/12.json").json
    rename()

    assert client.get("/cohorts/12.json").json["content"] == before["content"]
    assert OLD in client.get("/cohorts/12/rfp").text and NEW not in client.get("/cohorts/12/rfp").text
    make_addendum(rfp)
    after = client.get("/cohorts/12.json").json
    assert [area["host"] for area in after["content"]["areas"]] == [area["host"] for area in before["content"]["areas"]]
    assert [change.key for change in queries.get_amendment(rfp, 1).changes] == ["sections.0.body"]


def test_a_version_that_took_the_new_name_is_noticed(rolled_back, monkeypatch):
    """Negative control: without the names of the version before, an addendum would rename a host and not say so."""
    rfp = make_open_rfp()
    rename()
    monkeypatch.setattr(issuing, "current_content", queries.snapshot_of)
    make_addendum(rfp)
    assert "areas.0.host" in [change.key for change in queries.get_amendment(rfp, 1).changes]


def test_a_name_that_is_there_already_is_refused(login):
    person = make_program_manager()
    make_draft_rfp(actor=person)
    other = next(each for each in queries.list_hosts() if each.name != OLD)
    manager = Person(login(person)).open(f"/manage/hosts/{host().id}")
    manager.press("Save", expect=422, name=other.name.upper()).sees("in the list already")
    manager.open(f"/manage/hosts/{host().id}").press("Save", name=OLD.upper()).sees(OLD.upper())


def test_whoever_saved_first_wins(login):
    person = make_program_manager()
    make_draft_rfp(actor=person)
    slow = Person(login(person)).open(f"/manage/hosts/{host().id}")
    rename()
    slow.press("Save", expect=409, name="Another name").sees("Somebody else changed")
    assert host(NEW).version == 2


def test_a_draft_that_waits_for_its_second_person_keeps_its_hosts(login):
    person = make_program_manager()
    rfp = make_draft_rfp(actor=person)
    with transaction():
        services.send_for_review(rfp, actor=person)
    manager = Person(login(person)).open(f"/manage/hosts/{host().id}")
    manager.press("Save", expect=409, name=NEW).sees("is waiting for a second person")


def test_only_program_managers_rename(rolled_back):
    make_draft_rfp()
    with pytest.raises(AccessDeniedError), transaction():
        services.change_host(host(), services.HostText(NEW, HostKind.CITY), version=1, actor=make_director())


def test_a_load_of_the_history_leaves_a_name_that_was_changed_here(rolled_back):
    load_small_history("Acme")
    rename("Public Works", NEW)
    load_small_history("Acme", "Beta")
    assert [each.name for each in queries.list_hosts()] == [NEW]


def test_a_load_of_the_history_corrects_every_other_name(rolled_back):
    """Negative control: a name that changed in another way than by a program manager is put right by a load."""
    load_small_history("Acme")
    host("Public Works").name = "Changed by nobody"
    db.session.flush()
    load_small_history("Acme", "Beta")
    assert [each.name for each in queries.list_hosts()] == ["Public Works"]


def test_the_page_of_a_host_costs_the_same_with_one_and_three_cohorts(login):
    person = make_program_manager()
    make_draft_rfp(12, actor=person)
    manager, cost = login(person), []
    manager.get(f"/manage/hosts/{host().id}")
    for more in ((), (14, 15)):
        for number in more:
            make_draft_rfp(number, actor=person)
        db.session.expire_all()
        with counting() as sent:
            page = manager.get(f"/manage/hosts/{host().id}")
        cost.append((len(sent), page.text.count("in preparation")))
    assert cost == [(cost[0][0], 1), (cost[0][0], 3)]
