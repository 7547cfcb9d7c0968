"""The check page: everything to fix, each with the way to the very question, and straight back here."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, render_template_string

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.proposals import queries, services
from pglab.proposals.models import Proposal
from pglab.proposals.routes import submitting
from pglab.rfps import queries as rfp_queries
from pglab.rfps.forms import asked_form, focus_name
from pglab.rfps.models import FormQuestion, QuestionKind
from tests.factories.addenda import make_addendum, words
from tests.factories.proposals import fill, make_draft, make_submitted_proposal, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
LINK = re.compile(r'<li><a href="([^"]+)">([^<]+)</a></li>')


def summary(client: Client, proposal: Proposal) -> dict[str, str]:
    """What the check page says is to fix, and where its links lead."""
    page = client.get(f"/apply/proposals/{proposal.reference}/check").text
    listed = page[page.index('id="problems"') : page.index("</ul>", page.index('id="problems"'))]
    return {message: place.replace("&amp;", "&") for place, message in LINK.findall(listed)}


def lead_somewhere(client: Client, places: dict[str, str]) -> list[str]:
    """The links that do not lead to a control of the page they open."""
    split = [place.partition("#") for place in places.values()]
    return [page for page, _, control in split if f'id="{control}"' not in client.get(page).text]


def test_every_problem_leads_to_its_question_file_or_addendum(login: Login, monkeypatch: pytest.MonkeyPatch):
    rfp = make_open_rfp()
    proposal = make_draft(rfp)
    make_addendum(rfp, said=words(acknowledge=True))
    client = login(representative_of(proposal.organization))

    places = summary(client, proposal)

    assert len(places) == len(queries.list_problems(proposal))
    assert all("return=check" in place for place in places.values())
    assert lead_somewhere(client, places) == []
    # The control: links to a name that no question bears are found.
    monkeypatch.setattr(submitting, "focus_name", lambda _question: "q999")
    assert lead_somewhere(client, summary(client, proposal))


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_the_control_of_each_kind_of_question_bears_the_name_that_leads_to_it(app: Flask, kind: QuestionKind):
    options = ["One", "Two"] if kind.offers_options else []
    question = FormQuestion(kind=kind, position=3, label="What?", name="what", hint="", options=options)

    with app.test_request_context():
        form = asked_form([question], {}, meta={"csrf": False})
        drawn = render_template_string('{% from "_macros/form.html" import field %}{{ field(form.q3) }}', form=form)

    assert f'id="{focus_name(question)}"' in drawn


def test_fixing_one_thing_leads_straight_back(login: Login):
    rfp = make_open_rfp()
    proposal = fill(make_draft(rfp))
    make_addendum(rfp, said=words(acknowledge=True))
    client = login(representative_of(proposal.organization))
    [(message, place)] = summary(client, proposal).items()
    assert message == "Read and acknowledge Addendum 1"
    assert 'name="return" value="check"' in client.get(place).text

    answer = client.post(place.partition("#")[0], data={"rfp_version": "2", "addendum_1": "yes", "return": "check"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/apply/proposals/{proposal.reference}/check")
    assert 'id="problems"' not in client.get(answer.headers["Location"]).text


def test_continuing_with_something_to_fix_leads_to_the_summary(login: Login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))

    answer = client.get(f"/apply/proposals/{proposal.reference}/submission")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/apply/proposals/{proposal.reference}/check#problems"
    assert 'id="problems" role="alert" tabindex="-1"' in client.get(answer.headers["Location"]).text


def test_a_file_is_judged_again_after_an_addendum_lowered_its_limit(login: Login):
    rfp = make_open_rfp()
    proposal = fill(make_draft(rfp))
    slot = rfp_queries.list_slots(rfp.id)[0]
    assert queries.list_problems(proposal) == []  # the control: three pages fit the limit of before

    make_addendum(rfp, {"documents.0.max_pages": 2})

    name = slot.title[:1].lower() + slot.title[1:]
    message = f"The {name} must be 2 pages or fewer. This file has 3."
    assert [(each.message, each.slot) for each in queries.list_problems(proposal)] == [(message, slot.slug)]
    assert message in summary(login(representative_of(proposal.organization)), proposal)
    with pytest.raises(RuleError, match="1 thing"):
        submit(proposal)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("media_types", ["image/png"], "must be a PNG"),
        ("max_bytes", 999, "can be up to 1 kB. This file is 1 kB."),
        ("max_bytes", 1000, ""),
        ("max_pages", 3, ""),
    ],
)
def test_type_and_size_are_judged_again_too(column: str, value: object, said: str):
    rfp = make_open_rfp()
    proposal = fill(make_draft(rfp))
    draft = queries.get_draft(proposal)
    with db.session.no_autoflush:
        setattr(draft.slots[0], column, value)
        message = queries.slot_problem(draft.slots[0], draft.documents[draft.slots[0].id])
        db.session.expire(draft.slots[0])
    assert message.endswith(said) if said else message == ""


def test_unsent_changes_are_said_where_everything_is_checked(login: Login):
    proposal = make_submitted_proposal(make_open_rfp())
    client = login(representative_of(proposal.organization))
    check = f"/apply/proposals/{proposal.reference}/check"
    assert "You have unsent changes" not in client.get(check).text
    question = rfp_queries.list_form_sections(proposal.rfp_id)[0].questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: "Another."}, actor=representative_of(proposal.organization))

    assert "You have unsent changes" in client.get(check).text
    assert "Submission 1 is what we’ll use" in client.get(check).text
