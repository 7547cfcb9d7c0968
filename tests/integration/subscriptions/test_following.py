"""Following without an account: only the owner of a mailbox decides, by the links that come to it."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from pglab.accounts.services import hashed
from pglab.audit.models import AuditEvent
from pglab.core.db import db, transaction
from pglab.subscriptions import queries, services
from pglab.subscriptions.models import Follower, FollowerLink, FollowRequest
from pglab.subscriptions.states import Frequency, NewsKind, Topic, Wish
from tests.factories.followers import CALLS, RESULTS, make_follower, of_cohort
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import link_in, mails_to
from tests.support.client import Client, client_for

ASKED = {"email": "ada@example.org", "wishes": ["calls", "cohort-12"], "frequency": "now"}


@pytest.fixture
def visitor(client: Client) -> Client:
    make_open_rfp(12)
    return client


def asked(client: Client, **changes: object) -> str:
    """Fill in the form; the path of the link that comes by mail."""
    given = {**ASKED, **changes}
    assert client.post("/updates/subscribe", data=given).location == "/updates/sent"
    return link_in(mails_to(str(given["email"]))[-1])


def follower_of(email: str) -> Follower | None:
    return db.session.query(Follower).filter_by(email=email).one_or_none()


def wishes_of(email: str) -> list[str]:
    follower = follower_of(email)
    return sorted(map(str, queries.list_wishes(follower))) if follower else []


def test_the_whole_way_from_the_form_to_silence(visitor: Client):
    link = asked(visitor)
    assert "Everything about Cohort 12" in visitor.get(link).text
    assert follower_of("ada@example.org") is None, "opening a link subscribes nobody: mail scanners do"

    settings = visitor.post(link).location
    assert wishes_of("ada@example.org") == ["calls", "cohort-12"]

    assert "You’re subscribed" in visitor.get(settings).text
    assert visitor.post(settings, data={"wishes": "results", "frequency": "daily"}).location == settings
    assert wishes_of("ada@example.org") == ["results"]
    assert 'value="daily" checked' in visitor.get(settings).text

    assert "Stop all updates?" in visitor.get(f"{settings}/unsubscribe").text
    assert wishes_of("ada@example.org") == ["results"], "opening this link stops nothing either"
    assert "You are unsubscribed" in visitor.post(f"{settings}/unsubscribe").text
    assert "You are unsubscribed" in visitor.get(settings).text
    assert wishes_of("ada@example.org") == []


def test_the_log_tells_what_was_confirmed_and_no_address(visitor: Client):
    settings = visitor.post(asked(visitor)).location
    visitor.post(settings, data={"wishes": "results", "frequency": "daily"})
    visitor.post(f"{settings}/unsubscribe")
    visitor.post(f"{settings}/unsubscribe")

    events = db.session.query(AuditEvent).filter_by(subject_id=follower_of("ada@example.org").id).order_by("seq").all()

    assert [event.action for event in events] == ["follower.confirmed", "follower.changed", "follower.stopped"]
    assert {event.subject for event in events} == {"A follower"}
    assert not any("example.org" in event.change for event in events)


def test_a_used_and_an_expired_link_say_so_and_send_a_new_one(visitor: Client):
    used, expired = asked(visitor), asked(visitor, email="bo@example.org")
    visitor.post(used)
    db.session.execute(text("UPDATE follow_requests SET asked_at = asked_at - interval '4 days',"
        " expires_at = expires_at - interval '4 days' WHERE email = 'bo@example.org'"))  # fmt: skip
    db.session.commit()

    for link, words, email in ((used, "was used on", "ada"), (expired, "expired on", "bo")):
        answer = visitor.post(link)
        assert (answer.status_code, words in answer.text) == (410, True)
        assert visitor.post(f"{link}/again").location == "/updates/sent"
        newer = link_in(mails_to(f"{email}@example.org")[-1])
        assert newer != link
        assert visitor.post(newer).status_code == 303


@pytest.mark.parametrize("path", ["", "/unsubscribe"])
def test_an_invented_link_opens_nothing(visitor: Client, path: str):
    for answer in (visitor.get(f"/updates/nonsense{path}"), visitor.post(f"/updates/nonsense{path}")):
        assert (answer.status_code, "Get a new link" in answer.text) == (404, True)
    assert visitor.get("/updates/confirm/nonsense").status_code == 404
    assert visitor.post("/updates/confirm/nonsense/again").status_code == 404


def test_answers_do_not_tell_who_follows(app: Flask, visitor: Client):
    make_follower(CALLS, email="known@example.org")

    def answer(email: str) -> list[object]:
        other = client_for(app)
        first = other.post("/updates/subscribe", data={**ASKED, "email": email})
        mail = mails_to(email)[-1].notice
        page = re.sub(r"<code>\w+", "", other.get(first.location).text)
        return [first.status_code, page, mail.subject, re.sub(r"confirm/\S+|" + email, "", mail.body_text)]

    assert answer("known@example.org") == answer("unknown@example.org")


def test_somebody_else_cannot_change_what_a_follower_gets(visitor: Client):
    make_follower(RESULTS, email="ada@example.org", frequency=Frequency.DAILY)

    link = asked(visitor)
    assert wishes_of("ada@example.org") == ["results"]
    visitor.post(link)
    assert wishes_of("ada@example.org") == ["calls", "cohort-12", "results"], "its owner can, and keeps what was there"


def test_addresses_that_read_alike_are_one_follower(visitor: Client):
    visitor.post(asked(visitor, wishes="calls"))
    visitor.post(asked(visitor, wishes="results", email="ADA@example.org"))

    assert db.session.query(Follower).count() == 1
    assert wishes_of("ADA@example.org") == ["calls", "results"]


def test_who_stopped_and_comes_back_follows_only_what_they_ask_for_now(visitor: Client):
    settings = visitor.post(asked(visitor)).location
    visitor.post(f"{settings}/unsubscribe")
    visitor.post(asked(visitor, wishes="results"))

    assert wishes_of("ada@example.org") == ["results"]
    assert "Your updates" in visitor.get(settings).text, "older mails lead to the settings again"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": ""}, "Enter your email address"),
        ({"email": "ada"}, "Enter an email address"),
        ({"wishes": []}, "Select at least one thing to send you"),
        ({"wishes": "cohort-99"}, "Select at least one thing to send you"),
        ({"frequency": "hourly"}, "Select how often"),
    ],
)
def test_a_form_that_lacks_something_is_given_back(visitor: Client, changes: dict[str, object], message: str):
    answer = visitor.post("/updates/subscribe", data={**ASKED, **changes})
    assert (answer.status_code, message in answer.text) == (422, True)
    assert db.session.query(FollowRequest).count() == 0


def test_only_running_cohorts_are_offered_and_one_is_chosen_by_its_page(visitor: Client):
    make_open_rfp(13)
    with transaction():
        cohort = make_open_rfp(14).cohort
        services.announce(NewsKind.CANCELLED, cohort, title="Cancelled", summary="", path="/cohorts/14")
    page = visitor.get("/updates/subscribe?cohort=13").text

    assert [f'value="cohort-{number}"' in page for number in (12, 13, 14)] == [True, True, False]
    assert 'value="cohort-13" checked' in page
    assert 'value="calls" checked' in visitor.get("/updates/subscribe?cohort=x").text


def test_one_mailbox_gets_five_links_a_day_and_no_more(visitor: Client):
    for _ in range(5):
        asked(visitor)
    answer = visitor.post("/updates/subscribe", data=ASKED)

    assert (answer.status_code, "Too many tries" in answer.text) == (429, True)
    assert len(mails_to("ada@example.org")) == 5
    asked(visitor, email="bo@example.org")


def test_one_place_asks_twenty_times_in_ten_minutes_and_no_more(visitor: Client):
    said = [
        visitor.post("/updates/subscribe", data={**ASKED, "email": f"a{n}@example.org"}).status_code for n in range(21)
    ]
    assert said == [303] * 20 + [429]


def test_only_hashes_of_links_are_kept(visitor: Client):
    link = asked(visitor)
    settings = visitor.post(link).location
    secrets = [link.split("/")[-1], settings.split("/")[-1]]

    kept = [*db.session.query(FollowRequest.token_hash), *db.session.query(FollowerLink.token_hash)]

    assert [row[0] for row in kept] == [hashed(secret) for secret in secrets]


def test_who_stopped_a_month_ago_is_forgotten(visitor: Client):
    gone, recent, there = (make_follower(CALLS) for _ in range(3))
    for follower in (gone, recent):
        with transaction():
            services.stop_following(follower)
            services.new_link(follower)
    db.session.execute(text("UPDATE followers SET unsubscribed_at = unsubscribed_at - interval '31 days' "
        "WHERE id = :id"), {"id": gone.id})  # fmt: skip
    db.session.execute(text("UPDATE follow_requests SET asked_at = asked_at - interval '31 days'"))
    with transaction():
        assert services.forget_old() == 1 + 3

    assert {row.id for row in db.session.query(Follower.id)} == {recent.id, there.id}
    assert db.session.query(FollowRequest).count() == 0
    assert [mails_to(follower.email) for follower in (gone, recent, there)] == [[], [], []], "nor do mails tell"


def test_what_nobody_confirmed_in_time_is_forgotten_and_what_still_can_be_is_kept(visitor: Client):
    make_follower(CALLS)
    for email in ("late@example.org", "waiting@example.org"):
        with transaction():
            services.ask_to_follow(email=email, wishes=[CALLS], frequency=Frequency.NOW)
    late = FollowRequest.email == "late@example.org"
    db.session.execute(
        text(
            "UPDATE follow_requests SET asked_at = asked_at - interval '73 hours', "
            "expires_at = expires_at - interval '73 hours' WHERE email = 'late@example.org'"
        )
    )
    with transaction():
        assert services.forget_old() == 1

    assert db.session.query(FollowRequest).filter(late).count() == 0
    assert db.session.query(FollowRequest).count() == 2
    assert (mails_to("late@example.org"), len(mails_to("waiting@example.org"))) == ([], 1)


def test_wishes_are_written_and_read():
    for wish in (CALLS, RESULTS, of_cohort(12)):
        assert Wish.read(str(wish)) == wish
    assert str(Wish(Topic.COHORT, 12)) == "cohort-12"
