"""What a question is about, and where it stands on its way to an answer."""

from enum import StrEnum

from pglab.core.states import Workflow


class Topic(StrEnum):
    """What a question is about: one of the challenges, or one of these."""

    ELIGIBILITY = "eligibility"
    PROPOSAL = "proposal"
    SCORING = "scoring"
    STIPEND = "stipend"
    PILOT = "pilot"
    DATES = "dates"
    OTHER = "other"
    CHALLENGE = "challenge"

    @property
    def spoken(self) -> str:
        """The topic as people read it."""
        return TOPIC_WORDS[self]


TOPIC_WORDS = {
    Topic.ELIGIBILITY: "Who can apply",
    Topic.PROPOSAL: "The proposal and its documents",
    Topic.SCORING: "How proposals are scored",
    Topic.STIPEND: "The stipend",
    Topic.PILOT: "The pilot and its agreement",
    Topic.DATES: "Dates and this site",
    Topic.OTHER: "Something else",
    Topic.CHALLENGE: "A challenge",
}


class QuestionStatus(StrEnum):
    """An unconfirmed question counts for nothing; the three last states of a correction leave the answer public."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    DECLINED = "declined"
    ALREADY_ANSWERED = "already_answered"
    CORRECTING = "correcting"
    CORRECTION_IN_REVIEW = "correction_in_review"


class QuestionEvent(StrEnum):
    """What can happen to a question."""

    CONFIRM = "confirm"
    SEND_TO_SECOND_READER = "send_to_second_reader"
    RETURN = "return"
    PUBLISH = "publish"
    DECLINE = "decline"
    POINT_TO_AN_ANSWER = "point_to_an_answer"
    CORRECT = "correct"
    DROP_THE_CORRECTION = "drop_the_correction"


QUESTION_WORKFLOW = Workflow(
    "question",
    {
        (QuestionStatus.UNCONFIRMED, QuestionEvent.CONFIRM): QuestionStatus.WAITING,
        (QuestionStatus.WAITING, QuestionEvent.SEND_TO_SECOND_READER): QuestionStatus.IN_REVIEW,
        (QuestionStatus.IN_REVIEW, QuestionEvent.RETURN): QuestionStatus.WAITING,
        (QuestionStatus.IN_REVIEW, QuestionEvent.PUBLISH): QuestionStatus.PUBLISHED,
        (QuestionStatus.WAITING, QuestionEvent.POINT_TO_AN_ANSWER): QuestionStatus.ALREADY_ANSWERED,
        (QuestionStatus.WAITING, QuestionEvent.DECLINE): QuestionStatus.DECLINED,
        (QuestionStatus.PUBLISHED, QuestionEvent.CORRECT): QuestionStatus.CORRECTING,
        (QuestionStatus.CORRECTING, QuestionEvent.DROP_THE_CORRECTION): QuestionStatus.PUBLISHED,
        (QuestionStatus.CORRECTING, QuestionEvent.SEND_TO_SECOND_READER): QuestionStatus.CORRECTION_IN_REVIEW,
        (QuestionStatus.CORRECTION_IN_REVIEW, QuestionEvent.RETURN): QuestionStatus.CORRECTING,
        (QuestionStatus.CORRECTION_IN_REVIEW, QuestionEvent.PUBLISH): QuestionStatus.PUBLISHED,
    },
)
# Where somebody has to write, where somebody has to read, and where nothing is left to do.
TO_WRITE = (QuestionStatus.WAITING, QuestionStatus.CORRECTING)
TO_READ = (QuestionStatus.IN_REVIEW, QuestionStatus.CORRECTION_IN_REVIEW)
NUMBERED = (QuestionStatus.PUBLISHED, QuestionStatus.CORRECTING, QuestionStatus.CORRECTION_IN_REVIEW)
CLOSED = (QuestionStatus.DECLINED, QuestionStatus.ALREADY_ANSWERED)
