"""P39: sessions are new at each sign-in, end on the server, end by themselves, and take no typing with them."""

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Interval, literal, update

from pglab.accounts import services
from pglab.accounts.models import SignInSession, StaffRole, User
from pglab.core.db import db, transaction
from pglab.proposals.forms import seen_of
from pglab.proposals.models import Answer, Proposal
from pglab.proposals.queries import answers_by_question
from pglab.rfps.queries import list_form_sections
from tests.factories.accounts import make_user
from tests.factories.proposals import make_draft, representative_of
from tests.factories.reviews import make_panel
from tests.factories.rfps import make_open_rfp
from tests.support.accounts import PASSWORD
from tests.support.client import Client, client_for
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

TYPED = "We count near misses at ten crossings, and tell the crew where to act first."


def with_password(person: User) -> User:
    with transaction():
        services.set_password(person, PASSWORD)
    return person


def sign_in(client: Client, person: User) -> Client:
    assert client.post("/sign-in", data={"email": person.email, "password": PASSWORD}).status_code == 303
    return client


def stolen_from(client: Client) -> Client:
    """Another browser that holds a copy of this one's cookies."""
    thief = client_for(client.application)
    cookie = client.get_cookie("pglab")
    assert cookie is not None
    thief.set_cookie("pglab", cookie.value)
    return thief


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_a_session_planted_before_signing_in_is_worth_nothing(client: Client, scored: Scores) -> None:
    person = with_password(make_user("Dana"))
    client.get("/sign-in")
    planter = stolen_from(client)
    sign_in(client, person)

    assert (is_in(client), is_in(planter)) == (True, False)
    scored("P39", what="sessions planted before signing in that were let in", sample=1)


def test_a_copied_session_is_worth_nothing_after_signing_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, scored: Scores
) -> None:
    person = with_password(make_user("Dana"))
    thief = stolen_from(sign_in(client, person))
    assert is_in(thief)
    client.post("/sign-out")
    assert not is_in(thief)

    again = stolen_from(sign_in(client, person))
    with monkeypatch.context() as broken:
        broken.setattr(services, "end_session_of", lambda _token: None)
        client.post("/sign-out")
    assert is_in(again), "without its end on the server the copy goes on"
    scored(
        "P39", what="copies let in after signing out", sample=1, control="with the server's end removed a copy went on"
    )


def test_confirming_it_is_you_makes_a_new_session_and_ends_the_old_one(client: Client, scored: Scores) -> None:
    person = with_password(make_user("Dana"))
    thief = stolen_from(sign_in(client, person))
    assert client.post("/account/confirm-it-is-you", data={"password": PASSWORD}).status_code == 303

    assert (is_in(client), is_in(thief)) == (True, False)
    scored("P39", what="copies let in after the owner confirmed it’s them", sample=1)


def test_a_stolen_session_is_seen_and_ended_from_another_device(app: Flask, client: Client, scored: Scores) -> None:
    person = with_password(make_user("Dana"))
    thief = stolen_from(sign_in(client, person))
    other = sign_in(client_for(app), person)
    listed = re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', other.get("/account/security").text)
    assert len(listed) == 1
    other.post(listed[0])

    assert [is_in(each) for each in (thief, client, other)] == [False, False, True]
    scored("P39", what="stolen sessions let in after their end elsewhere", sample=2)


@pytest.mark.parametrize(
    ("kind", "rest", "let_in"),
    [
        ("staff", 14, True),
        ("staff", 16, False),
        ("evaluator", 16, False),
        ("founder", 29, True),
        ("founder", 31, False),
    ],
)
def test_a_session_ends_when_nobody_is_there(
    client: Client, kind: str, rest: int, let_in: bool, scored: Scores
) -> None:
    sign_in(client, person := someone(kind))
    age(person, seen_at=timedelta(minutes=rest))

    assert is_in(client) is let_in
    scored("P39", what=f"a session of a {kind} after {rest} idle minutes, judged wrongly", sample=1)


def someone(kind: str) -> User:
    if kind == "evaluator":
        [seat] = make_panel(make_open_rfp(), "Avery Chen")
        return with_password(seat.user)
    return with_password(make_user("Sam", *([StaffRole.FINANCE] if kind == "staff" else [])))


def age(person: User, **by: timedelta) -> None:
    """Let the person's sessions have been seen, begun or end this much earlier."""
    earlier = {name: getattr(SignInSession, name) - literal(each, Interval()) for name, each in by.items()}
    db.session.execute(update(SignInSession).where(SignInSession.user_id == person.id).values(**earlier))
    db.session.commit()
    db.session.expire_all()


def test_a_session_in_use_ends_after_half_a_day(client: Client, scored: Scores) -> None:
    sign_in(client, person := with_password(make_user("Dana")))
    before = timedelta(hours=11, minutes=59)
    age(person, began_at=before, ends_at=before)
    assert is_in(client)
    age(person, began_at=timedelta(minutes=1), ends_at=timedelta(minutes=1))

    assert not is_in(client)
    scored("P39", what="sessions that outlived twelve hours", sample=1)


def draft_and_form(person_of: list[User]) -> tuple[Proposal, str, dict[str, str]]:
    proposal = make_draft(make_open_rfp())
    person_of.append(with_password(representative_of(proposal.organization)))
    part = next(each for each in list_form_sections(proposal.rfp_id) if each.slug == "impact")
    form = {"seen": seen_of(part, answers_by_question(proposal)), "q1": TYPED}
    return proposal, f"/apply/proposals/{proposal.reference}/sections/impact", form


def test_what_was_typed_survives_the_end_of_the_session(app: Flask, client: Client, scored: Scores) -> None:
    """The refusal gives the text back and asks to sign in; then it stands in the same form. Only for the site's own
    pages, and for nobody else who signs in with this browser."""
    people: list[User] = []
    proposal, path, form = draft_and_form(people)
    sign_in(client, people[0])
    token = client.token()
    age(people[0], seen_at=timedelta(hours=1))
    own_page = {"Sec-Fetch-Site": "same-origin"}

    refused = client.post(path, data={**form, "csrf_token": token}, headers=own_page)
    assert (refused.status_code, TYPED in html.unescape(refused.text)) == (401, True)
    sign_in(client, with_password(make_user("Somebody Else")))
    assert TYPED not in html.unescape(client.get(path).text)
    client.post("/sign-out")
    sign_in(client, people[0])
    stands = client.get(path).text
    assert TYPED in html.unescape(stands)
    again = dict(re.findall(r'<input type="hidden" name="(csrf_token|seen|asked)" value="([^"]*)"', stands))
    assert client.post(path, data={**form, **again}, headers=own_page).status_code == 303
    assert db.session.query(Answer).filter_by(proposal_id=proposal.id).one().text == TYPED

    age(people[0], seen_at=timedelta(hours=1))
    elsewhere = client.post(path, data={**form, "q1": "Planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert "Planted" not in elsewhere.text
    scored("P39", what="texts lost when a session ended", sample=1, control="a form of another site is not given back")
