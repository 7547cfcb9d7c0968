"""A mark that was signed: who changes it is warned, the history tells what was done, pages are pages, copies differ."""

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace

import pytest

from pglab.accounts.models import User
from pglab.core.db import db, transaction
from pglab.proposals import policy, queries, services
from pglab.proposals.models import Proposal
from pglab.rfps.queries import list_slots
from tests.factories.proposals import representative_of, submit
from tests.integration.proposals.shown.test_other_file import editor, mark, page_of, proposal, shown, shown_mark
from tests.support.client import Client
from tests.support.files import make_pdf

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
__all__ = ["editor", "proposal"]
CHANGED = {"pages_named": "2", "reason": "Our price list."}


def test_a_signature_is_not_dropped_without_a_warning(proposal: Proposal, editor: User, login: Login):
    owner = representative_of(proposal.organization)
    mark(proposal, owner)
    writes, address = login(editor), page_of(proposal, "/confidential")

    warned = writes.post(address, data={**CHANGED, **shown_mark(proposal)})

    assert warned.status_code == 422
    assert f"{owner.name} signed other words. What you save now has to be signed again." in warned.text
    assert "Our price list." in warned.text and 'name="unsign"' in warned.text
    (kept,) = queries.list_marks(proposal)
    assert (kept.pages_named, kept.signed_by_id) == ("1", owner.id), "nothing is saved before"

    meant = writes.post(address, data={**CHANGED, **shown_mark(proposal), "unsign": "yes"})

    (kept,) = queries.list_marks(proposal)
    assert (meant.status_code, kept.pages_named, kept.signed_at) == (303, "2", None)
    assert 'name="unsign"' not in writes.get(address).text, "it is asked only of somebody who would"


def test_who_signs_anew_or_changes_nothing_is_not_warned(proposal: Proposal, editor: User, login: Login):
    owner = representative_of(proposal.organization)
    mark(proposal, owner)
    address, before = page_of(proposal, "/confidential"), proposal.version
    same = {"pages_named": "1", "reason": "The recipe of our sensor.", **shown(proposal)}

    assert login(editor).post(address, data=same).status_code == 303
    assert proposal.version == before, "nothing changed"
    assert login(owner).post(address, data={**CHANGED, **shown_mark(proposal), "sign": "yes"}).status_code == 303

    (kept,) = queries.list_marks(proposal)
    assert (kept.pages_named, kept.signed_by_id) == ("2", owner.id)


def test_the_history_tells_marking_signing_and_unsigning_apart(proposal: Proposal, editor: User):
    owner, slot = representative_of(proposal.organization), list_slots(proposal.rfp_id)[0]
    steps = [("1", editor, False), ("2", editor, False), ("2", owner, True), ("3", editor, False), ("1", owner, True)]
    for pages, actor, sign in steps:
        with transaction():
            services.mark_file(proposal, slot, services.Claim(pages, "Why."), actor=actor, sign=sign, unsign=True)
    with transaction():
        services.unmark_file(proposal, slot, actor=owner)
    mark(proposal, owner)

    told = sorted(line.what for line in queries.read_history(proposal) if "onfidential" in line.what)

    assert told == sorted(
        [
            "Marked the file for Pitch deck as confidential",
            "Changed what is confidential in the file for Pitch deck",
            "Signed the statement about what is confidential in the file for Pitch deck",
            "Changed what is confidential in the file for Pitch deck. The statement is not signed any more",
            "Changed what is confidential in the file for Pitch deck and signed the statement",
            "Took the confidential mark off the file for Pitch deck",
            "Marked the file for Pitch deck as confidential and signed the statement",
        ]
    )
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        *(
            (named, "")
            for named in ("3", "1, 2–3", "pages 1 and 3", "p. 2", "1-2; 3", "1 to 3", "All pages", "1, and 3.")
        ),
        *((named, policy.NAME_PAGES) for named in ("banana", "the recipe", "1,", "3–1", "1 banana", "٣", "-1")),
        *((named, "The file has 3 pages. Enter which of them") for named in ("4", "2–4", "0", "999999")),
    ],
)
def test_pages_are_pages_of_the_file(named: str, problem: str):
    assert policy.pages_problem(named, 3) == problem


def test_what_is_no_page_is_refused_beside_the_field(proposal: Proposal, login: Login):
    team = login(representative_of(proposal.organization))
    data = {"pages_named": "banana", "reason": "Our price list.", **shown(proposal)}

    answer = team.post(page_of(proposal, "/confidential"), data=data)

    assert (answer.status_code, policy.NAME_PAGES in answer.text) == (422, True)
    assert 'href="#pages_named"' in answer.text and "banana" in answer.text and "Our price list." in answer.text


def sent(content: bytes) -> SimpleNamespace:
    return SimpleNamespace(filename="copy.pdf", stream=BytesIO(content))


def test_a_redacted_copy_is_not_the_file_itself(proposal: Proposal, login: Login, monkeypatch: pytest.MonkeyPatch):
    owner, slot, content = representative_of(proposal.organization), list_slots(proposal.rfp_id)[0], make_pdf(2)
    with transaction():
        services.attach_file(proposal, slot, sent(content), actor=owner)
    mark(proposal, owner)
    with transaction():
        earlier = services.attach_redacted(proposal, slot, sent(make_pdf(1)), actor=owner)
    team, given = login(owner), {**shown(proposal), "file": (BytesIO(content), "copy.pdf")}

    answer = team.post(page_of(proposal, "/redacted-copy"), data=given)

    assert answer.status_code == 422
    assert "This is the file itself. Upload a copy of it without what is confidential." in answer.text
    assert 'href="#file"' in answer.text
    db.session.expire_all()
    (kept,) = queries.list_marks(proposal)
    assert (kept.redacted_document_id, kept.signed_at is not None) == (earlier.id, True), "nothing is lost"

    # Negative control: a rule that names no file to differ from takes it.
    monkeypatch.setattr("pglab.proposals.services.marking.replace", lambda rule, **_: rule)
    with transaction():
        assert services.attach_redacted(proposal, slot, sent(content), actor=owner).id != earlier.id


def test_one_file_in_two_slots_has_one_statement_to_sign(proposal: Proposal, login: Login):
    owner, slots = representative_of(proposal.organization), list_slots(proposal.rfp_id)
    with transaction():
        services.remove_file(proposal, slots[1], actor=owner)
        services.move_file(proposal, slots[0], slots[1], actor=owner, keep=True)
    mark(proposal, owner, sign=False)

    told = [problem.message for problem in queries.list_problems(proposal)]

    assert told == ["Sign the statement about what is confidential in the pitch deck"]
    page = login(owner).get(f"/apply/proposals/{proposal.reference}/check").text
    assert page.count("Sign the statement about") == 1
    mark(proposal, owner)
    submit(proposal)


def test_each_button_says_what_it_removes(proposal: Proposal, login: Login):
    owner, slot = representative_of(proposal.organization), list_slots(proposal.rfp_id)[0]
    mark(proposal, owner)
    with transaction():
        services.attach_redacted(proposal, slot, sent(make_pdf(1)), actor=owner)

    page = login(owner).get(page_of(proposal)).text

    assert page.count(">Remove the redacted copy<") == 1
    assert page.count(">Remove<") == 1
