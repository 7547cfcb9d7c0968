"""Forms as a whole: choices, ticks, hidden fields, refusals of the rules, and how they are drawn."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask, render_template_string
from wtforms import FieldList, StringField
from wtforms.validators import DataRequired, Length

from pglab.core.errors import RuleError
from pglab.web import forms


class Kind(StrEnum):
    """What an evaluator can declare."""

    NONE = "none"
    CONFLICT = "conflict"


class Everything(forms.Form):
    """One field of every kind."""

    version = forms.VersionField()
    key = forms.IdempotencyKeyField()
    name = forms.LineField("Name", description="As you write it")
    why = forms.LongTextField("Why", word_limit=10)
    kind = forms.ChoiceField("Conflict", choices=[(kind, kind.value) for kind in Kind], coerce=Kind, blank="Select one")
    area = forms.SelectField("Challenge area", choices=[("a", "Safer streets"), ("b", "Permits")])
    done = forms.YesNoField("Completed?", blank="Select whether you’ve completed this section")
    topics = forms.ManyChoiceField("Also fits", choices=[("x", "Climate"), ("y", "Mobility", "People and goods")])
    true = forms.TickField("The information is true.", blank="Select that the information is true")
    amount = forms.MoneyField("Amount")
    people = forms.WholeNumberField("People")
    founded = forms.DateField("Founded")
    closes = forms.EasternDateTimeField("Deadline")
    deck = forms.UploadField("Pitch deck", thing="a pitch deck")
    plain = StringField("Plain", validators=[DataRequired(), Length(max=5)])
    lines = FieldList(forms.LineField("Line"), min_entries=2)


GOOD = {
    "version": "3", "key": "a-key-of-this-form", "name": "Dana", "why": "Because", "kind": "conflict", "area": "b",
    "done": "no", "topics": ["y", "x"], "true": "yes", "amount": "5", "people": "1", "founded": "2026-01-02",
    "closes-date": "2026-10-16", "closes-time": "16:00", "plain": "x", "lines-0": "a", "lines-1": "b",
}  # fmt: skip
DRAWN = """
{% from "_macros/form.html" import error_summary, form_open, field, submit %}
{{ error_summary(form) }}{{ form_open("/there", form, multipart=True) }}
{% for each in form if each.type != "FieldList" %}{{ field(each) }}{% endfor %}{{ submit("Save") }}</form>
"""


def test_good_answers_become_the_values_services_want(post: Callable[..., Any]) -> None:
    form = post(Everything, **GOOD)

    assert (form.version.data, form.key.data, form.kind.data, form.area.data) == (
        3,
        "a-key-of-this-form",
        Kind.CONFLICT,
        "b",
    )
    assert (form.done.data, form.topics.data, form.true.data, form.amount.data) == (False, ["y", "x"], True, 500)
    assert form.problems == [("deck", "Select a pitch deck")]


def test_choices_that_are_not_offered_are_refused(post: Callable[..., Any]) -> None:
    form = post(Everything, **{**GOOD, "kind": "friend", "area": "z", "topics": ["x", "q"], "done": "maybe"})

    assert [problem.message for problem in form.problems[:4]] == [
        "Select one",
        "Select challenge area",
        "Select whether you’ve completed this section",
        "Select also fits",
    ]
    assert (form.kind.data, form.topics.data, form.done.data) == (None, [], None)


def test_two_answers_to_one_question_are_refused(post: Callable[..., Any]) -> None:
    assert ("name", "Enter name once") in post(Everything, **{**GOOD, "name": ["Dana", "Lee"]}).problems


def test_hidden_fields_take_nothing_but_their_own(post: Callable[..., Any]) -> None:
    form = post(Everything, **{**GOOD, "version": "1e3", "key": "<x>"})

    assert (bool(form.version.errors), bool(form.key.errors)) == (True, True)
    assert [problem.target for problem in form.problems] == ["", "deck"], "what both say is said once"
    assert (form.version.data, form.key.data) == (None, None)


def test_problems_stand_in_the_order_of_the_fields(post: Callable[..., Any]) -> None:
    targets = [problem.target for problem in post(Everything).problems]

    assert targets == [
        "", "", "name", "why", "kind-0", "area", "done-0", "topics-0", "true", "amount", "people", "founded",
        "closes-date", "deck", "plain", "lines-0", "lines-1",
    ]  # fmt: skip


def test_a_refusal_of_the_rules_stands_beside_its_field_or_above_the_form(post: Callable[..., Any]) -> None:
    form = post(Everything, **GOOD)

    form.show(RuleError("ACH 88213 is already used for S12-0003", field="amount"))
    form.show(RuleError("The stipend is spent."))
    form.show(RuleError("Nothing like it here.", field="elsewhere"))

    assert form.problems[:3] == [
        ("", "The stipend is spent."),
        ("", "Nothing like it here."),
        ("amount", "ACH 88213 is already used for S12-0003"),
    ]
    assert form.errors


@pytest.fixture
def drawn(post: Callable[..., Any]) -> str:
    """The form as drawn after nothing was filled in."""
    return render_template_string(DRAWN, form=post(Everything))


def test_the_browser_checks_nothing(drawn: str) -> None:
    assert "novalidate" in drawn
    assert not re.search(r"<(input|textarea|select)[^>]* (required|maxlength|minlength|pattern|min|max)\b", drawn)


def test_every_control_has_a_label_and_every_description_exists(drawn: str) -> None:
    ids = re.findall(r' id="([^"]+)"', drawn)
    described = {name for names in re.findall(r'aria-describedby="([^"]+)"', drawn) for name in names.split()}
    controls = re.findall(r"<(?:input|textarea|select)(?![^>]*hidden)[^>]* id=\"([^\"]+)\"", drawn)

    assert len(ids) == len(set(ids))
    assert described <= set(ids)
    assert set(controls) == {*controls} & {*re.findall(r'<label[^>]* for="([^"]+)"', drawn)}


def test_every_problem_is_linked_and_repeated_beside_its_field(drawn: str) -> None:
    for target, message in re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', drawn):
        if not target.startswith("lines"):
            assert f'id="{target}"' in drawn
            assert drawn.count(message) >= 2


def test_hidden_fields_are_sent_along_without_ids(drawn: str) -> None:
    assert re.findall(r'<input type="hidden" name="([^"]+)"', drawn) == ["version", "key"]


def test_typed_text_is_shown_as_text(post: Callable[..., Any]) -> None:
    page = render_template_string(DRAWN, form=post(Everything, name="<script>alert(1)</script>", why="</textarea><b>"))

    assert "<script>" not in page
    assert "</textarea><b>" not in page


def test_filters_are_read_from_the_address(bare_app: Flask) -> None:
    class Filters(forms.FilterForm):
        """A list's filters."""

        status = forms.SelectField("Status", choices=[("paid", "Paid")], required=False)

    with bare_app.test_request_context("/?status=paid"):
        assert Filters().status.data == "paid"
    with bare_app.test_request_context("/?status=stolen"):
        form = Filters()
        assert (form.validate(), form.status.data) == (False, None)
