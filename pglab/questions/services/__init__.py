"""What may be done with questions: ask one, draft its answer, have that read by a second person, publish, correct."""

from pglab.questions.services.answering import (
    Draft,
    StaleDraftError,
    decline_question,
    drop_correction,
    point_to_answer,
    return_draft,
    save_draft,
    send_to_second_reader,
    start_correction,
)
from pglab.questions.services.asking import (
    LINK_WORKS_FOR,
    Asked,
    ask_question,
    confirm_question,
    link_expires_at,
    read_link,
    remove_unconfirmed,
    why_closed,
)
from pglab.questions.services.publishing import answers_published, publish_answers, take_news

__all__ = [
    "LINK_WORKS_FOR",
    "Asked",
    "Draft",
    "StaleDraftError",
    "answers_published",
    "ask_question",
    "confirm_question",
    "decline_question",
    "drop_correction",
    "link_expires_at",
    "point_to_answer",
    "publish_answers",
    "read_link",
    "remove_unconfirmed",
    "return_draft",
    "save_draft",
    "send_to_second_reader",
    "start_correction",
    "take_news",
    "why_closed",
]
