"""Forms that are sent to an address without a page of its own: they wait on the page they stand on, and what is kept
goes by the names that people read."""

from io import BytesIO

import pytest
from sqlalchemy import func, update

from pglab.accounts.models import KeptForm, SignInSession, User
from pglab.core.db import db
from pglab.pilots.models import DeliverableVersion, Pilot
from pglab.web import kept_forms, page_again
from pglab.web.forms import form
from tests.factories.accounts import make_user
from tests.factories.pilots import hand_in, make_pilot, milestone_of
from tests.factories.proposals import make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client
from tests.support.files import make_pdf
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")
HERE = "/workspace/P12-01/milestones/1"
TYPED = "Page 2 shows the readings of a week."
LIMIT = 10_000


@pytest.fixture
def pilot(rolled_back) -> Pilot:
    return make_pilot()


def startup_of(pilot: Pilot) -> User:
    return pilot.organization.memberships[0].user


def browser(login, user: User) -> Client:
    client = login(user)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client


def end_sessions(user: User) -> None:
    ended = update(SignInSession).where(SignInSession.user_id == user.id)
    db.session.execute(ended.values(ended_at=func.clock_timestamp()))
    db.session.commit()


def hand_in_after_the_end(client: Client, pilot: Pilot) -> Person:
    person = Person(client).open(HERE)
    end_sessions(startup_of(pilot))
    return person.press("Hand in milestone 1", note=TYPED, expect=401)


def test_it_stands_on_its_page_again_after_signing_in(login, pilot):
    client = browser(login, startup_of(pilot))
    person = hand_in_after_the_end(client, pilot).sees("Your text is kept for 24 hours", TYPED)
    assert f"/sign-in?next={HERE}" in person.text
    client.sign_in(startup_of(pilot))
    person.open(HERE).sees("Your text stands in the form again", TYPED)
    person.press("Hand in milestone 1", file=(make_pdf(), "evidence.pdf")).sees("Version 1 is handed in")

    assert db.session.query(DeliverableVersion).one().note == TYPED
    assert db.session.query(KeptForm).count() == 0
    person.open(HERE).does_not_see("Your text stands in the form again")


def test_a_form_whose_page_is_not_read_has_nowhere_to_wait(login, pilot, monkeypatch):
    """Negative control: nobody looks where the form says that it stands."""
    monkeypatch.setattr(kept_forms, "STANDS_ON", "looked for elsewhere")
    client = browser(login, startup_of(pilot))
    hand_in_after_the_end(client, pilot).does_not_see("Your text is kept for 24 hours")

    assert db.session.query(KeptForm).count() == 0


def test_with_a_token_of_another_session_it_leads_back_at_once(login, pilot):
    client = browser(login, startup_of(pilot))
    person = Person(client).open(HERE)
    client.sign_in(startup_of(pilot))
    person.press("Hand in milestone 1", note=TYPED).sees("Your text stands in the form again", TYPED)

    assert person.path == HERE


def test_a_refused_form_still_knows_its_page(login, pilot):
    """The answer to a refused form is shown under an address that cannot be opened."""
    client = browser(login, startup_of(pilot))
    person = Person(client).open(HERE).press("Hand in milestone 1", note=TYPED, expect=422)
    end_sessions(startup_of(pilot))
    person.press("Hand in milestone 1", expect=401)
    client.sign_in(startup_of(pilot))

    person.open(HERE).sees("Your text stands in the form again", TYPED)


def test_the_other_form_of_the_page_takes_what_was_typed_into_it(login, pilot):
    hand_in(milestone_of(pilot))
    client = browser(login, pilot.champion)
    person = Person(client).open(HERE)
    end_sessions(pilot.champion)
    person.press("Continue", verdict="changes_requested", what="Add the log of week 2.", expect=401)
    client.sign_in(pilot.champion)

    person.open(HERE).sees("Add the log of week 2.").press("Continue").sees("The startup knows what must change")
    assert db.session.query(KeptForm).count() == 0


@pytest.mark.parametrize("named", ["//evil.example", "https://evil.example/", "/no-such-page", "/sign-out", "", "\\x"])
def test_only_a_page_of_ours_is_led_back_to(login, pilot, named):
    client = browser(login, startup_of(pilot))
    end_sessions(startup_of(pilot))
    told = client.post(f"{HERE}/deliverables", data={"note": TYPED, "stands_on": named})

    assert told.status_code == 401
    assert "evil" not in told.text.split("Your text")[0]
    assert db.session.query(KeptForm).count() == 0


def test_the_arrival_of_another_form_of_the_page_forgets_nothing(login, pilot):
    client = browser(login, startup_of(pilot))
    hand_in_after_the_end(client, pilot)
    client.sign_in(startup_of(pilot))
    client.post("/account/notices/read", data={"stands_on": HERE})
    assert db.session.query(KeptForm).count() == 1

    Person(client).open(HERE).sees(TYPED)


@pytest.fixture
def section(rolled_back) -> tuple[str, User]:
    proposal = make_draft(make_open_rfp())
    return f"/apply/proposals/{proposal.reference}/sections/impact", representative_of(proposal.organization)


def first_label(text: str) -> str:
    return text.partition('for="kept-1">')[2].partition("</label>")[0]


def test_answers_are_given_back_under_their_questions(login, section):
    address, owner = section
    client = browser(login, owner)
    person = Person(client).open(address)
    question = person.text.split('<label class="usa-label" for="q1">')[1].split("<")[0].strip()
    end_sessions(owner)
    person.press("Save and continue", q1=TYPED, expect=401)

    assert first_label(person.text) == question


def test_without_the_forms_own_words_an_answer_has_a_number_alone(login, section, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(form.Form, "labels", "")
    address, owner = section
    client = browser(login, owner)
    person = Person(client).open(address)
    end_sessions(owner)
    person.press("Save and continue", q1=TYPED, expect=401)

    assert first_label(person.text) == "Answer 1"


@pytest.mark.parametrize("labels", ["no JSON", "[" * 100_000, "[1]", '{"q1": 3}', "null"])
def test_labels_that_are_none_leave_the_number(login, section, labels):
    address, owner = section
    client = browser(login, owner)
    end_sessions(owner)

    assert first_label(client.post(address, data={"q1": TYPED, "labels": labels}).text) == "Answer 1"


@pytest.fixture
def low_limit(app, monkeypatch) -> None:
    """A form is too large sooner than in life: so many bytes need not be sent to see it refused."""
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", LIMIT)


def film() -> tuple[BytesIO, str]:
    return BytesIO(b"%PDF-1.7 " + bytes(LIMIT)), "film.pdf"


def send_too_large(client: Client, address: str, **typed: str):
    page = Person(client).open(HERE if address.startswith(HERE) else address)
    hidden = {"stands_on": HERE} if 'name="stands_on"' in page.text else {}
    return client.post(address, data={**hidden, **typed, "file": film()})


@pytest.fixture
def slot(rolled_back) -> tuple[str, User]:
    proposal = make_draft(make_open_rfp())
    return f"/apply/proposals/{proposal.reference}/documents/pitch-deck", representative_of(proposal.organization)


@pytest.mark.usefixtures("low_limit")
def test_a_file_too_large_for_a_slot_is_refused_beside_its_field(login, slot):
    address, owner = slot
    refused = send_too_large(browser(login, owner), address)

    assert refused.status_code == 413
    assert f'<a href="#file">{page_again.TOO_LARGE}</a>' in refused.text
    assert 'aria-invalid="true"' in refused.text and "That is too large" not in refused.text
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("low_limit")
def test_a_file_too_large_for_a_milestone_leaves_the_note_in_the_form(login, pilot):
    refused = send_too_large(browser(login, startup_of(pilot)), f"{HERE}/deliverables", note=TYPED)

    assert refused.status_code == 413
    assert [page_again.TOO_LARGE in refused.text, TYPED in refused.text] == [True, True]
    assert f'action="{HERE}/deliverables"' in refused.text and f'name="stands_on" value="{HERE}"' in refused.text
    assert db.session.query(DeliverableVersion).count() == 0


@pytest.mark.usefixtures("low_limit")
def test_where_the_field_says_nothing_the_page_of_its_own_does(login, slot, monkeypatch):
    """Negative control: the field does not ask whether its file was refused."""
    monkeypatch.setattr(form, "refused_file", lambda: "")
    address, owner = slot
    refused = send_too_large(browser(login, owner), address)

    assert (refused.status_code, page_again.TOO_LARGE in refused.text) == (413, False)
    assert "That is too large" in refused.text and "Go back to the form" in refused.text


@pytest.mark.usefixtures("low_limit")
def test_a_stranger_gets_no_page_by_sending_too_much(login, slot):
    address, _ = slot
    rival = browser(login, make_user("Sam Stranger"))
    refused = rival.post(address, data={"file": film()})

    assert (refused.status_code, "Pitch deck" in refused.text) == (413, False)


@pytest.mark.usefixtures("low_limit")
def test_after_the_end_of_the_session_the_page_is_not_shown(login, slot):
    address, owner = slot
    client = browser(login, owner)
    end_sessions(owner)
    refused = client.post(address, data={"file": film()})

    assert (refused.status_code, "Pitch deck" in refused.text) == (413, False)


@pytest.mark.usefixtures("low_limit")
def test_city_people_without_a_second_factor_do_not_get_in_by_sending_too_much(login, pilot):
    champion = browser(login, pilot.champion)
    with champion.session_transaction() as session:
        session["second_factor"] = False
    refused = champion.post(f"{HERE}/deliverables", data={"stands_on": HERE, "file": film()})

    assert (refused.status_code, "What counts as done" in refused.text) == (413, False)
