"""The form builder, its preview and the gate before publication: no startup meets a question that can't be answered."""

import pytest
from jinja2 import DictLoader

from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.rfps import queries, services
from pglab.rfps.models import FormQuestion, QuestionKind, Rfp
from pglab.rfps.routes import branches
from tests.factories.accounts import make_program_manager
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.person import Person

SETUP = "/manage/cohorts/12/setup/"


@pytest.fixture
def manager(login) -> Person:
    person = make_program_manager()
    make_draft_rfp(actor=person)
    return Person(login(person))


def rfp() -> Rfp:
    return db.session.query(Rfp).one()


def asked(label: str) -> FormQuestion:
    return db.session.query(FormQuestion).filter_by(label=label).one()


def test_a_section_and_questions_of_every_kind_are_added(manager):
    manager.open(f"{SETUP}questions").follow("Add a section")
    manager.press("Save", title="Costs", group="Your pilot")
    for kind in QuestionKind:
        more = {"options": "Small\nLarge\n\nSmall"} if kind.offers_options else {}
        more |= {"word_limit": "50"} if kind is QuestionKind.LONG_TEXT else {}
        manager.open(f"{SETUP}questions/sections/costs/new").press(
            "Save", label=f"A {kind.value}?", kind=kind.value, **more
        )

    section = queries.get_form_section(rfp().id, "costs")
    assert [question.kind for question in section.questions] == list(QuestionKind)
    assert asked("A choice?").options == ["Small", "Large"]
    assert asked("A date?").name == "an answer to “A date?”"
    manager.open("/manage/cohorts/12/preview/form/sections/costs").sees("A money?", "Large")
    assert services.find_obstacles(rfp()) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "choice", "options": "One"}, "Enter at least two options, one on each line"),
        ({"kind": "long_text"}, "Enter the word limit"),
        ({"kind": "choice", "options": "x" * 201 + "\ny"}, "each of 200 characters or fewer"),
    ],
)
def test_what_does_not_fit_the_kind_is_refused_beside_the_field(manager, typed, said):
    manager.open(f"{SETUP}questions/sections/plan/new").press("Save", expect=422, label="What?", **typed).sees(said)
    assert len(queries.get_form_section(rfp().id, "plan").questions) == 2


def add_condition(manager: Person) -> None:
    """A question that is asked when personal details are handled."""
    details = asked("Does your product handle personal details of residents?")
    manager.open(f"{SETUP}questions/sections/privacy/new")
    manager.press("Save", label="Which details?", kind="short_text", show_if=f"{details.id}|1")


def test_a_condition_is_walked_in_the_preview_and_kept_in_the_version(manager):
    add_condition(manager)
    manager.open("/manage/cohorts/12/preview/form/sections/privacy").does_not_see("Which details?")
    manager.press("Save and continue", q1="yes", q2="With a screen reader.").sees("Which details?")
    manager.open("/manage/cohorts/12/preview/form").follow("Which details?").sees("Which details?")

    question = queries.snapshot_of(rfp())["form"][5]["questions"][2]
    assert question["show_if"] == {"question": [6, 1], "answer": "Yes"}
    manager.open("/cohorts/12/proposal-questions").sees("Only if “Does your product handle personal details")


def test_a_question_that_others_depend_on_stays(manager):
    add_condition(manager)
    manager.open(f"{SETUP}questions").press("Remove for good Does your product handle")
    manager.sees("“Which details?” depends on this question.")


def test_a_question_moved_before_its_condition_stops_publication_until_it_is_moved_back(manager):
    add_condition(manager)
    manager.open(f"{SETUP}questions").press("Move up Which details?").press("Move up Which details?")
    manager.sees("Never asked")
    manager.open("/manage/cohorts/12/setup").sees("“Which details?” can never be asked: it depends on")
    manager.open("/manage/cohorts/12/publication").press("Send for review", expect=422)
    manager.open(f"{SETUP}questions").press("Move down Which details?")
    assert services.find_obstacles(rfp()) == []


def test_an_option_that_a_condition_needs_may_go_and_is_then_named(manager):
    manager.open(f"{SETUP}questions/sections/plan/new").press("Save", label="Where?", kind="choice", options="A\nB")
    manager.open(f"{SETUP}questions/sections/plan/new")
    manager.press("Save", label="Why B?", kind="short_text", show_if=f"{asked('Where?').id}|2")
    manager.open(f"{SETUP}questions/{asked('Where?').id}").press("Save", options="A\nC")
    assert services.find_obstacles(rfp()) == ["“Why B?” can never be asked: “B” is no answer to “Where?”."]


def test_a_branch_that_cannot_be_drawn_stops_publication(app, manager, monkeypatch):
    """Negative control: the template of startups fails for one question, and the gate names it."""
    add_condition(manager)
    assert branches.draw_every_branch(queries.Parts(rfp())) == []
    loader = app.jinja_env.loader
    broken = (
        "{% macro section_questions(questions, form, names) %}"
        '{% for q in questions if q.label != "Which details?" %}<input name="{{ names[loop.index0] }}">{% endfor %}'
        "{% endmacro %}"
    )
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader({"rfps/_section.html": broken}))
    app.jinja_env.cache.clear()
    try:
        found = [each.message for each in branches.draw_every_branch(queries.Parts(rfp()))]
        with pytest.raises(RuleError, match="can’t be shown"), transaction():
            services.send_for_review(rfp(), actor=make_program_manager())
    finally:
        monkeypatch.setattr(app.jinja_env, "loader", loader)
        app.jinja_env.cache.clear()
    assert found == ["“Which details?” can’t be shown when the answer before it is “Yes”."]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("problem", "the problem"),
        ("affected", "who has the problem"),
        ("success", "what success looks like"),
        ("constraints", "the constraints"),
        ("data_and_sites", "which data and sites there are"),
    ],
)
def test_an_area_that_leaves_something_out_is_not_published(manager, field, said):
    manager.open(f"{SETUP}areas/safer-streets").press("Save", **{field: ""})
    manager.open("/manage/cohorts/12/setup").sees(f"“Safer streets” does not say {said}.", "1 to fix")
    assert f'href="/manage/cohorts/12/setup/areas/safer-streets#{field}"' in manager.text
    manager.open("/manage/cohorts/12/publication").press("Send for review", expect=422)


def test_hard_reading_and_unexplained_abbreviations_warn_and_do_not_refuse(manager):
    hard = "Municipal infrastructural prioritization methodologies necessitate comprehensive GIS reconsideration " * 3
    manager.open(f"{SETUP}areas/safer-streets").press("Save", problem=hard)
    manager.open("/manage/cohorts/12/setup").sees("reads at grade", "uses GIS without saying what that is")
    manager.open("/manage/cohorts/12/publication").press("Send for review").sees("Waiting for review")


def test_a_cohort_starts_from_an_earlier_one_with_all_its_parts(manager):
    add_condition(manager)
    manager.open(f"{SETUP}stages").press("Save", has_pitch="yes")
    manager.open(f"{SETUP}eligibility").press("Remove Condition 5").press("Save")
    before = queries.snapshot_of(rfp())

    manager.open("/manage/cohorts/new").press(
        "Create the cohort", number="14", source="12", budget_cents="75,000", award_count="3"
    )

    after = queries.snapshot_of(db.session.query(Rfp).filter_by(reference="RFP-14").one())
    for part in (
        "areas",
        "sections",
        "eligibility",
        "eligibility_check",
        "criteria",
        "form",
        "documents",
        "installments",
        "stages",
    ):
        assert after[part] == before[part]


def test_the_emails_stand_there_word_for_word(manager):
    manager.open("/manage/cohorts/12/setup").follow("Preview the emails")
    manager.sees(
        "PGH Lab Cohort 12 is open: apply by", "Challenge areas: Safer streets", "0 people", "RFP-12 is published"
    )


def test_the_eligibility_check_names_the_rule_and_keeps_nothing(client):
    make_open_rfp()
    startup = Person(client).open("/cohorts/12").follow("Check your fit in a minute")
    startup.press("Check", expect=422, rule1="yes").sees("Select yes or no: Are your headquarters in Allegheny County?")
    answers = {"rule1": "yes", "rule2": "no", "rule3": "yes", "rule4": "yes"}
    startup.open("/cohorts/12/eligibility").press("Check", **answers)
    startup.sees(
        "This cohort may not fit you", "Its headquarters are in Allegheny County", "Other ways to work with the City"
    )
    startup.open("/cohorts/12/eligibility").press("Check", **{**answers, "rule2": "yes"})
    startup.sees("You fit, as far as this check goes", "You accept the program’s rules").sees("Start a proposal")


def test_a_cohort_without_such_questions_has_no_check(client):
    make_open_rfp()
    assert client.get("/cohorts/99/eligibility").status_code == 404
