"""Cohort 13 in the middle of being built: one problem of every kind, each with a link to where it is put right."""

from dataclasses import replace

from pglab.accounts.models import User
from pglab.cli.demo import city
from pglab.rfps import queries, services
from pglab.rfps.models import QuestionKind, Rfp

NEXT = 13
LONG_WORDS = (
    "Geographic prioritization of stormwater infrastructure necessitates interdepartmental reconciliation of GIS "
    "inventories, historical maintenance documentation and participatory neighborhood vulnerability assessments."
)


def half_change() -> None:
    """A program manager changes the stipend, adds a challenge and rebuilds the form, and stops for the day."""
    rfp, manager = city.rfp(NEXT), city.person("Priya Shah")
    change_money(rfp, manager)
    add_challenge(rfp, manager)
    rebuild_form(rfp, manager)


def change_money(rfp: Rfp, manager: User) -> None:
    """A stipend that the installments do not add up to yet, and more awards than the budget covers."""
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


def add_challenge(rfp: Rfp, manager: User) -> None:
    """A challenge that reads hard, uses an abbreviation nobody explains, and does not say what data there is."""
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


def rebuild_form(rfp: Rfp, manager: User) -> None:
    """A question that appears with an answer, one whose answer is gone, and a section that asks nothing."""
    section = queries.get_form_section(rfp.id, "privacy")
    personal = next(each for each in section.questions if each.kind is QuestionKind.YES_NO)
    details = services.QuestionText(
        "Which details, and how are they protected?",
        QuestionKind.LONG_TEXT,
        name="which details it handles",
        word_limit=150,
        show_if_id=personal.id,
        show_if_value="Yes",
    )
    services.add_question(section, details, rfp=rfp, version=rfp.version, actor=manager)
    where = services.QuestionText("Where is it used?", QuestionKind.CHOICE, options=["Indoors", "Outdoors"])
    place = services.add_question(section, where, rfp=rfp, version=rfp.version, actor=manager)
    weather = services.QuestionText(
        "What weather can it stand?", QuestionKind.SHORT_TEXT, show_if_id=place.id, show_if_value="Outdoors"
    )
    services.add_question(section, weather, rfp=rfp, version=rfp.version, actor=manager)
    reworded = replace(where, options=["Indoors", "On a street", "In a park"])
    services.change_question(place, reworded, rfp=rfp, version=rfp.version, actor=manager)
    empty = services.FormSectionText("Costs after the pilot", "Your pilot")
    services.add_section(rfp, empty, version=rfp.version, actor=manager)
