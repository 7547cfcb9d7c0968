"""Which notice about a proposal is owed to whom. No mail carries anything of its content."""

from sqlalchemy import select

from pglab.accounts.models import MemberRole, StaffRole, StaffRoleGrant, User
from pglab.accounts.queries import list_members
from pglab.addenda.models import Addendum, Cancellation
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.outbox.queries import is_told
from pglab.outbox.services import owe
from pglab.proposals import policy
from pglab.proposals.models import Opening, Proposal, Submission
from pglab.questions.models import PublishedAnswer
from pglab.rfps.notices import deadline_calendar
from pglab.rfps.queries import Amendment, list_form_sections, list_slots
from pglab.web.filters import et_brief, et_long, et_seconds, et_short


def team(proposal: Proposal) -> list[User]:
    """Everyone who belongs to the proposal's organization."""
    return [membership.user for membership in list_members(proposal.organization)]


def representatives(proposal: Proposal) -> list[User]:
    """Those who may submit."""
    return [m.user for m in list_members(proposal.organization) if m.role is MemberRole.REPRESENTATIVE]


def tell_started(proposal: Proposal, starter: User) -> None:
    """The team and their calendars learn that a proposal was started, by when it is due, what it needs, and who can
    submit it (N6)."""
    rfp, calendar = proposal.rfp, deadline_calendar(proposal.rfp)
    for person in team(proposal):
        yours = person.id == starter.id
        owe(
            "proposal_started",
            person,
            subject=f"{'You' if yours else 'Your team'} started {proposal.reference} – "
            f"apply by {et_brief(rfp.closes_at)}",
            template="proposals/started",
            about=proposal,
            proposal=proposal,
            starter="You" if yours else starter.name,
            parts=[section.title for section in list_form_sections(rfp.id)],
            files=[slot.title for slot in list_slots(rfp.id) if slot.required],
            deadline=et_long(rfp.closes_at),
            representatives=[user.name for user in representatives(proposal)],
            calendar=calendar,
        )


def tell_submitted(submission: Submission) -> None:
    """The whole team gets the receipt (N13), or learns which submission counts now (N14)."""
    proposal = submission.proposal
    again = submission.number > 1
    subject = (
        f"Submission {submission.number} received ({proposal.reference})"
        if again
        else f"Submitted: {proposal.reference}, received {et_short(submission.received_at)}"
    )
    for person in team(proposal):
        owe(
            "proposal_submitted",
            person,
            subject=subject,
            template="proposals/submitted",
            about=proposal,
            submission=submission,
            proposal=proposal,
            received=et_seconds(submission.received_at),
            deadline=et_long(proposal.rfp.closes_at),
        )


def tell_addendum(proposal: Proposal, addendum: Addendum, amendment: Amendment) -> None:
    """The team learns of an addendum and what to do (N10), or of the new deadline (N11); each person once. Who has
    submitted reads that the submission stays in force, who has only a draft reads that it still has to be submitted.
    """
    moved, still_open = amendment.moves_deadline, official_now() <= proposal.rfp.closes_at
    asked = "Action needed: " if addendum.needs_acknowledgement and still_open else ""
    subject = f"New deadline: {et_brief(addendum.closes_at)}" if moved else f"{asked}{addendum.name} changes the RFP"
    calendar = deadline_calendar(proposal.rfp) if moved else ""
    for person in team(proposal):
        if not is_told(person.id, subject=subject, about=proposal.reference):
            owe(
                "deadline_moved" if moved else "addendum_issued",
                person,
                subject=subject,
                template="proposals/deadline_moved" if moved else "proposals/addendum",
                about=proposal,
                proposal=proposal,
                rfp=proposal.rfp,
                addendum=addendum,
                issued=et_long(addendum.issued_at),
                changes=amendment.changes,
                moved=moved,
                still_open=still_open,
                deadline=et_long(proposal.rfp.closes_at),
                representatives=[user.name for user in representatives(proposal)],
                calendar=calendar,
            )


def tell_cancelled(proposal: Proposal, cancellation: Cancellation) -> None:
    """The team learns that the call is cancelled, and why; each person once."""
    subject, calendar = f"{proposal.rfp.reference} was cancelled", deadline_calendar(proposal.rfp)
    for person in team(proposal):
        if not is_told(person.id, subject=subject, about=proposal.reference):
            owe(
                "rfp_cancelled",
                person,
                subject=subject,
                template="proposals/cancelled",
                about=proposal,
                calendar=calendar,
                proposal=proposal,
                rfp=proposal.rfp,
                cancellation=cancellation,
            )


def tell_opening_asked(opening: Opening) -> None:
    """Whoever could be the second person learns that the opening waits for them."""
    others = db.session.scalars(
        select(User)
        .join(StaffRoleGrant, StaffRoleGrant.user_id == User.id)
        .where(
            StaffRoleGrant.role.in_([StaffRole(role) for role in policy.OPENERS]),
            User.person_id != opening.asked_by.person_id,
            User.active,
        )
        .distinct()
    )
    for person in others:
        owe(
            "opening_asked",
            person,
            subject=f"Action needed: open the proposals of {opening.rfp.reference}",
            template="proposals/opening_asked",
            about=opening.rfp,
            opening=opening,
        )


def tell_answers(person: User, proposal: Proposal, answers: list[PublishedAnswer]) -> None:
    """Somebody who works on a proposal learns which questions were answered since the last such mail (N9)."""
    number = proposal.rfp.cohort.number
    owe(
        "answers_published",
        person,
        subject=f"New answers for PGH Lab Cohort {number} ({len(answers)})",
        template="proposals/answers",
        about=proposal,
        cohort=number,
        answers=answers,
    )
