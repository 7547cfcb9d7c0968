"""What the program asks a startup about its opened proposal, and what the startup answers."""

from datetime import datetime

from pglab.cli.demo import city, proposing
from pglab.proposals import queries, services
from pglab.rfps import queries as rfp_queries

PLAN, DECK = "plan.1", "pitch-deck"


def ask(cohort: int, key: str, text: str, due_at: datetime, name: str = PLAN, slug: str = "") -> None:
    """The first program manager asks about one question of the form and, if it is named, a document."""
    call = city.rfp(cohort)
    wanted = proposing.question_ids(call)[name]
    sections, slots = rfp_queries.list_form_sections(call.id), rfp_queries.list_slots(call.id)
    services.ask_clarification(
        city.proposal(cohort, key),
        text=text,
        questions=[each for section in sections for each in section.questions if each.id == wanted],
        slot=next((slot for slot in slots if slot.slug == slug), None),
        due_at=due_at,
        actor=city.person("Priya Shah"),
    )


def answer(cohort: int, key: str, words: str) -> None:
    """The representative answers the first clarification, with the deck once more where it was asked for."""
    view = queries.get_clarification(city.proposal(cohort, key), 1)
    services.answer_clarification(
        view,
        texts={each.item.id: words for each in view.items if each.item.question},
        given=proposing.file_for(cohort, key, DECK) if view.file else None,
        actor=city.representative(key),
    )
