"""Saving a section: every field that can be kept is kept, and what two people wrote at once is never overwritten."""

from datetime import timedelta

import pytest
from sqlalchemy import Interval, literal, select, update

from pglab.accounts.models import MemberRole, SignInSession
from pglab.accounts.services import change_member_role, remove_member
from pglab.core.db import db, transaction
from pglab.proposals import queries, services
from pglab.proposals.models import Answer, Proposal
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import FormQuestion
from tests.factories.accounts import make_editor
from tests.factories.proposals import fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.person import Page, Person

pytestmark = pytest.mark.usefixtures("rolled_back")
SLUG = "plan"


@pytest.fixture
def proposal(rolled_back):
    return make_draft(make_open_rfp())


def page_of(proposal: Proposal, slug: str = SLUG) -> str:
    return f"/apply/proposals/{proposal.reference}/sections/{slug}"


def founder(proposal: Proposal, login) -> Person:
    return Person(login(representative_of(proposal.organization))).open(page_of(proposal))


def colleague_writes(proposal: Proposal, **texts: str) -> None:
    """Another member of the startup saves these answers while the page is open."""
    if len(proposal.organization.memberships) == 1:
        make_editor(proposal.organization, "Lee Colleague")
        db.session.refresh(proposal.organization)
    lee = next(each.user for each in proposal.organization.memberships if each.user.name == "Lee Colleague")
    with transaction():
        services.save_answers(proposal, {question(proposal, name).id: text for name, text in texts.items()}, actor=lee)


def question(proposal: Proposal, name: str, slug: str = SLUG) -> FormQuestion:
    section = next(each for each in rfp_queries.list_form_sections(proposal.rfp_id) if each.slug == slug)
    return next(each for each in section.questions if f"q{each.position}" == name)


def stored(proposal: Proposal, *names: str) -> list[str]:
    answers = queries.answers_by_question(proposal)
    return [answers[key].text if (key := question(proposal, name).id) in answers else "" for name in names]


def test_people_on_two_questions_of_a_page_do_not_meet(proposal, login):
    """What only the colleague changed stays theirs, although the page still showed the text before."""
    person = founder(proposal, login)
    colleague_writes(proposal, q1="Theirs.")
    person.press("Save and continue", q2="Mine.")

    assert stored(proposal, "q1", "q2") == ["Theirs.", "Mine."]


def test_a_page_that_never_showed_an_answer_does_not_take_it_away_later(proposal, login):
    person = founder(proposal, login)
    colleague_writes(proposal, q1="Theirs.")
    person.press("Save and continue", q2="word " * 2000, expect=422)
    person.press("Save and continue", q2="Mine.")

    assert stored(proposal, "q1", "q2") == ["Theirs.", "Mine."]


@pytest.mark.parametrize(("typed", "status"), [("Mine.", 409), ("word " * 2000, 422)])
def test_what_only_the_colleague_wrote_stands_in_its_control(proposal, login, typed, status):
    """Red where the control comes back as the old page sent it, empty: it looks as if nobody had answered."""
    person = founder(proposal, login)
    colleague_writes(proposal, q1="Theirs alone.", **({"q2": "Theirs too."} if status == 409 else {}))
    person.press("Save and continue", q2=typed, expect=status)

    shown = next(form for form in Page(person.text).forms if "q1" in form.names).values["q1"]
    assert shown.strip() == "Theirs alone."
    person.press("Save and continue", q1="Read, and improved.", q2="Mine.")
    assert stored(proposal, "q1") == ["Read, and improved."]  # the page had shown it


@pytest.mark.parametrize(
    ("choice", "kept"), [("mine", "Mine."), ("theirs", "Theirs."), ("combine", "Mine. And theirs.")]
)
def test_the_person_chooses_between_the_two_texts(proposal, login, choice, kept):
    person = founder(proposal, login)
    colleague_writes(proposal, q1="Theirs.")
    person.press("Save and continue", q1="Mine.", q2="Beside it.", expect=409)
    person.sees("Nothing was overwritten", "Lee Colleague", "Mine.", "Theirs.", "Use mine", "Use theirs", "Combine")
    assert stored(proposal, "q1", "q2") == ["Theirs.", "Beside it."]
    typed = {"q1": "Mine. And theirs."} if choice == "combine" else {}
    person.press("Save and continue", **{"q1-keep": choice}, **typed)

    assert stored(proposal, "q1", "q2") == [kept, "Beside it."]


def test_a_third_text_in_between_is_shown_again(proposal, login):
    person = founder(proposal, login)
    colleague_writes(proposal, q1="Theirs.")
    person.press("Save and continue", q1="Mine.", expect=409)
    colleague_writes(proposal, q1="Theirs, better.")
    person.press("Save and continue", expect=409).sees("Theirs, better.", "Mine.")
    assert stored(proposal, "q1") == ["Theirs, better."]
    person.press("Save and continue")

    assert stored(proposal, "q1") == ["Mine."]


def test_choosing_theirs_is_not_undone_by_a_mistake_beside_it(proposal, login):
    person = founder(proposal, login)
    colleague_writes(proposal, q1="Theirs.")
    person.press("Save and continue", q1="Mine.", expect=409)
    person.press("Save and continue", **{"q1-keep": "theirs"}, q2="word " * 2000, expect=422)
    person.press("Save and continue", q2="Short.")

    assert stored(proposal, "q1", "q2") == ["Theirs.", "Short."]


def test_an_answer_that_does_not_fit_is_kept_and_keeps_the_draft_from_being_sent(login):
    proposal = fill(make_draft(make_open_rfp()))
    address = db.session.query(FormQuestion).filter_by(rfp_id=proposal.rfp_id, kind="url").one()
    section = next(s for s in rfp_queries.list_form_sections(proposal.rfp_id) if s.id == address.section_id)
    page, name = page_of(proposal, section.slug), f"q{address.position}"
    person = Person(login(representative_of(proposal.organization))).open(page)
    person.press("Save and continue", **{name: "our site"}, expect=422).sees("We kept the rest as a draft")
    assert 'value="our site"' in person.open(page).text
    assert ["web address" in each.message for each in queries.list_problems(proposal)] == [True]
    person.open(f"/apply/proposals/{proposal.reference}").sees("In progress")
    person.open(page).press("Save and continue", **{name: "https://example.org"})

    assert queries.list_problems(proposal) == []


def test_typing_is_kept_by_the_page_itself(proposal, login):
    client = login(representative_of(proposal.organization))
    first = client.post(f"{page_of(proposal)}/draft", data={"asked": "1", "seen": "", "q1": "Half a sen"})
    assert (first.status_code, first.json["clashes"], first.json["refused"]) == (200, [], [])
    version = proposal.version
    same = client.post(
        f"{page_of(proposal)}/draft", data={"asked": "1", "seen": first.json["seen"], "q1": "Half a sen"}
    )
    assert (same.json["seen"], proposal.version) == (first.json["seen"], version)
    colleague_writes(proposal, q2="Theirs.")
    more = client.post(
        f"{page_of(proposal)}/draft", data={"asked": "1", "seen": same.json["seen"], "q1": "A sentence."}
    )
    assert stored(proposal, "q1", "q2") == ["A sentence.", "Theirs."]
    stale = client.post(
        page_of(proposal), data={"seen": more.json["seen"], "asked": "1,2", "q1": "A sentence.", "q2": "X"}
    )
    assert stale.status_code == 409  # the page had not seen the colleague's answer, whatever was autosaved beside it

    refused = client.post(f"{page_of(proposal)}/draft", data={"asked": "1", "seen": more.json["seen"], "q1": "a\x1bb"})
    assert ["hidden characters" in each for each in refused.json["refused"]] == [True]
    colleague_writes(proposal, q1="Theirs too.")
    late = client.post(f"{page_of(proposal)}/draft", data={"asked": "1", "seen": more.json["seen"], "q1": "Mine."})
    assert (late.status_code, len(late.json["clashes"])) == (409, 1)
    assert stored(proposal, "q1") == ["Theirs too."]


@pytest.mark.parametrize(("role", "status"), [(MemberRole.VIEWER, 403), (None, 404)])
def test_who_may_save_no_more_gets_their_text_back(proposal, login, role, status):
    """Red where the refusal is all they see: what they wrote since they opened the page would be gone."""
    colleague_writes(proposal, q1="First.")
    membership = next(each for each in proposal.organization.memberships if each.user.name == "Lee Colleague")
    lee = Person(login(membership.user)).open(page_of(proposal))
    lee.client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"  # as browsers say
    dana = representative_of(proposal.organization)
    with transaction():
        if role is None:
            remove_member(proposal.organization, membership.user, actor=dana)
        else:
            change_member_role(proposal.organization, membership.user, role, actor=dana)

    lee.press("Save and continue", q1="An hour of <b>work</b>.", expect=status)
    lee.sees("What you typed stands below, to copy", question(proposal, "q1").label)
    assert "An hour of &lt;b&gt;work&lt;/b&gt;.</textarea>" in lee.text
    assert stored(proposal, "q1") == ["First."]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_line_ends_of_other_programs_are_line_breaks(proposal, login, sign):
    """What is pasted from a word processor is kept. Red where such signs count as hidden characters."""
    client = login(representative_of(proposal.organization))
    kept = client.post(f"{page_of(proposal)}/draft", data={"asked": "1", "seen": "", "q1": f"One.{sign}Two."})
    assert (kept.json["refused"], stored(proposal, "q1")) == ([], ["One.\nTwo."])


@pytest.mark.parametrize("seen", ["1-beef", "x", "1-", "-", "99-beef,1", "²-a", "," * 6000])
def test_a_made_up_sign_takes_nothing_away(proposal, login, seen):
    client = login(representative_of(proposal.organization))
    made_up = client.post(page_of(proposal), data={"seen": seen, "asked": "1", "q1": "New."})
    assert made_up.status_code in (303, 422)
    colleague_writes(proposal, q1="Theirs.")

    assert client.post(page_of(proposal), data={"seen": seen, "asked": "1", "q1": "Over it."}).status_code == 409
    assert db.session.query(Answer).one().text == "Theirs."


@pytest.mark.parametrize(("typed", "goes_on"), [("yes", True), ("", False)])
def test_saving_by_itself_keeps_nobody_signed_in_but_typing_does(proposal, login, typed, goes_on):
    client = login(representative_of(proposal.organization))
    earlier = SignInSession.seen_at - literal(timedelta(hours=1), Interval())
    db.session.execute(update(SignInSession).values(seen_at=earlier))
    before = db.session.scalar(select(SignInSession.seen_at))
    client.post(f"{page_of(proposal)}/draft", data={"asked": "1", "q1": "Words.", "typed": typed})

    assert (db.session.scalar(select(SignInSession.seen_at)) > before) is goes_on


def test_how_saving_goes_stands_in_the_bar_with_the_button(proposal, login):
    """On a phone the bar is all of a long page that stays in sight."""
    bar = founder(proposal, login).text.partition('<div class="save-bar">')[2].partition("</div>")[0]

    assert ["data-autosave=" in bar, "Save and continue" in bar] == [True, True]
