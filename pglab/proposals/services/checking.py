"""Saying whether a section is completed."""

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import refuse, require
from pglab.proposals import policy, queries
from pglab.proposals.models import Proposal, SectionCheck
from pglab.proposals.services.answering import lock_draft
from pglab.rfps.models import FormSection
from pglab.rfps.queries import asked_questions, list_form_sections
from pglab.web.filters import plural


def check_section(proposal: Proposal, section: FormSection, *, done: bool, actor: User) -> SectionCheck:
    """Note that this person calls the section completed, or will come back to it.

    It can only be called completed when nothing is to fix in it. The draft does not change by it: a submission needs no
    such word, and what was submitted has no unsent changes because of one.
    """
    require(policy.may_edit(actor, proposal), policy.VIEWERS_READ)
    lock_draft(proposal)
    texts = {key: answer.text for key, answer in queries.answers_by_question(proposal).items()}
    asked = asked_questions(list_form_sections(proposal.rfp_id), texts)
    left = len(queries.section_problems(section, texts, asked))
    if done and left:
        refuse(f"Fix {plural(left, 'thing')} in this section first, or select “No, I’ll come back later”", "done")
    check = db.session.scalar(
        select(SectionCheck).where(SectionCheck.proposal_id == proposal.id, SectionCheck.section_id == section.id)
    ) or SectionCheck(proposal_id=proposal.id, section_id=section.id)
    check.done, check.checked_by, check.checked_at = done, actor, official_now()
    db.session.add(check)
    record("proposal.section_checked", proposal, actor=actor, after={"section": section.slug, "done": done})
    return check
