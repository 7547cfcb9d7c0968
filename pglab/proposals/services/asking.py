"""Asking a teammate to review a section, or an authorized representative to submit."""

from itertools import groupby

from pglab.accounts.models import MemberRole, Organization, User
from pglab.accounts.queries import list_members
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import GoneError, refuse, require
from pglab.proposals import notices, policy, queries
from pglab.proposals.models import Proposal, ReviewRequest
from pglab.proposals.queries import is_waiting
from pglab.proposals.services.answering import lock_draft
from pglab.rfps.models import FormSection
from pglab.web.filters import et_short, listed


def ask_review(proposal: Proposal, section: FormSection, *, of: User, note: str, actor: User) -> ReviewRequest:
    """Ask one teammate to look at one section. They get one mail (N7), which carries nothing of the note."""
    members = {each.user_id for each in list_members(proposal.organization)}
    if of.id not in members or of.id == actor.id:
        refuse("Select a teammate", "of")
    return _ask(proposal, section, [of], note, actor)[0]


def ask_to_submit(proposal: Proposal, *, note: str, actor: User) -> list[ReviewRequest]:
    """Ask all authorized representatives to submit; each gets one mail (N7)."""
    able = [each.user for each in list_members(proposal.organization) if each.role is MemberRole.REPRESENTATIVE]
    if actor.id in {each.id for each in able}:
        refuse("You can submit yourself.")
    return _ask(proposal, None, able, note, actor)


def _ask(
    proposal: Proposal, section: FormSection | None, people: list[User], note: str, actor: User
) -> list[ReviewRequest]:
    """Keep one request for each of these people who was not asked the same already, and mail them."""
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    now = official_now()
    if not proposal.rfp.phase(now).accepts_proposals:
        raise GoneError(f"Proposals closed {et_short(proposal.rfp.closes_at)}. There is nothing left to ask for.")
    asked = {each.asked_of_id: each for each in _waiting(proposal, section)}
    new = [each for each in people if each.id not in asked]
    if not new:
        refuse(f"{listed([each.name for each in people])} was asked already, and still has the request", "of")
    made = []
    for person in new:
        request = ReviewRequest(
            proposal=proposal, section=section, asked_by=actor, asked_of=person, note=note, asked_at=now, done_at=None
        )
        db.session.add(request)
        made.append(request)
    db.session.flush()
    names = [each.name for each in new]
    record(
        "proposal.review_asked" if section else "proposal.submit_asked",
        proposal,
        actor=actor,
        after={"of": names, **({"section": section.slug} if section else {})},
    )
    for request in made:
        notices.tell_asked(request)
    return made


def _waiting(proposal: Proposal, section: FormSection | None) -> list[ReviewRequest]:
    """What was asked of this very kind and still waits."""
    sent = queries.list_submissions(proposal)
    sent_at = sent[0].received_at if sent else None
    same = section.id if section else None
    return [each for each in queries.list_requests(proposal) if each.section_id == same and is_waiting(each, sent_at)]


def answer_request(request: ReviewRequest, *, actor: User) -> None:
    """The person who was asked has done it, or whoever asked needs it no more. Doing so twice changes nothing."""
    proposal = request.proposal
    require(actor.id in (request.asked_by_id, request.asked_of_id), "Only the two people of a request can close it.")
    lock_draft(proposal)
    db.session.refresh(request, ["done_at"])
    if request.done_at is not None:
        return
    request.done_at = official_now()
    done = "proposal.review_done" if actor.id == request.asked_of_id else "proposal.request_taken_back"
    section = {"section": request.section.slug} if request.section else {}
    record(done, proposal, actor=actor, after={"asked_by": request.asked_by.name, **section})


def end_requests(organization: Organization, user: User, *, actor: User) -> None:
    """Withdraw what this person asked or was asked in the drafts of a team they are leaving. The history of each draft
    says so."""
    now = official_now()
    for proposal, requests in groupby(queries.list_open_requests(organization, user), key=lambda each: each.proposal):
        ended = list(requests)
        for request in ended:
            request.done_at = now
        db.session.flush()  # while who leaves may still write it
        after = {"person": user.name, "requests": len(ended)}
        record("proposal.requests_ended", proposal, actor=actor, after=after)
