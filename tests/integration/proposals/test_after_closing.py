"""Once a call has closed, every page of a draft says so first, and what counts."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from pglab.accounts.models import User
from pglab.core.db import transaction
from pglab.proposals import services
from pglab.proposals.models import Proposal
from pglab.rfps.queries import list_form_sections, list_slots
from tests.factories.addenda import cancel, make_addendum, words
from tests.factories.proposals import close, fill, make_draft, make_submitted_proposal, open_all, representative_of
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.client import Client
from tests.support.databases import OfficialClock

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]


def pages_of(proposal: Proposal) -> list[str]:
    """The pages of a draft."""
    section, slot = list_form_sections(proposal.rfp_id)[0].slug, list_slots(proposal.rfp_id)[0].slug
    tails = ("", "/check", f"/sections/{section}", f"/sections/{section}/check", "/documents", "/acknowledgments")
    of_file = [f"/documents/{slot}{tail}" for tail in ("", "/confidential", "/redacted-copy", "/move", "/reuse")]
    return [f"/apply/proposals/{proposal.reference}{tail}" for tail in (*tails, *of_file)]


def heads_of(page: str) -> str:
    """Of a page's content, what stands up to the first notice."""
    return page[page.index("<main") :].partition('usa-alert__heading">')[2].partition("</")[0]


@pytest.mark.parametrize("ended", ["closed", "cancelled"])
def test_every_page_of_a_draft_says_first_that_the_call_ended(login: Login, clock: OfficialClock, ended: str):
    proposal = make_draft(make_open_rfp())
    make_addendum(proposal.rfp, said=words(acknowledge=True))
    client = login(representative_of(proposal.organization))
    said = "Proposals are closed" if ended == "closed" else "This call was cancelled"
    assert [page for page in pages_of(proposal) if said in client.get(page).text] == []  # the control: while it is open
    if ended == "closed":
        close(proposal.rfp, clock)
    else:
        cancel(proposal.rfp)

    for page in pages_of(proposal):
        answer = client.get(page).text
        assert heads_of(answer) == said, page
        assert "to fix before you can submit" not in answer
        assert "can’t be submitted before" not in answer
        assert answer.count(said) == 1, page


def test_a_mark_made_after_the_deadline_is_said_to_go_nowhere(login: Login, clock: OfficialClock):
    proposal = fill(make_draft(make_open_rfp()))
    client, slot = login(representative_of(proposal.organization)), list_slots(proposal.rfp_id)[0].slug
    here = f"/apply/proposals/{proposal.reference}/documents/{slot}/confidential"
    promised = ("Evaluators read all of it", "It is filed with your proposal")
    assert all(each in client.get(here).text for each in promised)  # the control

    close(proposal.rfp, clock)

    assert [each for each in promised if each in client.get(here).text] == []


def test_a_page_left_open_has_the_words_ready_and_hidden(login: Login, clock: OfficialClock):
    """A script shows them when the deadline passes; afterwards the page says it itself, and says it once."""
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))
    ready = re.compile(r'<div [^>]*data-closing="Proposals closed at [^"]+ ET\. [^"]+" data-closes="\d+"[^>]* hidden>')
    assert [page for page in pages_of(proposal) if len(ready.findall(client.get(page).text)) != 1] == []
    close(proposal.rfp, clock)

    assert [page for page in pages_of(proposal) if "data-closing" in client.get(page).text] == []


def test_the_card_of_the_deadline_says_what_counts(login: Login, clock: OfficialClock):
    """After a withdrawal nothing does, although the submission stays in the opened set."""
    proposal = make_submitted_proposal(make_open_rfp())
    actor = representative_of(proposal.organization)
    client, here = login(actor), f"/apply/proposals/{proposal.reference}"
    open_all(proposal.rfp, *make_program_people(), clock)
    assert "Submission 1 counts." in client.get(here).text  # the control
    clock.advance(timedelta(minutes=1))
    with transaction():
        services.withdraw_proposal(proposal, seen=1, actor=actor)

    for page in (here, f"{here}/check"):
        answer = client.get(page).text
        assert "Submission 1 counts" not in answer
        assert "Your team withdrew this proposal, so nothing of it counts." in answer
