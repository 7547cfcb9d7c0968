"""P9: whatever keeps a proposal from being accepted is known before the receipt; what was received is never refused.

Every reason to refuse is read from the code of the submit itself, and each is shown on the pages before it. Random
proposals with known things wrong are sent: the check page names each of them, and exactly those without one are
accepted; whatever the virus check says of their files afterwards, they stand.
"""

import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from pglab.accounts.models import User
from pglab.accounts.services import OrganizationProfile, change_organization
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.documents.models import Document, DocumentScan
from pglab.documents.states import ScanVerdict
from pglab.proposals import queries, services
from pglab.proposals.models import Attachment, Proposal, Submission
from pglab.proposals.services import attaching, submitting
from pglab.proposals.states import PROPOSAL_WORKFLOW, ProposalEvent, ProposalStatus
from pglab.rfps import queries as rfp_queries
from tests.factories import keep
from tests.factories.accounts import make_editor, make_organization, make_user
from tests.factories.addenda import cancel, make_addendum
from tests.factories.proposals import close, fill, make_draft, open_all, representative_of
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people
from tests.support.client import Client, client_for
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores
from tests.trust.sending.bundles import Drafting, a_call_of_every_kind
from tests.trust.sending.reasons import Reason, reasons_of

pytestmark = pytest.mark.slow

Login = Callable[[User], Client]
DECLARED = {"is_true": "yes", "can_take_part": "yes", "knows_what_is_public": "yes"}
LINK = re.compile(r'<li><a href="[^"]+">([^<]+)</a></li>')
BATCH, BATCHES = 40, 5
ROOTS = (services.submit_proposal, services.refuse_if_late, queries.Draft)


# ---- Every reason that the code has ----


def path(proposal: Proposal, page: str) -> str:
    return f"/apply/proposals/{proposal.reference}/{page}"


def listed(client: Client, proposal: Proposal) -> list[str]:
    """The things to fix as the check page names them."""
    page = client.get(path(proposal, "check"), check=False).text  # what was typed may look like mark-up
    start = page.find('id="problems"')
    return [] if start < 0 else [unescape(each) for each in LINK.findall(page[start : page.index("</ul>", start)])]


def form_of(proposal: Proposal, **other: str) -> dict[str, str]:
    """The form as the page of the declarations gives it now."""
    version = rfp_queries.latest_version(proposal.rfp_id).number
    profile = str(proposal.organization.version)
    fresh = {
        "version": str(proposal.version),
        "profile_version": profile,
        "rfp_version": str(version),
        "idempotency_key": uuid4().hex,
    }
    return {**fresh, **DECLARED, **other}


def only_representatives(login: Login, _clock: OfficialClock) -> None:
    proposal = fill(make_draft(make_open_rfp()))
    editor = make_editor(proposal.organization)
    assert "Only an authorized representative can submit." in login(editor).get(path(proposal, "check")).text
    assert login(editor).post(path(proposal, "submission"), data=form_of(proposal)).status_code == 403


def cancelled(login: Login, _clock: OfficialClock) -> None:
    proposal = fill(make_draft(make_open_rfp()))
    cancel(proposal.rfp)
    client = login(representative_of(proposal.organization))
    assert "This call was cancelled" in client.get(path(proposal, "check")).text
    assert client.post(path(proposal, "submission"), data=form_of(proposal)).status_code == 410


def never_published(_login: Login, _clock: OfficialClock) -> None:
    """Impossible: without a published version nobody starts a proposal."""
    organization = make_organization(make_user("Rita Representative"))
    with pytest.raises(Exception, match="accept"):
        make_draft(make_draft_rfp(), organization)


def something_to_fix(login: Login, _clock: OfficialClock) -> None:
    """One by one below; here: the number that the refusal tells is the number of lines on the check page."""
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))
    answer = client.post(path(proposal, "submission"), data=form_of(proposal), check=False)
    assert f"There are {len(listed(client, proposal))} things to fix" in answer.text


def outdated(login: Login, change: Callable[[Proposal], object], refused: str) -> None:
    """What moved since the page was opened is refused before any receipt; opened again, the same is accepted."""
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))
    before = form_of(proposal)
    change(proposal)
    answer = client.post(path(proposal, "submission"), data=before)
    assert (answer.status_code, refused in answer.text) == (409, True)
    assert listed(client, proposal) == []
    assert client.post(path(proposal, "submission"), data=form_of(proposal)).status_code == 303


def addendum_issued(login: Login, _clock: OfficialClock) -> None:
    outdated(login, lambda proposal: make_addendum(proposal.rfp), "An addendum was issued since you checked")


def changed(login: Login, _clock: OfficialClock) -> None:
    outdated(login, fill_again, "Your proposal changed since you checked it")


def fill_again(proposal: Proposal) -> None:
    question = rfp_queries.list_form_sections(proposal.rfp_id)[0].questions[0]
    with transaction():
        services.save_answers(proposal, {question.id: "Another."}, actor=representative_of(proposal.organization))


def renamed(login: Login, _clock: OfficialClock) -> None:
    def rename(proposal: Proposal) -> None:
        organization = proposal.organization
        said = {each.name: getattr(organization, each.name) for each in fields(OrganizationProfile)}
        profile = OrganizationProfile(**{**said, "legal_name": f"{organization.legal_name} Renamed"})
        with transaction():
            change_organization(organization, profile, actor=representative_of(organization))

    outdated(login, rename, "Your startup’s profile changed since you checked it")


def overtaken(login: Login, clock: OfficialClock) -> None:
    """Two of a team at once: who arrived first and got through last sees what stands, and may submit again."""
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))
    arrived = submitting.stamp(proposal)
    clock.move(timedelta(minutes=1))
    assert client.post(path(proposal, "submission"), data=form_of(proposal)).status_code == 303
    fill_again(proposal)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(submitting, "stamp", lambda _proposal: arrived)
        assert client.post(path(proposal, "submission"), data=form_of(proposal)).status_code == 409
    assert client.post(path(proposal, "submission"), data=form_of(proposal)).status_code == 303


def used(login: Login, _clock: OfficialClock) -> None:
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))
    first = form_of(proposal)
    assert client.post(path(proposal, "submission"), data=first).status_code == 303
    fill_again(proposal)
    again = form_of(proposal, idempotency_key=first["idempotency_key"])
    assert client.post(path(proposal, "submission"), data=again).status_code == 409
    assert client.post(path(proposal, "submission"), data=form_of(proposal)).status_code == 303


def no_such_move(_login: Login, _clock: OfficialClock) -> None:
    """Impossible: a proposal can be submitted in every state it can be in."""
    assert all((status, ProposalEvent.SUBMIT) in PROPOSAL_WORKFLOW.moves for status in ProposalStatus)


KNOWN: dict[Reason, Callable[[Login, OfficialClock], None]] = {
    Reason("AccessDeniedError", "Only an authorized representative can submit."): only_representatives,
    Reason("GoneError", "This call was cancelled. Nothing can be submitted any more. Your draft is kept."): cancelled,
    Reason("NotFoundError", "This RFP has no published version yet."): never_published,
    Reason("RuleError", "There are … things to fix before you can submit. Check your answers."): something_to_fix,
    Reason(
        "StateError",
        "An addendum was issued since you checked your answers. Read it and check again, then submit.",
    ): addendum_issued,
    Reason("StateError", submitting.USED): used,
    Reason("StateError", "This … is … now, so that can’t be done. Open it again."): no_such_move,
    Reason(
        "StateError", "Your startup’s profile changed since you checked it. Check your answers again, then submit."
    ): renamed,
    Reason(
        "StateError", "Your team submitted again while this was on its way. Look at what stands, then submit."
    ): overtaken,
    Reason("StateError", "Your proposal changed since you checked it. Check your answers again, then submit."): changed,
}


def test_every_reason_in_the_code_is_one_of_these(scored: Scores) -> None:
    found = reasons_of(*ROOTS)
    assert found == set(KNOWN)
    scored("P9", what="reasons to refuse in the code of a submit that no page names before", sample=len(found))


@pytest.mark.parametrize("reason", KNOWN, ids=lambda reason: KNOWN[reason].__name__)
def test_each_reason_is_told_before_the_receipt(reason: Reason, login: Login, clock: OfficialClock) -> None:
    KNOWN[reason](login, clock)


def test_after_the_deadline_the_check_page_says_so(login: Login, clock: OfficialClock) -> None:
    proposal = fill(make_draft(make_open_rfp()))
    client = login(representative_of(proposal.organization))
    close(proposal.rfp, clock)
    assert "Proposals are closed" in client.get(path(proposal, "check")).text


def test_a_reason_more_in_the_code_is_noticed(monkeypatch: pytest.MonkeyPatch, scored: Scores) -> None:
    """Control: a submit that judges the number of files, as attaching one does."""
    monkeypatch.setattr(submitting, "sign", attaching.refuse_too_much)
    more = reasons_of(*ROOTS) - set(KNOWN)
    assert {each.error for each in more} == {"RuleError"} and len(more) == 2
    scored("P9", control=f"a submit that also counts files has {len(more)} reasons more, and is noticed")


# ---- Random proposals ----


@dataclass
class Sent:
    """What came of so many random proposals."""

    tried: int = 0
    accepted: int = 0
    judged_later: int = 0
    named: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def send_many(app: Flask, clock: OfficialClock, batches: int, seed: int = 9) -> Sent:
    """In each batch one startup sends one proposal after another; then the set is opened."""
    sent, dice = Sent(), random.Random(seed)  # noqa: S311  (repeatable dice, no secret)
    rfp, standing = a_call_of_every_kind(), 0
    for _ in range(batches):
        drafting = Drafting.begin(rfp, dice)
        client = client_for(app).sign_in(drafting.actor)
        for _ in range(BATCH):
            send_one(drafting, client, sent)
        standing += drafting.proposal.submission_number > 0
    open_all(rfp, *make_program_people(), clock)
    opening = queries.find_opening(rfp)
    if opening is None or opening.submissions != standing:
        sent.wrong.append("the opened set is not what was acknowledged")
    return sent


def send_one(drafting: Drafting, client: Client, sent: Sent) -> None:
    bundle, proposal = drafting.next(), drafting.proposal
    named = listed(client, proposal)
    before = proposal.received_number
    answer = client.post(path(proposal, "submission"), data=form_of(proposal), check=False)
    db.session.refresh(proposal)
    accepted = answer.status_code == 303 and proposal.received_number == before + 1
    sent.tried += 1
    sent.accepted += accepted
    sent.named.update(re.sub(r"\d+", "n", each)[:40] for each in named)
    unnamed = [words for words in bundle.wrong if not any(words in each for each in named)]
    if unnamed or len(named) != len(bundle.wrong) or accepted == bool(bundle.wrong):
        sent.wrong.append(f"wrong: {bundle.wrong}; named: {named}; answer: {answer.status_code}")
    if accepted and drafting.dice.random() < 0.3:
        sent.judged_later += judge_later(drafting, sent)


def judge_later(drafting: Drafting, sent: Sent) -> int:
    """The virus check of what was just received ends badly; the submission stands as it was received."""
    proposal = drafting.proposal
    waiting = db.session.scalars(
        select(Document)
        .join(Attachment, Attachment.document_id == Document.id)
        .where(Attachment.proposal_id == proposal.id)
    ).all()
    for document in waiting:
        if document.verdict is None:
            verdict = drafting.dice.choice((ScanVerdict.INFECTED, ScanVerdict.FAILED))
            keep(DocumentScan(document_id=document.id, verdict=verdict), sealed_rfp_id=proposal.rfp_id)
            db.session.refresh(document)
            with transaction():
                db.session.execute(text("SELECT set_config('pglab.viewer', 'worker', true)"))
                services.follow_verdict(document.id)
    standing = queries.find_standing_submission(proposal)
    if standing is None or standing.number != proposal.received_number:
        sent.wrong.append("a submission that was acknowledged stands no more")
    return sum(document.verdict in (ScanVerdict.INFECTED, ScanVerdict.FAILED) for document in waiting)


def test_exactly_what_the_check_page_names_is_refused(
    committed: Flask, committed_clock: OfficialClock, scored: Scores
) -> None:
    sent = send_many(committed, committed_clock, BATCHES)
    assert sent.wrong == []
    assert sent.tried == BATCH * BATCHES and min(sent.accepted, sent.tried - sent.accepted) > sent.tried / 5
    assert len(sent.named) > 15, sent.named
    assert sent.judged_later > 5
    scored("P9", what="random proposals refused for what no page had named, or after the receipt", sample=sent.tried)


@pytest.mark.full
def test_exactly_what_the_check_page_names_is_refused_in_a_large_sample(
    committed: Flask, committed_clock: OfficialClock, scored: Scores
) -> None:
    sent = send_many(committed, committed_clock, 250, seed=99)
    assert sent.wrong == []
    assert sent.tried >= 10_000
    scored("P9", what="random proposals refused for what no page had named (full)", sample=sent.tried)


def test_a_reason_that_the_check_page_does_not_know_is_noticed(
    committed: Flask, committed_clock: OfficialClock, scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: a submit that also refuses files whose virus check has not ended."""
    accept = submitting._accept

    def careful(proposal: Proposal, *rest: object) -> Submission:
        if any(each.document.verdict is None for each in queries.list_attachments(proposal)):
            raise RuleError("Wait until the virus check has ended.")
        return accept(proposal, *rest)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(submitting, "_accept", careful)
    sent = send_many(committed, committed_clock, 1)
    assert len(sent.wrong) > 3
    scored("P9", control=f"a reason the check page does not know: {len(sent.wrong)} of {sent.tried} are noticed")
