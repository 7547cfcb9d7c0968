"""Asking a teammate: one mail that carries nothing of the note, a page that shows it, and a word when it is done."""

import pytest
from sqlalchemy import select

from pglab.accounts.models import MemberRole
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, RuleError
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.proposals.models import ReviewRequest
from pglab.proposals.notices.asking import shortened
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import close, fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.integration.proposals.teamwork.test_tasks import join, section_of
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")
NOTE = "Is the number of porches right?"


@pytest.fixture
def team():
    """A draft, its representative, an editor and a viewer."""
    proposal = make_draft(make_open_rfp())
    lee = join(proposal.organization, "Lee Editor", MemberRole.EDITOR)
    vic = join(proposal.organization, "Vic Viewer", MemberRole.VIEWER)
    return proposal, representative_of(proposal.organization), lee, vic


def mails() -> list[Notice]:
    return list(db.session.scalars(select(Notice).filter_by(kind="review_asked").order_by(Notice.created_at)))


def home(proposal) -> str:
    return f"/apply/proposals/{proposal.reference}"


def test_a_review_is_asked_read_and_done(login, team):
    proposal, owner, lee, _vic = team
    asker = Person(login(owner)).open(f"{home(proposal)}/sections/impact/check")

    asker.follow("Ask a teammate to review this section").press("Ask", expect=422).sees("Select a teammate")
    asker.press("Ask", of=str(lee.id), note=NOTE).sees("We asked Lee Editor to review “Impact on residents”.", NOTE)
    asked = Person(login(lee)).open(home(proposal)).sees(NOTE, "Needs you", "asks you to review this")
    asked.press("I’ve reviewed it (Impact on residents)").sees(f"Done. {owner.name} sees it here.")

    assert NOTE not in login(owner).get(home(proposal)).text
    assert queries.read_history(proposal)[0].what == f"Reviewed “Impact on residents” for {owner.name}"


def test_the_mail_says_who_and_which_section_and_nothing_else(team):
    proposal, owner, lee, _vic = team
    with transaction():
        services.ask_review(proposal, section_of(proposal), of=lee, note=NOTE, actor=owner)

    (mail,) = mails()

    assert mail.user_id == lee.id
    assert mail.subject == f"Action needed: review “Impact on residents” in {proposal.reference}"
    assert len(mail.subject) <= 60
    assert mail.sealed_rfp_id == proposal.rfp_id
    assert f'{owner.name} asks you to review "Impact on residents"' in mail.body_text
    assert "left you a note" in mail.body_text
    assert NOTE not in mail.body_text + mail.body_html
    assert len(shortened("A very long title of a section indeed")) <= 22


def test_an_editor_asks_all_representatives_to_submit_and_a_submission_answers(login, team):
    proposal, owner, lee, _vic = team
    dana = join(proposal.organization, "Dana Second", MemberRole.REPRESENTATIVE)
    fill(proposal)

    asker = Person(login(lee)).open(home(proposal)).follow(f"Ask {owner.name} or Dana Second to submit")
    asker.press("Ask", note=NOTE).sees(f"We asked {owner.name} or Dana Second to submit.", "Take this request back")

    assert [(mail.user_id, mail.subject) for mail in mails()] == [
        (person.id, f"Action needed: submit {proposal.reference}") for person in (owner, dana)
    ]
    Person(login(dana)).open(home(proposal)).sees(NOTE, "asked you to submit")
    submit(proposal)
    for person in (owner, dana, lee):
        assert "asked within your team" not in login(person).get(home(proposal)).text.lower()


def test_nobody_is_asked_the_same_twice_while_it_waits(team):
    proposal, owner, lee, vic = team
    part = section_of(proposal)
    with transaction():
        made = services.ask_review(proposal, part, of=lee, note="", actor=owner)

    with pytest.raises(RuleError, match="Lee Editor was asked already"), transaction():
        services.ask_review(proposal, part, of=lee, note="", actor=owner)
    with transaction():
        services.ask_review(proposal, part, of=vic, note="", actor=owner)
    with transaction():
        services.answer_request(made, actor=lee)
    with transaction():
        services.answer_request(made, actor=lee)  # pressing twice changes nothing
        services.ask_review(proposal, part, of=lee, note="", actor=owner)

    assert len(mails()) == 3


def test_who_asked_can_take_it_back(login, team):
    proposal, owner, lee, _vic = team
    with transaction():
        services.ask_review(proposal, section_of(proposal), of=lee, note="", actor=owner)

    Person(login(owner)).open(home(proposal)).press("Take this request back (Impact on residents)").sees(
        "You took your request back."
    )

    assert "asks you" not in login(lee).get(home(proposal)).text


def test_only_teammates_are_asked_and_only_writers_ask(login, team):
    proposal, owner, lee, vic = team
    stranger = make_organization(make_user("Stranger")).memberships[0].user
    part = section_of(proposal)

    for wrong in (stranger, owner):
        with pytest.raises(RuleError, match="teammate"), transaction():
            services.ask_review(proposal, part, of=wrong, note="", actor=owner)
    with pytest.raises(AccessDeniedError), transaction():
        services.ask_review(proposal, part, of=lee, note="", actor=vic)
    with pytest.raises(RuleError, match="submit yourself"), transaction():
        services.ask_to_submit(proposal, note="", actor=owner)
    forged = login(owner).post(f"{home(proposal)}/sections/impact/review", data={"of": str(stranger.id)})
    assert forged.status_code == 422
    assert mails() == []


def test_a_request_of_another_proposal_or_between_others_is_nobody_elses(login, team):
    proposal, owner, lee, vic = team
    other = make_draft(proposal.rfp)
    with transaction():
        made = services.ask_review(proposal, section_of(proposal), of=lee, note=NOTE, actor=owner)
    rival = representative_of(other.organization)

    swapped = login(rival).post(f"{home(other)}/requests/{made.id}/answer")
    outside = login(rival).post(f"{home(proposal)}/requests/{made.id}/answer")
    between = login(vic).post(f"{home(proposal)}/requests/{made.id}/answer")

    assert (swapped.status_code, outside.status_code, between.status_code) == (404, 404, 403)
    assert db.session.get_one(ReviewRequest, made.id).done_at is None


def test_nothing_is_asked_after_the_deadline(login, clock, team):
    proposal, owner, lee, _vic = team
    close(proposal.rfp, clock)

    with pytest.raises(GoneError), transaction():
        services.ask_to_submit(proposal, note="", actor=lee)
    page = Person(login(owner)).open(f"{home(proposal)}/sections/impact/review")
    page.sees("Proposals are closed, so there is nothing left to ask for.")


@pytest.mark.parametrize("how", ["removed", "leaves"])
def test_who_leaves_leaves_nothing_open(login, team, how):
    """Red where only the mail and the membership end: what a person who is gone asked would wait for good."""
    proposal, owner, lee, vic = team
    with transaction():
        services.ask_review(proposal, section_of(proposal), of=vic, note=NOTE, actor=lee)
        services.ask_review(proposal, section_of(proposal), of=lee, note=NOTE, actor=owner)
        others = services.ask_review(proposal, section_of(proposal, "plan"), of=vic, note=NOTE, actor=owner)
    page = f"/apply/organizations/{proposal.organization_id}/team/{lee.id}/removal"
    Person(login(owner if how == "removed" else lee)).open(page).press(
        "Remove from the team" if how == "removed" else "Leave the team"
    )

    waiting = [each for each in queries.list_requests(proposal) if each.done_at is None]
    assert waiting == [others]
    Person(login(vic)).open(home(proposal)).sees(f"{owner.name} asked you").does_not_see("Lee Editor asked you")
    newest = queries.read_history(proposal)[0]
    assert newest.what == "Withdrew what Lee Editor asked or was asked, because Lee Editor left the team"


def test_somebody_alone_is_told_to_invite(login):
    proposal = make_draft(make_open_rfp())
    page = Person(login(representative_of(proposal.organization))).open(f"{home(proposal)}/sections/impact/review")
    page.sees("You’re the only person on this team.")
