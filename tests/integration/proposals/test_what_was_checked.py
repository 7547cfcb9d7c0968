"""A submission holds what its representative was shown: the draft, the startup's profile, the call. What moved in
between is told before anything is received, and what stands already is not received again."""

import json
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from pglab.accounts.models import User
from pglab.accounts.services import OrganizationProfile, change_organization, register_organization
from pglab.core.db import db, transaction
from pglab.core.errors import StateError
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal, Submission
from pglab.proposals.services import submitting
from tests.factories.accounts import make_editor, make_user
from tests.factories.addenda import make_addendum
from tests.factories.proposals import edit, fill, make_draft, make_submitted_proposal, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.person import Page

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}


@pytest.fixture
def proposal() -> Proposal:
    """A complete draft of a startup whose profile has a first version."""
    actor = make_user("Rita Representative")
    profile = OrganizationProfile(
        legal_name="CurbSense Inc.", registration_state="Pennsylvania", registration_number="77-1", street="1 Grant St",
        city="Pittsburgh", postal_code="15219", county="Allegheny", founded_year=2020, people=4, website="",
    )  # fmt: skip
    with transaction():
        organization = register_organization(profile, actor=actor)
    return fill(make_draft(make_open_rfp(), organization))


def editor_of(proposal: Proposal) -> User:
    return make_editor(proposal.organization)


def rename(proposal: Proposal, **new: Any) -> None:
    """An editor changes the startup's profile."""
    organization = proposal.organization
    said = {each.name: getattr(organization, each.name) for each in fields(OrganizationProfile)}
    with transaction():
        change_organization(organization, OrganizationProfile(**{**said, **new}), actor=editor_of(proposal))


def path(proposal: Proposal, page: str) -> str:
    return f"/apply/proposals/{proposal.reference}/{page}"


def on_the_last_page(client: Client, proposal: Proposal) -> dict[str, Any]:
    """The form as it stands behind the link of the check page, with its boxes ticked."""
    [link] = re.findall(r'href="([^"]+)">Continue to submit', client.get(path(proposal, "check")).text)
    page = client.get(link.replace("&amp;", "&"))
    assert page.status_code == 200
    form = next(each for each in Page(page.text).forms if "is_true" in each.names)
    return {**form.values.to_dict(), **DECLARED}


def test_the_check_page_shows_what_the_receipt_will_say_of_the_startup(login: Login, proposal: Proposal):
    page = login(representative_of(proposal.organization)).get(path(proposal, "check")).text
    said = json.loads(submit(proposal).manifest)["organization"]

    assert said == {
        "legal_name": "CurbSense Inc.",
        "registration": "Pennsylvania 77-1",
        "headquarters": "1 Grant St, Pittsburgh, 15219",
        "county": "Allegheny",
        "website": "",
    }
    assert [value for value in said.values() if f"<bdi>{value}</bdi>" not in page and value] == []


def test_a_profile_that_changed_after_the_check_is_told_and_nothing_is_received(
    login: Login, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
):
    client = login(representative_of(proposal.organization))
    form = on_the_last_page(client, proposal)
    rename(proposal, legal_name="CurbSense Holdings LLC")

    answer = client.post(path(proposal, "submission"), data=form)

    assert answer.status_code == 409
    for words in ("Nothing was submitted just now", "CurbSense Inc.", "CurbSense Holdings LLC", "Ed Editor"):
        assert words in answer.text
    assert db.session.query(Submission).count() == 0
    assert client.post(path(proposal, "submission"), data=on_the_last_page(client, proposal)).status_code == 303
    assert json.loads(db.session.query(Submission).one().manifest)["organization"]["legal_name"].endswith("LLC")
    # The control: without the comparison the name that nobody was shown is received.
    rename(proposal, legal_name="CurbSense Third Inc.")
    monkeypatch.setattr(submitting.queries, "is_same_startup", lambda *_: True)
    again = client.post(path(proposal, "submission"), data={**form, "idempotency_key": uuid4().hex})
    assert again.status_code == 303


def test_what_no_receipt_tells_may_change_meanwhile(login: Login, proposal: Proposal):
    client = login(representative_of(proposal.organization))
    form = on_the_last_page(client, proposal)
    rename(proposal, people=5)

    assert client.post(path(proposal, "submission"), data=form).status_code == 303


def test_a_draft_that_changed_on_the_way_from_the_check_is_told_with_who_changed_what(login: Login, proposal: Proposal):
    client = login(representative_of(proposal.organization))
    [link] = re.findall(r'href="([^"]+)">Continue to submit', client.get(path(proposal, "check")).text)
    link = link.replace("&amp;", "&")
    assert client.get(link).status_code == 200  # the control
    edit(proposal, by=editor_of(proposal))
    make_addendum(proposal.rfp)

    page = client.get(link)

    assert page.status_code == 409
    for words in ("Changed “", "Ed Editor", "Addendum 1", "Check your answers again"):
        assert words in page.text
    assert on_the_last_page(client, proposal)["version"] == str(proposal.version)


def test_a_form_that_does_not_say_what_was_shown_is_not_received(login: Login, proposal: Proposal):
    client = login(representative_of(proposal.organization))
    form = on_the_last_page(client, proposal)

    for field in ("version", "profile_version", "rfp_version", "idempotency_key"):
        for value in ("", "x y"):
            answer = client.post(path(proposal, "submission"), data={**form, field: value})
            assert answer.status_code == 422
            assert "so nothing was submitted" in answer.text and "kept your text" not in answer.text
    assert db.session.query(Submission).count() == 0


# ---- What stands already ----


def test_an_unchanged_draft_leads_to_the_receipt_that_stands(login: Login, proposal: Proposal):
    client = login(representative_of(proposal.organization))
    form = on_the_last_page(client, proposal)
    for key in (form["idempotency_key"], uuid4().hex, uuid4().hex):
        answer = client.post(path(proposal, "submission"), data={**form, "idempotency_key": key})
        assert (answer.status_code, answer.headers["Location"]) == (303, path(proposal, "receipts/1"))

    assert "Nothing changed since submission 1, so nothing was sent again." in client.get(answer.location).text
    assert db.session.query(Submission).count() == 1
    for page in ("check", "submission"):
        assert "Nothing changed since submission 1" in client.get(path(proposal, page)).text
    # The control: one other word, and it is received.
    edit(proposal)
    assert "Nothing changed since" not in client.get(path(proposal, "check")).text
    assert submit(proposal).number == 2


def test_a_change_that_was_taken_back_is_no_unsent_change(login: Login, proposal: Proposal):
    edit(proposal, "As it was.")
    submit(proposal)
    edit(proposal, "Something else.")
    edit(proposal, "As it was.")
    assert proposal.has_unsent_changes

    assert submit(proposal).number == 1

    assert not proposal.has_unsent_changes
    history = login(representative_of(proposal.organization)).get(path(proposal, "history")).text
    assert "Submitted again what submission 1 holds" in history


@pytest.mark.parametrize("moved", ["an addendum", "the profile", "withdrawn"])
def test_what_makes_another_submission_although_no_answer_changed(proposal: Proposal, moved: str):
    submit(proposal)
    if moved == "an addendum":
        make_addendum(proposal.rfp)
    elif moved == "the profile":
        rename(proposal, website="https://curbsense.example")
    else:
        with transaction():
            services.withdraw_proposal(proposal, seen=1, actor=representative_of(proposal.organization))
    assert services.find_unchanged(proposal, actor=representative_of(proposal.organization)) is None

    assert submit(proposal).number == 2


def test_numbers_never_go_against_the_time(clock: OfficialClock, monkeypatch: pytest.MonkeyPatch):
    """Two tries that wait for each other: the one that arrived first gets through last, with another content."""
    proposal = make_submitted_proposal(make_open_rfp())
    edit(proposal)
    arrived = submitting.stamp(proposal)
    edit(proposal, "By the other one.")
    clock.move(timedelta(minutes=1))
    submit(proposal)
    edit(proposal, "The one who waited.")
    monkeypatch.setattr(submitting, "stamp", lambda _proposal: arrived)

    with pytest.raises(StateError, match="while this was on its way"):
        submit(proposal)

    assert [each.number for each in queries.list_submissions(proposal)] == [2, 1]
