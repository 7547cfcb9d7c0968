"""A proposal as it lies before one person of its team: the draft, how far it is, what waits for them, what is new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import aliased

from pglab.accounts.models import MemberRole, Membership, SignInSession, User
from pglab.accounts.queries import list_members
from pglab.addenda.models import Addendum
from pglab.core.db import UtcDateTime, db
from pglab.proposals.models import Clarification, Proposal, Refusal, ReviewRequest, SectionCheck, Submission
from pglab.proposals.queries.asking import is_waiting, list_requests
from pglab.proposals.queries.clarifications import waiting_by_proposal
from pglab.proposals.queries.drafts import Draft, Problem, get_draft, problems_of
from pglab.proposals.queries.sent import list_refusals, list_submissions
from pglab.proposals.queries.tasks import SectionState, list_checks, section_states
from pglab.questions.models import PublishedAnswer


@dataclass(frozen=True)
class Visit:
    """A person looks at a call: the official time now, when they were here last before they signed in this time, and
    how many official answers are new since."""

    now: datetime
    last: datetime | None
    answers: int


@dataclass(frozen=True)
class News:
    """What changed since somebody was here: addenda, official answers, and what teammates worked on, by person."""

    addenda: list[Addendum]
    answers: int
    work: dict[str, list[str]]

    def __bool__(self) -> bool:
        return bool(self.addenda or self.answers or self.work)


@dataclass(frozen=True)
class Desk:
    """Everything the task list of one proposal shows, read once."""

    proposal: Proposal
    viewer: User
    draft: Draft
    checks: Mapping[UUID, SectionCheck]
    requests: list[ReviewRequest]
    members: list[Membership]
    submissions: list[Submission]
    refusals: list[Refusal]
    visit: Visit
    clarification: Clarification | None

    @cached_property
    def states(self) -> list[SectionState]:
        """The sections with their status."""
        return section_states(self.draft, self.checks, sent=bool(self.submissions))

    @cached_property
    def problems(self) -> list[Problem]:
        """What keeps the draft from being submitted."""
        return problems_of(self.draft)

    @property
    def submitters(self) -> list[str]:
        """The names of those who may submit."""
        return [each.user.name for each in self.members if each.role is MemberRole.REPRESENTATIVE]

    @property
    def sent_at(self) -> datetime | None:
        """When the last submission was received."""
        return self.submissions[0].received_at if self.submissions else None

    @property
    def waiting(self) -> list[ReviewRequest]:
        """What teammates asked and nobody has answered yet, of anybody."""
        return [each for each in self.requests if is_waiting(each, self.sent_at)]

    @property
    def asked_of_me(self) -> list[ReviewRequest]:
        """What waits for the person at the screen."""
        return [each for each in self.waiting if each.asked_of_id == self.viewer.id]

    @cached_property
    def news(self) -> News:
        """What changed since the person was here last; nothing on a first visit."""
        since = self.visit.last
        if since is None:
            return News([], 0, {})
        addenda = [each.addendum for each in self.draft.issued if later(each.addendum.issued_at, since)]
        return News(addenda, self.visit.answers, self._work_since(since))

    def _work_since(self, since: datetime) -> dict[str, list[str]]:
        """The sections and documents that teammates changed, by the name of who did."""
        names = {each.user_id: each.user.name for each in self.members}
        titles = {question.id: part.title for part in self.draft.sections for question in part.questions}
        edits = [
            (each.edited_by_id, titles[each.question_id])
            for each in self.draft.answers.values()
            if later(each.edited_at, since) and each.question_id in titles
        ]
        edits += [(each.attached_by_id, each.slot.title) for each in self.draft.attachments if each.attached_at > since]
        return by_person((names.get(who, "Somebody"), what) for who, what in edits if who != self.viewer.id)


def later(at: datetime | None, since: datetime) -> bool:
    """Whether something happened, and after this."""
    return at is not None and at > since


def by_person(work: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """What each person worked on, each thing once, in the order given."""
    found: dict[str, dict[str, None]] = {}
    for who, what in work:
        found.setdefault(who, {})[what] = None
    return {who: list(things) for who, things in found.items()}


def read_desk(proposal: Proposal, *, viewer: User, session_hash: str) -> Desk:
    """The task list of a proposal for one of its people. Nothing is received before a first submission, nothing refused
    before the deadline, and nothing clarified before the opening, so that none of it is asked for then."""
    visit = find_visit(viewer, proposal.rfp_id, session_hash)
    opened = proposal.rfp.opened_at is not None
    clarification = waiting_by_proposal([proposal], visit.now).get(proposal.id) if opened else None
    return Desk(
        proposal,
        viewer,
        draft=get_draft(proposal),
        checks=list_checks(proposal),
        requests=list_requests(proposal),
        members=list_members(proposal.organization),
        submissions=list_submissions(proposal) if proposal.received_number else [],
        refusals=list_refusals(proposal) if visit.now > proposal.rfp.closes_at else [],
        visit=visit,
        clarification=clarification,
    )


def find_visit(viewer: User, rfp_id: UUID, session_hash: str) -> Visit:
    """Somebody was here last when the sign-in before the present one ended, so that looking at a page changes nothing.
    That is told in official time, which a demo may have moved away from the machine's."""
    this, earlier = aliased(SignInSession), aliased(SignInSession)
    seen = func.max(func.least(earlier.seen_at, this.began_at)) + (func.official_now() - func.clock_timestamp())
    visit = (
        select(type_coerce(seen, UtcDateTime()).label("at"))
        .where(this.token_hash == session_hash, earlier.user_id == viewer.id, earlier.began_at < this.began_at)
        .cte()
    )
    new = select(func.count(PublishedAnswer.number.distinct())).where(
        PublishedAnswer.rfp_id == rfp_id, PublishedAnswer.published_at > select(visit.c.at).scalar_subquery()
    )
    told = select(type_coerce(func.official_now(), UtcDateTime()), visit.c.at, new.scalar_subquery())
    return Visit(*db.session.execute(told).one())
