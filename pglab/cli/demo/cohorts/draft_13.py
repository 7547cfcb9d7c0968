"""Cohort 13 in the middle of being built: one problem of every kind, each with a link to where it is put right."""

from dataclasses import replace

from pglab.accounts.models import User
from pglab.cli.demo import city
from pglab.cli.demo.story import Calendar, Step
from pglab.rfps import queries, services
from pglab.rfps.models import FormQuestion, QuestionKind, Rfp
from pglab.rfps.services import QuestionText

NEXT = 13
WHERE = QuestionText("Where is it used?", QuestionKind.CHOICE, options=["Indoors", "Outdoors"])
LONG_WORDS = (
    "Geographic prioritization of stormwater infrastructure necessitates interdepartmental reconciliation of GIS "
    "inventories, historical maintenance documentation and participatory neighborhood vulnerability assessments."
)


def steps(calendar: Calendar) -> list[Step]:
    """A program manager changes one thing after the other, and stops for the day."""
    acts = (
        change_money,
        add_pitches,
        add_challenge,
        ask_details,
        ask_where,
        ask_weather,
        reword_where,
        add_empty_section,
    )
    return [calendar.on((-1, "11:40"), f"Cohort 13: {act.__name__.replace('_', ' ')}", act) for act in acts]


def draft() -> tuple[Rfp, User]:
    """The draft, and who works on it."""
    return city.rfp(NEXT), city.person("Priya Shah")


def change_money() -> None:
    """A stipend that the installments do not add up to yet, and more awards than the budget covers."""
    rfp, manager = draft()
    cohort = rfp.cohort
    details = services.CallDetails(
        headline=cohort.headline,
        summary=cohort.summary,
        pilot_start_on=cohort.pilot_start_on,
        pilot_end_on=cohort.pilot_end_on,
        budget_cents=150_000_00,
        stipend_cents=26_000_00,
        award_count=6,
    )
    services.change_details(rfp, details, version=rfp.version, actor=manager)


def add_pitches() -> None:
    """A stage whose day is not set yet."""
    rfp, manager = draft()
    stages = services.Stages(has_pitch=True, has_feasibility=False)
    services.change_stages(rfp, stages, version=rfp.version, actor=manager)


def add_challenge() -> None:
    """A challenge that reads hard, uses an abbreviation nobody explains, and does not say what data there is."""
    rfp, manager = draft()
    host = next(host for host in queries.list_hosts() if host.name == "Sustainability and Resilience")
    text = services.AreaText(
        title="Drier basements",
        teaser="Sustainability and Resilience wants to know which basements flood first.",
        problem=LONG_WORDS,
        success="We know a day ahead which twenty streets to warn.",
        constraints="No cameras inside homes.",
        host=host,
        champion_email="",
    )
    services.add_area(rfp, text, version=rfp.version, actor=manager)


def ask(text: QuestionText) -> None:
    """One question more in the section about privacy."""
    rfp, manager = draft()
    section = queries.get_form_section(rfp.id, "privacy")
    services.add_question(section, text, rfp=rfp, version=rfp.version, actor=manager)


def asked(label: str) -> FormQuestion:
    """A question of that section."""
    section = queries.get_form_section(draft()[0].id, "privacy")
    return next(each for each in section.questions if label in each.label)


def ask_details() -> None:
    """A question that appears with an answer."""
    section = queries.get_form_section(draft()[0].id, "privacy")
    personal = next(each for each in section.questions if each.kind is QuestionKind.YES_NO)
    ask(
        QuestionText(
            "Which details, and how are they protected?",
            QuestionKind.LONG_TEXT,
            name="which details it handles",
            word_limit=150,
            show_if_id=personal.id,
            show_if_value="Yes",
        )
    )


def ask_where() -> None:
    """A choice."""
    ask(WHERE)


def ask_weather() -> None:
    """A question that appears with one of its answers."""
    place = asked(WHERE.label)
    ask(
        QuestionText(
            "What weather can it stand?", QuestionKind.SHORT_TEXT, show_if_id=place.id, show_if_value="Outdoors"
        )
    )


def reword_where() -> None:
    """The answer it waits for is gone."""
    rfp, manager = draft()
    reworded = replace(WHERE, options=["Indoors", "On a street", "In a park"])
    services.change_question(asked(WHERE.label), reworded, rfp=rfp, version=rfp.version, actor=manager)


def add_empty_section() -> None:
    """A section that asks nothing."""
    rfp, manager = draft()
    empty = services.FormSectionText("Costs after the pilot", "Your pilot")
    services.add_section(rfp, empty, version=rfp.version, actor=manager)
