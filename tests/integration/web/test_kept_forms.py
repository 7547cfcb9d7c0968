"""A form whose session has ended: after signing in it stands in its page again, for whoever typed it alone."""

from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import func, select, update

from pglab.accounts.models import KeptForm, SignInSession, User
from pglab.accounts.services import keep_form, remove_old_kept_forms
from pglab.accounts.services.kept_forms import MOST
from pglab.adapters.locking import lock, unlock
from pglab.core.db import db
from pglab.proposals.models import Answer, Proposal
from tests.factories.accounts import make_user
from tests.factories.proposals import make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")
TYPED = "The crew will count twelve crossings a day."
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def proposal(rolled_back) -> Proposal:
    return make_draft(make_open_rfp())


def page_of(proposal: Proposal) -> str:
    return f"/apply/proposals/{proposal.reference}/sections/impact"


def end_sessions(user: User) -> None:
    db.session.execute(
        update(SignInSession).where(SignInSession.user_id == user.id).values(ended_at=func.clock_timestamp())
    )
    db.session.commit()


def typed_after_the_end(client: Client, proposal: Proposal) -> Person:
    """The page of a section, sent as a browser does when the session ended meanwhile."""
    person = Person(client).open(page_of(proposal))
    end_sessions(representative_of(proposal.organization))
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return person.press("Save and continue", q1=TYPED, expect=401)


def test_the_same_form_stands_there_again_after_signing_in(proposal, login):
    owner = representative_of(proposal.organization)
    client = login(owner)
    person = typed_after_the_end(client, proposal).sees("Your text is kept for 24 hours", TYPED)
    assert f"/sign-in?next={page_of(proposal)}" in person.text
    client.sign_in(owner)
    person.open(page_of(proposal)).sees("Your text stands in the form again", TYPED)
    assert db.session.query(Answer).count() == 0
    person.press("Save and continue").sees("Saved.")

    assert db.session.query(Answer).one().text == TYPED
    assert db.session.query(KeptForm).count() == 0
    person.open(page_of(proposal)).does_not_see("Your text stands in the form again")


def test_it_waits_also_when_a_script_met_the_end_first(proposal, login):
    owner = representative_of(proposal.organization)
    client = login(owner)
    person = Person(client).open(page_of(proposal))
    end_sessions(owner)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    told = client.post(f"{page_of(proposal)}/draft", data={"q1": TYPED}, headers={"Accept": "application/json"})
    assert (told.status_code, told.is_json) == (401, True)
    person.press("Save and continue", q1=TYPED)  # leads to the sign-in page
    client.sign_in(owner)

    person.open(page_of(proposal)).sees(TYPED).press("Save and continue").sees("Saved.")


def test_a_page_in_another_tab_met_the_end_first(proposal, login):
    """The form's token went with the session, and so did what that page said of it."""
    owner = representative_of(proposal.organization)
    client = login(owner)
    person = Person(client).open(page_of(proposal))
    end_sessions(owner)
    Person(client).open("/apply").sees("You were signed out")
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    person.press("Save and continue", q1=TYPED)
    assert person.path == "/sign-in"
    person.sees("You were signed out. Your text is kept for 24 hours.").does_not_see("This page was open too long")
    client.sign_in(owner)

    person.open(page_of(proposal)).sees(TYPED).press("Save and continue").sees("Saved.")


def test_a_form_of_somebody_who_signed_out_in_another_tab_says_so_at_once(proposal, login):
    """Nothing is kept for a browser that nobody is signed in with: the text stands on the page, and goes on from there
    to its form once somebody is."""
    owner = representative_of(proposal.organization)
    client = login(owner)
    person = Person(client).open(page_of(proposal))
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    Person(client).open("/account").press("Sign out")
    person.press("Save and continue", q1=TYPED, expect=401).does_not_see("This page was open too long")
    person.sees(
        "You were signed out", "Your text is kept below. Sign in, then send it again.", "Sign in (opens a new tab)"
    )
    assert db.session.query(KeptForm).count() == 0
    client.sign_in(owner)
    person.press("Send again").sees("Your text stands in the form again").press("Save and continue").sees("Saved.")

    assert db.session.query(Answer).one().text == TYPED


def test_a_button_pressed_after_signing_out_in_another_tab_says_so_too(proposal, login):
    """Nothing was typed, so nothing stands below. The control: another site's press is told nothing."""
    client = login(representative_of(proposal.organization))
    Person(client).open("/account").press("Sign out")
    pressed, forged = (
        client.post("/account/notices/read", csrf=False, headers={"Sec-Fetch-Site": site})
        for site in ("same-origin", "cross-site")
    )

    assert (pressed.status_code, forged.status_code) == (401, 400)
    assert "You were signed out" in pressed.text
    assert [words for words in ("Your text", "you typed", "too long") if words in pressed.text] == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_a_form_of_another_site_gets_no_such_page(proposal, login, headers):
    """The browser of an ended session, the same form, another sender. The control: the tests above."""
    client = login(representative_of(proposal.organization))
    end_sessions(representative_of(proposal.organization))
    assert client.get("/apply").status_code == 303
    given = client.post(page_of(proposal), data={"q1": TYPED}, csrf=False, headers=headers)

    assert (given.status_code, TYPED in given.text) == (400, False)
    assert "This page was open too long" in given.text
    assert db.session.query(KeptForm).count() == 0


def test_a_form_of_an_earlier_session_is_put_back(proposal, login):
    """Signed in again in another tab: no error page, the same form."""
    owner = representative_of(proposal.organization)
    client = login(owner)
    person = Person(client).open(page_of(proposal))
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    client.sign_in(owner)
    person.press("Save and continue", q1=TYPED).sees("Your text stands in the form again", TYPED)
    person.press("Save and continue").sees("Saved.")

    assert db.session.query(Answer).one().text == TYPED


def test_a_token_of_hours_ago_still_counts(proposal, login, monkeypatch):
    """Within one session nobody writes too slowly."""
    stamp = TimestampSigner.get_timestamp
    with monkeypatch.context() as earlier:
        earlier.setattr(TimestampSigner, "get_timestamp", lambda signer: stamp(signer) - 3 * 3600)
        person = Person(login(representative_of(proposal.organization))).open(page_of(proposal))

    person.press("Save and continue", q1=TYPED).sees("Saved.")


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(proposal, login):
    owner = representative_of(proposal.organization)
    client = login(owner)
    person = typed_after_the_end(client, proposal)
    client.sign_in(owner)
    other = Person(client).open(f"{page_of(proposal)}?typed=no").does_not_see(TYPED)
    seen = other.text.split('name="seen" value="')[1].split('"')[0]
    client.post(f"{page_of(proposal)}/draft", data={"asked": "1", "seen": seen, "q1": "Theirs."})
    assert db.session.query(KeptForm).count() == 0
    person.open(page_of(proposal)).sees("Theirs.")


def test_somebody_else_on_this_browser_gets_nothing(proposal, login):
    client = login(representative_of(proposal.organization))
    person = typed_after_the_end(client, proposal)
    other = make_user("Lee Colleague")
    from pglab.accounts.models import MemberRole, Membership  # noqa: PLC0415  (only this test needs them)

    db.session.add(Membership(organization=proposal.organization, user=other, role=MemberRole.EDITOR))
    db.session.commit()
    client.sign_in(other)

    person.open(page_of(proposal)).does_not_see(TYPED, "Your text stands in the form again")


def test_a_form_of_another_site_is_not_kept(proposal, login):
    client = login(representative_of(proposal.organization))
    end_sessions(representative_of(proposal.organization))
    client.post(page_of(proposal), data={"q1": "Planted"}, headers={"Sec-Fetch-Site": "cross-site"})
    client.post(page_of(proposal), data={"q1": "Planted"}, headers={})

    assert db.session.query(KeptForm).count() == 0


def test_a_browser_nobody_signed_in_with_fills_nothing(proposal, app, login):
    client = login(representative_of(proposal.organization))
    with client.session_transaction() as session:
        session.clear()
        session["ended"] = "no such session"
    client.post(page_of(proposal), data={"q1": "Noise"}, headers=OURS)

    assert db.session.query(KeptForm).count() == 0


def test_only_ciphertext_is_stored_and_a_day_is_enough(proposal, login):
    client = login(representative_of(proposal.organization))
    typed_after_the_end(client, proposal)
    kept = db.session.query(KeptForm).one()
    assert TYPED.encode() not in kept.ciphertext
    assert proposal.reference not in kept.path_hash + kept.token_hash
    assert remove_old_kept_forms() == 0
    db.session.execute(update(KeptForm).values(kept_at=func.clock_timestamp() - timedelta(hours=25)))
    client.sign_in(representative_of(proposal.organization))
    Person(client).open(page_of(proposal)).does_not_see(TYPED)

    assert remove_old_kept_forms() == 1


@pytest.mark.parametrize(
    ("address", "button", "typed"),
    [
        ("/account/name", "Save", {"name": "Dana Maria Ruiz"}),
        ("/apply/organizations/new", "Register startup", {"legal_name": "Crosswalk Bells LLC", "city": "Etna"}),
        ("/cohorts/{cohort}/questions/new", "Send question", {"text": "May we use poles at night?"}),
    ],
)
def test_every_form_of_the_product_waits(proposal, login, address, button, typed):
    owner = representative_of(proposal.organization)
    client, place = login(owner), address.format(cohort=proposal.rfp.cohort.number)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    person = Person(client).open(place)
    client.sign_in(owner)  # in another tab; the page at hand is of the session before
    person.press(button, **typed).sees("Your text stands in the form again")

    form, _ = person._form_with(button)
    assert {name: form.values[name].strip() for name in typed} == typed


def test_a_public_form_of_an_old_page_is_given_back_at_once(proposal, client):
    """Nobody signs in for it, so there is nobody to keep it for."""
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    typed = {"text": "May we use poles at night?", "csrf_token": "old"}
    given_back = client.post(f"/cohorts/{proposal.rfp.cohort.number}/questions/new", data=typed)

    assert given_back.status_code == 400
    assert ["This page was open too long" in given_back.text, typed["text"] in given_back.text] == [True, True]
    assert "read that request" not in given_back.text
    assert db.session.query(KeptForm).count() == 0


def test_a_person_keeps_only_so_many(rolled_back):
    person = make_user("Busy")
    kept = [keep_form("t" * 32, person.id, f"/page/{number}", [("q1", "x")]) for number in range(MOST + 1)]

    assert kept == [True] * MOST + [False]
    assert db.session.scalar(select(func.count(KeptForm.id))) == MOST


def test_a_lock_opens_for_its_secret_and_purpose_alone():
    locked = lock(b"words", secret="a", purpose="page")

    assert unlock(locked, secret="a", purpose="page") == b"words"
    assert [unlock(locked, secret=s, purpose=p) for s, p in (("b", "page"), ("a", "other"))] == [None, None]
    assert unlock(locked[:-1], secret="a", purpose="page") is None
    assert unlock(b"", secret="a", purpose="page") is None
