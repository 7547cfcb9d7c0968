"""How far each task of a draft is, in the fixed words of the task list: computed from what is stored, set by nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pglab.addenda.models import Addendum
from pglab.core.db import db
from pglab.documents.states import ScanVerdict
from pglab.proposals.models import Answer, Proposal, SectionCheck
from pglab.proposals.queries.drafts import Draft, section_problems
from pglab.rfps.models import DocumentSlot, FormSection

Checks = Mapping[UUID, SectionCheck]


class TaskStatus(StrEnum):
    """The words of the task list; there are no others but the reason why something cannot start yet."""

    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    COMPLETED = "Completed"
    CHECKING = "Checking"
    NEEDS_YOU = "Needs you"
    PROBLEM = "There is a problem"


@dataclass(frozen=True)
class Standing:
    """What the status of a section follows from: whether anything is answered, what is still to fix, when somebody last
    looked at it and said whether it is completed, whether it was submitted, and when an addendum changed it."""

    filled: bool = False
    to_fix: int = 0
    said_done: bool | None = None
    looked_at: datetime | None = None
    sent: bool = False
    amended_at: datetime | None = None


def status_of(standing: Standing) -> TaskStatus:
    """A section is completed when nothing is to fix in it and somebody said so, or it was submitted as it was. It has a
    problem when an addendum changed it after somebody last looked."""
    begun = standing.filled or standing.said_done is not None
    if begun and standing.amended_at and (standing.looked_at is None or standing.looked_at < standing.amended_at):
        return TaskStatus.PROBLEM
    done = standing.sent if standing.said_done is None else standing.said_done
    if done and not standing.to_fix:
        return TaskStatus.COMPLETED
    return TaskStatus.IN_PROGRESS if begun else TaskStatus.NOT_STARTED


@dataclass(frozen=True)
class SectionState:
    """How far one task of the form is, who typed in it last, and the addendum that changed it since."""

    section: FormSection
    status: TaskStatus
    last_edit: Answer | None
    addendum: Addendum | None = None

    @property
    def completed(self) -> bool:
        """Whether the task is done with."""
        return self.status is TaskStatus.COMPLETED


def section_states(draft: Draft, checks: Checks, *, sent: bool) -> list[SectionState]:
    """The tasks of the form with their status. A section of which nothing is asked is no task. `sent`: whether the
    proposal was submitted."""
    amended = amended_sections(draft)
    return [
        section_state(draft, section, checks.get(section.id), amended.get(section.id), sent=sent)
        for section in draft.sections
        if any(question.id in draft.asked for question in section.questions)
    ]


def section_state(
    draft: Draft, section: FormSection, check: SectionCheck | None, addendum: Addendum | None, *, sent: bool
) -> SectionState:
    """One task of the form with its status."""
    asked = draft.asked
    own = [draft.answers[each.id] for each in section.questions if each.id in asked and each.id in draft.answers]
    last = last_edit(own)
    looked = [at for at in (last.edited_at if last else None, check.checked_at if check else None) if at]
    standing = Standing(
        filled=any(answer.text for answer in own),
        to_fix=len(section_problems(section, draft.texts, asked)),
        said_done=check.done if check else None,
        looked_at=max(looked, default=None),
        sent=sent,
        amended_at=addendum.issued_at if addendum else None,
    )
    status = status_of(standing)
    return SectionState(section, status, last, addendum if status is TaskStatus.PROBLEM else None)


def last_edit(answers: Iterable[Answer]) -> Answer | None:
    """The answer that was typed last."""
    return max(answers, key=lambda answer: answer.edited_at, default=None)


def amended_sections(draft: Draft) -> dict[UUID, Addendum]:
    """For each section whose questions an addendum changed, the last one that did."""
    found = {}
    for each in draft.issued:
        for place in each.addendum.changes:
            part, *rest = place.split(".")
            if part == "form" and rest and int(rest[0]) < len(draft.sections):
                found[draft.sections[int(rest[0])].id] = each.addendum
    return found


def file_status(draft: Draft, slot: DocumentSlot) -> TaskStatus:
    """How the task of one file stands: a file is complete once the virus scanner has passed it, and signed for what
    is marked as confidential in it."""
    document = draft.documents.get(slot.id)
    if document is None:
        return TaskStatus.NOT_STARTED
    if document.verdict in (ScanVerdict.INFECTED, ScanVerdict.FAILED):
        return TaskStatus.PROBLEM
    mark = draft.marks.get(document.id)
    if document.verdict is None:
        return TaskStatus.CHECKING
    return TaskStatus.NEEDS_YOU if mark and mark.signed_at is None else TaskStatus.COMPLETED


def list_checks(proposal: Proposal) -> dict[UUID, SectionCheck]:
    """What was said last of each section, whether it is completed."""
    found = select(SectionCheck).where(SectionCheck.proposal_id == proposal.id)
    return {each.section_id: each for each in db.session.scalars(found.options(joinedload(SectionCheck.checked_by)))}
