"""Questions at each point of their way, made through the services."""

import sqlalchemy

from pglab.accounts.models import User
from pglab.audit.services import record
from pglab.core.db import db, transaction
from pglab.questions import services
from pglab.questions.models import PublishedAnswer, Question
from pglab.questions.services import Asked, Draft
from pglab.questions.states import Topic
from pglab.rfps.models import Rfp
from tests.factories.accounts import make_program_manager, make_user

TEXT = "May two startups apply together with one proposal?"
ANSWER = "Yes. One of them signs the agreement and is paid."

MORE = """
    INSERT INTO published_answers (id, rfp_id, question_id, number, edition, topic, area_slug, question, answer, words,
        asked_at, published_at, drafted_by_id, published_by_id)
    SELECT gen_random_uuid(), rfp_id, question_id, place, 1, topic, area_slug, 'Is this number ' || place || '?',
        answer, words, asked_at, published_at + place * interval '1 millisecond', drafted_by_id, published_by_id
    FROM published_answers, generate_series(2, :count) AS place WHERE id = :first ORDER BY place
"""


def make_question(rfp: Rfp, text: str = TEXT, *, asker: User | None = None, slug: str | None = None) -> Question:
    """A question that waits for an answer, from somebody with a confirmed address."""
    asker = asker or make_user("Ask Er")
    topic = Topic.CHALLENGE if slug else Topic.ELIGIBILITY
    with transaction():
        return services.ask_question(rfp, Asked(text, topic, slug), email=asker.email, actor=asker)


def make_read(question: Question, *, writer: User | None = None, wording: str = "", answer: str = ANSWER) -> Question:
    """A question whose answer is with a second reader."""
    draft = Draft(question.topic, question.area_slug, wording or question.asked_text, answer)
    with transaction():
        return services.send_to_second_reader(
            question, draft, version=question.version, actor=writer or make_program_manager("Wanda Writer")
        )


def publish(*questions: Question, reader: User | None = None) -> list[PublishedAnswer]:
    """What a second person publishes together."""
    with transaction():
        return services.publish_answers(
            questions[0].rfp,
            [(each, each.version) for each in questions],
            actor=reader or make_program_manager("Rhea Reader"),
        )


def make_answer(rfp: Rfp, text: str = TEXT, answer: str = ANSWER, *, slug: str | None = None) -> PublishedAnswer:
    """A published answer."""
    return publish(make_read(make_question(rfp, text, slug=slug), answer=answer))[0]


def make_answers(rfp: Rfp, count: int) -> None:
    """So many published answers, each about safer streets."""
    first = make_answer(rfp, slug="safer-streets")
    with transaction():
        db.session.execute(sqlalchemy.text(MORE), {"count": count, "first": first.id})
        record("made.for_a_test", db.session.get_one(Question, first.question_id), actor=None)
