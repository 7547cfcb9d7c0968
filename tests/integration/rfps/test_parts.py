"""Parts of a draft in any number and order: nothing typed is lost, positions stay 1 to n, totals stay right."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.rfps import queries, services
from pglab.rfps.models import FormSection, QuestionKind, Rfp
from tests.factories.accounts import make_program_manager
from tests.factories.rfps import make_draft_rfp
from tests.support.person import Person

SETUP = "/manage/cohorts/12/setup/"


@pytest.fixture
def manager(login) -> Person:
    person = make_program_manager()
    make_draft_rfp(actor=person)
    return Person(login(person))


def rfp() -> Rfp:
    return db.session.query(Rfp).one()


def rules() -> list[str]:
    return [rule.text for rule in queries.list_eligibility_rules(rfp().id)]


def test_a_rule_moves_up_down_out_and_in_and_nothing_is_saved_before_save(manager):
    before = rules()
    manager.open(f"{SETUP}eligibility").press("Move up Condition 2", text_1="Typed first", text_2="Typed second")
    manager.sees("Not saved yet")
    assert rules() == before
    manager.press("Remove Condition 5").press("Add a condition")
    manager.press("Save", text_5="Brand new")

    assert rules() == ["Typed second", "Typed first", *before[2:4], "Brand new"]
    assert [rule.position for rule in queries.list_eligibility_rules(rfp().id)] == [1, 2, 3, 4, 5]


def test_saving_an_empty_new_part_is_refused_beside_it(manager):
    manager.open(f"{SETUP}eligibility").press("Add a condition").press("Save", expect=422)
    manager.sees("Enter condition 6")
    assert len(rules()) == 5


def test_a_criterion_from_the_library_remembers_where_it_began(manager):
    manager.open(f"{SETUP}rubric").press("Add “Risk”").press("Save", weight_1="15")

    line = queries.list_criteria(rfp().id)[5]
    assert (line.title, line.weight, line.library_key, line.library_version) == ("Risk", 10, "risk", 1)
    manager.open(f"{SETUP}rubric").press("Add “Risk”").press("Save", expect=422, weight_1="5")
    manager.sees("Another criterion is called “Risk” already.")


def test_what_a_page_says_of_the_library_counts_only_when_there_is_such_an_entry(manager):
    manager.open(f"{SETUP}rubric").press("Save", library_1="made-up@7", library_2="impact@1")
    assert [line.library_key for line in queries.list_criteria(rfp().id)][:2] == [None, "impact"]


def test_a_removed_criterion_leaves_its_section_unscored(manager):
    manager.open(f"{SETUP}rubric").press("Remove Criterion 5").press("Save", weight_1="35")
    sections = {section.title: section.criterion for section in queries.list_form_sections(rfp().id)}
    assert sections["Your company"] is None
    assert sections["Impact on residents"] is not None


def test_two_managers_at_one_list_lose_no_part(manager, login):
    other = Person(login(make_program_manager("Marcus Bell"))).open(f"{SETUP}eligibility")
    manager.open(f"{SETUP}eligibility").press("Add a condition").press("Save", text_6="Theirs")

    other.press("Add a condition").press("Save", expect=409, text_6="Mine", text_1="Mine first")
    other.sees("Theirs", "Not on your page", "Mine first")
    other.press("Save")

    assert rules()[0] == "Mine first"
    assert rules()[5:] == ["Mine", "Theirs"]


def test_documents_take_types_size_and_pages(manager):
    manager.open(f"{SETUP}documents").press("Add a document")
    manager.press(
        "Save", title_3="Site photo", max_mb_3="5", max_pages_3="2", media_types_3=["image/png"], required_3=[]
    )
    slot = queries.list_slots(rfp().id)[2]
    assert (slot.slug, slot.max_bytes, slot.media_types, slot.required) == (
        "site-photo",
        5_000_000,
        ["image/png"],
        False,
    )
    manager.open("/manage/cohorts/12/preview/form/documents/site-photo").sees("PNG. Up to 5 MB and 2 pages")
    manager.open(f"{SETUP}documents").press("Save", expect=422, media_types_1=[]).sees("Select at least one type")


def test_challenges_are_added_moved_and_removed(manager):
    manager.open(f"{SETUP}areas").follow("Add a challenge area")
    host = str(queries.list_hosts()[0].id)
    manager.press("Save", title="Safer streets", teaser="Twice the same name.", host_id=host)
    manager.press("Move up Safer streets").press("Remove for good Cooler neighborhoods")

    areas = queries.list_areas(rfp().cohort_id)
    assert [area.slug for area in areas] == [
        "safer-streets",
        "permits-without-paper",
        "safer-streets-2",
        "ai-for-city-staff",
    ]
    assert [area.position for area in areas] == [1, 2, 3, 4]


def test_hosts_are_added_once(manager):
    manager.open("/manage/hosts").press("Add", name="Public Works", kind="city").sees("Public Works")
    manager.press("Add", expect=422, name="public  works", kind="city").sees("in the list already")


def test_a_step_on_an_old_page_is_refused(manager, login):
    other = Person(login(make_program_manager("Marcus Bell"))).open(f"{SETUP}areas")
    manager.open(f"{SETUP}areas").press("Move up Permits")
    other.press("Move up AI for City staff", expect=409)
    assert queries.list_areas(rfp().cohort_id)[0].title == "Permits without paper"


def make_question(section: FormSection, label: str, **more) -> services.QuestionText:
    return services.QuestionText(label, **{"kind": QuestionKind.SHORT_TEXT, **more})


STEPS = st.lists(st.tuples(st.sampled_from(["up", "down", "out", "add"]), st.integers(0, 12)), max_size=12)


@pytest.mark.usefixtures("rolled_back")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_order_of_steps_keeps_positions_and_words(steps: list[tuple[str, int]]):
    """Questions moved, added and removed at random: positions stay 1 to n in each section, and no other word goes."""
    db.session.rollback()
    actor = make_program_manager()
    draft = make_draft_rfp(actor=actor, number=number_after())
    words = {each.label for each in queries.questions_of(queries.list_form_sections(draft.id))}
    for place, (step, which) in enumerate(steps):
        sections = queries.list_form_sections(draft.id)
        every = queries.questions_of(sections)
        named = {"rfp": draft, "version": draft.version, "actor": actor}
        with transaction():
            if step == "add":
                section = sections[which % len(sections)]
                services.add_question(section, make_question(section, f"New {place}"), **named)
                words.add(f"New {place}")
            elif every and step == "out":
                services.remove_question(every[which % len(every)], **named)
                words.discard(every[which % len(every)].label)
            elif every:
                services.move_question(every[which % len(every)], -1 if step == "up" else 1, **named)
    sections = queries.list_form_sections(draft.id)
    assert all([q.position for q in s.questions] == list(range(1, len(s.questions) + 1)) for s in sections)
    assert {each.label for each in queries.questions_of(sections)} == words


def number_after() -> int:
    return 1 + max((rfp.cohort.number for rfp in db.session.scalars(select(Rfp))), default=100)


@pytest.mark.usefixtures("rolled_back")
def test_a_whole_list_is_arranged_and_the_log_says_how():
    actor = make_program_manager()
    draft = make_draft_rfp(actor=actor)
    stored = queries.list_eligibility_rules(draft.id)
    with transaction():
        given_rules = [services.RuleText(each.text, id=each.id) for each in (stored[2], stored[0])]
        services.change_eligibility(draft, [*given_rules, services.RuleText("New")], version=1, actor=actor)
    kept = queries.list_eligibility_rules(draft.id)
    assert [(each.id, each.position) for each in kept[:2]] == [(stored[2].id, 1), (stored[0].id, 2)]
    with pytest.raises(RuleError, match="at most 40"), transaction():
        services.change_eligibility(draft, [services.RuleText("x")] * 41, version=2, actor=actor)
