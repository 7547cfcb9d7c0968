"""Who may ask, who answers, and who reads what was asked."""

from datetime import datetime

from pglab.accounts.models import StaffRole, User
from pglab.questions.models import Question
from pglab.questions.states import TO_READ, TO_WRITE
from pglab.rfps.models import Rfp
from pglab.rfps.states import Phase

READERS = (StaffRole.PROGRAM_MANAGER, StaffRole.DIRECTOR)
WRITERS = (StaffRole.PROGRAM_MANAGER,)
# A question that has waited more business days than this needs attention.
LATE_AFTER = 2


def takes_questions(rfp: Rfp, now: datetime) -> bool:
    """Anyone may ask while the call is open for questions, to the microsecond of its last day to ask."""
    return rfp.phase(now) is Phase.OPEN_FOR_QUESTIONS


def may_read(user: User) -> bool:
    """What was asked and by whom is for those who answer: program managers and directors."""
    return user.has_staff_role(*READERS)


def may_draft(user: User, question: Question) -> bool:
    """Program managers write answers, while nobody else is reading them."""
    return user.has_staff_role(*WRITERS) and question.status in TO_WRITE


def may_publish(user: User, question: Question, *, drafter: User) -> bool:
    """The second reader: a director or another program manager, another human than who wrote the answer."""
    return may_read(user) and question.status in TO_READ and user.person_id != drafter.person_id
