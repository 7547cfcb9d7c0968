"""Saving the answers of a draft. Nobody but the organization ever sees them."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import require
from pglab.proposals import policy
from pglab.proposals.models import Answer, Proposal
from pglab.proposals.queries import fingerprint
from pglab.rfps.models import FormQuestion, FormSection

NOTHING = fingerprint("")


def save_answers(
    proposal: Proposal, answers: Mapping[UUID, str], *, actor: User, seen: Mapping[UUID, str] | None = None
) -> set[UUID]:
    """Keep these answers (by question) as the draft; complete or not, right or wrong is judged when checking.

    `seen` holds the fingerprint of each answer as the page at hand showed it. It is compared once no other save is in
    flight: an answer that only somebody else changed stays theirs, and one that both changed is not saved. Those
    questions come back, for the person to choose; everything else is kept.
    """
    require(policy.may_edit(actor, proposal), "Viewers can read this proposal but not change it.")
    lock_draft(proposal)
    stored = _stored(proposal)
    places = _places(proposal, answers)
    differing = {key: answers[key] for key in answers if key in places and answers[key] != _text(stored.get(key))}
    meanwhile = set() if seen is None else {key for key in differing if _changed_since(seen, key, stored.get(key))}
    changed = [key for key in differing if key not in meanwhile]
    now = official_now()
    for key in changed:
        answer = stored.get(key) or Answer(proposal_id=proposal.id, question_id=key)
        answer.text, answer.edited_by_id, answer.edited_at = answers[key], actor.id, now
        db.session.add(answer)
    if changed:
        proposal.version += 1
        where = sorted({places[key] for key in changed})
        after = {"answers": len(changed), "sections": where, "version": proposal.version}
        record("proposal.answered", proposal, actor=actor, after=after)
    return {key for key in meanwhile if fingerprint(answers[key]) != (seen or {}).get(key, NOTHING)}


def _stored(proposal: Proposal) -> dict[UUID, Answer]:
    """The answers as the save before this one left them, also those this request has read earlier."""
    found = select(Answer).where(Answer.proposal_id == proposal.id).execution_options(populate_existing=True)
    return {answer.question_id: answer for answer in db.session.scalars(found)}


def _places(proposal: Proposal, answers: Mapping[UUID, str]) -> dict[UUID, str]:
    """The section of each of these questions, by its name in addresses; questions of another call are left out."""
    asked = select(FormQuestion.id, FormSection.slug).join(FormSection, FormSection.id == FormQuestion.section_id)
    own = asked.where(FormQuestion.rfp_id == proposal.rfp_id, FormQuestion.id.in_(answers))
    return {found.id: found.slug for found in db.session.execute(own)}


def _text(answer: Answer | None) -> str:
    return answer.text if answer else ""


def _changed_since(seen: Mapping[UUID, str], key: UUID, stored: Answer | None) -> bool:
    return stored is not None and fingerprint(stored.text) != seen.get(key, NOTHING)


def lock_draft(proposal: Proposal) -> None:
    """Wait for an edit or a submit of the same proposal in flight, and see the draft as it left it."""
    changing = ["status", "version", "submission_number", "received_number", "submitted_version", "withdrawn_at"]
    db.session.refresh(proposal, changing, with_for_update={"of": Proposal})
