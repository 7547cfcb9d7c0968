"""Who sets, releases, sees and answers decisions, and what a debrief may say."""

import re
from datetime import date, datetime, timedelta

from pglab.accounts.models import MemberRole, StaffRole, User
from pglab.awards.models import Decision, Release
from pglab.awards.states import DecisionStatus
from pglab.core.clock import EASTERN
from pglab.core.text import same_name_key

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR, StaffRole.AUDITOR)
SETTERS = (StaffRole.PROGRAM_MANAGER,)
RELEASERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)
# How long after the decision a startup may ask for a debrief meeting; ours, and printed on the decision.
DEBRIEF_DAYS = 14
# With fewer scored proposals a band would tell the place.
BAND_FROM = 6
WORD = re.compile(r"[\w.’'-]*\w")


def may_set(user: User) -> bool:
    """Program managers prepare decisions and ask for their release."""
    return user.has_staff_role(*SETTERS)


def may_release(user: User, release: Release) -> bool:
    """The second person is a program manager or director, and another human than the one who asked."""
    return user.has_staff_role(*RELEASERS) and user.person_id != release.asked_by.person_id


def may_see(user: User, decision: Decision) -> bool:
    """The startup's own people see a decision once it is released, program staff and auditors also before."""
    if user.role_in(decision.proposal.organization_id) is not None:
        return decision.status is not DecisionStatus.PENDING
    return user.has_staff_role(*READERS)


def may_answer(user: User, decision: Decision) -> bool:
    """Only an authorized representative accepts or declines an award."""
    return user.role_in(decision.proposal.organization_id) is MemberRole.REPRESENTATIVE


def debrief_until(released_at: datetime) -> date:
    """The last day to ask for a debrief meeting, on the City's calendar."""
    return released_at.astimezone(EASTERN).date() + timedelta(days=DEBRIEF_DAYS)


def band(position: int | None, scored: int) -> str:
    """Where a proposal stood, as a third of the field, never as a place; nothing when there are too few to hide it."""
    if position is None or scored < BAND_FROM:
        return ""
    third = min((position - 1) * 3 // scored, 2)
    return ("the upper third", "the middle third", "the lower third")[third]


def named_evaluator(feedback: str, names: list[str]) -> str | None:
    """The first evaluator's name that the feedback gives away, whole or in part; None when it names nobody.

    A whole name counts in any spelling of capitals; one part of it only as a capitalized word, so that an evaluator
    called Young does not forbid the word “young”.
    """
    found = WORD.findall(feedback)
    folded, words = f" {same_name_key(' '.join(found))} ", set(found)
    for name in names:
        if f" {same_name_key(name)} " in folded:
            return name
        for part in name.split():
            if len(part) > 2 and words & {part, part.upper(), f"{part}'s", f"{part}’s"}:
                return part
    return None
