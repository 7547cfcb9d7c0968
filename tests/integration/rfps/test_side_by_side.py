"""Two managers work side by side: on different parts of a draft nobody is asked anything, on one part nobody loses."""

from dataclasses import replace

import pytest

from pglab.core.db import db, transaction
from pglab.rfps import queries, services
from pglab.rfps.models import QuestionKind, Rfp
from tests.factories.accounts import make_program_manager
from tests.factories.rfps import make_draft_rfp
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")
SETUP = "/manage/cohorts/12/setup"


@pytest.fixture
def rfp() -> Rfp:
    return make_draft_rfp()


@pytest.fixture
def priya(rfp, login) -> Person:
    return Person(login(make_program_manager("Priya Shah")), "Priya")


@pytest.fixture
def marcus(rfp, login) -> Person:
    return Person(login(make_program_manager("Marcus Bell")), "Marcus")


def stored(rfp: Rfp) -> Rfp:
    db.session.expire_all()
    return db.session.get_one(Rfp, rfp.id)


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("areas/safer-streets", {"teaser": "Where people are nearly hit."}),
        ("details", {"headline": "Try it on our streets"}),
        ("rubric", {"title_1": "Fit"}),
        ("installments", {"milestone_1": "A plan"}),
        ("questions/sections/company", {"title": "Who you are"}),
    ],
)
def test_a_change_to_another_part_is_no_reason_to_ask(rfp, priya, marcus, page, typed):
    priya.open(f"{SETUP}/{page}")
    marcus.open(f"{SETUP}/areas/permits-without-paper").press("Save", teaser="Forms that fill themselves.")
    marcus.open(f"{SETUP}/documents").press("Save", title_1="Slides")
    priya.press("Save", **typed).does_not_see("Somebody else saved changes first")
    kept = queries.snapshot_of(stored(rfp))
    assert {area["teaser"] for area in kept["areas"]} > {"Forms that fill themselves."}
    assert kept["documents"][0]["title"] == "Slides"
    assert next(iter(typed.values())) in str(kept)


@pytest.mark.parametrize(
    ("page", "field"), [("areas/safer-streets", "teaser"), ("details", "headline"), ("rubric", "title_1")]
)
def test_on_one_part_whoever_comes_second_is_asked_and_then_saves(rfp, priya, marcus, page, field):
    priya.open(f"{SETUP}/{page}")
    marcus.open(f"{SETUP}/{page}").press("Save", **{field: "Words of Marcus"})
    priya.press("Save", **{field: "Words of Priya"}, expect=409).sees("Somebody else saved changes first")
    assert "Words of Marcus" in str(queries.snapshot_of(stored(rfp)))
    marcus.open(f"{SETUP}/{page}").press("Save", **{field: "More words of Marcus"})
    priya.press("Save", expect=409).sees("More words of Marcus")
    priya.press("Save")
    assert "Words of Priya" in str(queries.snapshot_of(stored(rfp)))


def test_parts_that_were_moved_on_the_page_are_still_compared_with_what_the_page_began_with(rfp, priya, marcus):
    priya.open(f"{SETUP}/rubric").press("Move down Criterion 1", expect=200)
    marcus.open(f"{SETUP}/rubric").press("Save", title_3="Newness")
    priya.press("Save", expect=409).sees("Somebody else saved changes first")


def test_a_page_that_does_not_say_what_it_began_with_is_held_to_the_version(rfp, priya, marcus):
    marcus.open(f"{SETUP}/documents").press("Save", title_1="Slides")
    typed = {"version": 1, "has_pitch": "yes"}
    assert priya.client.post(f"{SETUP}/stages", data=typed).status_code == 409
    assert not stored(rfp).has_pitch


def test_a_condition_that_no_longer_holds_is_not_dropped_by_opening_the_question_and_saving(rfp, priya, marcus):
    manager = make_program_manager()
    section = queries.get_form_section(rfp.id, "privacy")
    first = queries.questions_of([section])[0]
    text = services.QuestionText("Which details?", QuestionKind.SHORT_TEXT)
    shown = replace(text, show_if_id=first.id, show_if_value="Yes")
    with transaction():
        asked = services.add_question(section, shown, rfp=rfp, version=rfp.version, actor=manager)
    marcus.open(f"{SETUP}/questions/{first.id}").press("Save", kind="number")
    priya.open(f"{SETUP}/questions/{asked.id}").sees("is Yes (no longer an answer)")
    priya.press("Save", expect=422).sees("Select an answer of another question")
    assert stored(rfp) and asked.show_if_value == "Yes"
    priya.press("Save", show_if="")
    assert stored(rfp) and asked.show_if_id is None
