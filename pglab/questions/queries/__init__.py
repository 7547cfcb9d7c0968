"""Reading questions and answers: what everyone reads, and what those who answer read."""

from pglab.questions.queries.inbox import (
    Alike,
    Backlog,
    find_by_link,
    find_news_of,
    get_question,
    history_of,
    list_alike,
    list_backlogs,
    list_closed,
    list_open,
    list_unconfirmed_before,
    lock_question,
)
from pglab.questions.queries.own import OwnQuestion, list_own
from pglab.questions.queries.published import (
    PER_PAGE,
    Answered,
    AnswerPage,
    Wanted,
    answer_texts,
    get_editions,
    last_number,
    list_answers,
    list_for_area,
)

__all__ = [
    "PER_PAGE",
    "Alike",
    "AnswerPage",
    "Answered",
    "Backlog",
    "OwnQuestion",
    "Wanted",
    "answer_texts",
    "find_by_link",
    "find_news_of",
    "get_editions",
    "get_question",
    "history_of",
    "last_number",
    "list_alike",
    "list_answers",
    "list_backlogs",
    "list_closed",
    "list_for_area",
    "list_open",
    "list_own",
    "list_unconfirmed_before",
    "lock_question",
]
