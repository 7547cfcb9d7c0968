"""The form to ask, the filters of the list, and the forms of those who answer."""

from collections.abc import Iterable
from typing import Any

from flask import request

from pglab.questions.models import Question
from pglab.questions.queries import Wanted
from pglab.questions.services import Asked, Draft
from pglab.questions.states import Topic
from pglab.web.forms import (
    DateField,
    EmailField,
    FilterForm,
    Form,
    LineField,
    ManyChoiceField,
    SelectField,
    TextField,
    VersionField,
    WholeNumberField,
)

LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_REASON = 2000, 6000, 500
ABOUT_A_CHALLENGE = "challenge:"
Choice = tuple[Any, str] | tuple[Any, str, str]


def about_choices(areas: Iterable[dict[str, Any]]) -> list[Choice]:
    """What a question can be about: the topics, then the challenges of the call."""
    topics: list[Choice] = [(topic.value, topic.spoken) for topic in Topic if topic is not Topic.CHALLENGE]
    return [*((ABOUT_A_CHALLENGE + area["slug"], area["title"]) for area in areas), *topics]


def read_about(chosen: str) -> tuple[Topic, str | None]:
    """The topic, and the challenge if it is one."""
    if chosen.startswith(ABOUT_A_CHALLENGE):
        return Topic.CHALLENGE, chosen.removeprefix(ABOUT_A_CHALLENGE)
    return Topic(chosen), None


def about_value(topic: Topic, area_slug: str | None) -> str:
    """The same as it stands in a form."""
    return ABOUT_A_CHALLENGE + area_slug if area_slug else topic.value


class AboutForm(Form):
    """A form that asks what a question is about: offered are the challenges of its call, and the topics."""

    about: SelectField

    def __init__(self, areas: Iterable[dict[str, Any]], **kwargs: Any) -> None:
        self.offered = about_choices(areas)
        super().__init__(**kwargs)

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Know what is offered before reading what was chosen."""
        self.about.choices = self.offered
        super().process(*args, **kwargs)


class AskForm(AboutForm):
    """One question; whoever is signed in is not asked for an address."""

    text = TextField("Your question", max_length=LONGEST_QUESTION)
    about = SelectField("What is it about?", blank="Select what your question is about")
    email = EmailField("Your email")

    @property
    def asked(self) -> Asked:
        """What was asked."""
        topic, slug = read_about(self.about.data)
        return Asked(self.text.data, topic, slug)


class AnswerFilter(FilterForm):
    """Which answers the list shows."""

    q = LineField("Search", required=False, max_length=100)
    about = SelectField("About", required=False, nothing="Everything")
    since = DateField("New since", required=False)

    def read(self, areas: Iterable[dict[str, Any]]) -> Wanted:
        """What the reader looks for; what cannot be read looks for everything and says so."""
        self.about.choices = about_choices(areas)
        self.process(request.args)
        self.validate()
        topic, slug = read_about(self.about.data) if self.about.data else (None, None)
        return Wanted(self.q.data or "", topic, slug, self.since.data)


class DraftForm(AboutForm):
    """An answer being written."""

    version = VersionField()
    about = SelectField("About", blank="Select what the question is about")
    wording = TextField(
        "The question as everyone will read it", thing="the question as everyone will read it",
        max_length=LONGEST_QUESTION,
        description="Take out names, addresses and whatever tells who asked. What was asked is kept as it is.",
    )  # fmt: skip
    answer = TextField("The answer", required=False, max_length=LONGEST_ANSWER, description="Plain text.")

    @property
    def draft(self) -> Draft:
        """What was written."""
        topic, slug = read_about(self.about.data)
        return Draft(topic, slug, self.wording.data, self.answer.data)


def draft_values(question: Question) -> dict[str, Any]:
    """What the form starts with: the draft, or the question as it was asked."""
    return {
        "version": question.version,
        "about": about_value(question.topic, question.area_slug),
        "wording": question.wording or question.asked_text,
        "answer": question.answer,
    }


class ReturnForm(Form):
    """Why an answer comes back."""

    reason = TextField("What has to change", thing="what has to change", max_length=LONGEST_REASON)


class DeclineForm(Form):
    """Why a question is not answered."""

    reason = TextField(
        "Why it is not answered", thing="why it is not answered", max_length=LONGEST_REASON,
        description="The asker reads this.",
    )  # fmt: skip


class PointForm(Form):
    """Which answer is this question's too."""

    number = WholeNumberField("Number of the published answer", thing="the number of the published answer")


class PublishForm(Form):
    """Which answers a second reader has read, each in the version they saw."""

    read = ManyChoiceField(
        "Publish", blank="Select the answers to publish. If one has changed meanwhile, read it again."
    )

    def __init__(self, questions: list[Question]) -> None:
        self.questions = questions
        super().__init__()

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Offer what may be published now."""
        self.read.choices = [(f"{each.id}:{each.version}", "I have read this answer") for each in self.questions]
        super().process(*args, **kwargs)

    @property
    def chosen(self) -> list[tuple[Question, int]]:
        """The ticked ones, with the version that was read."""
        return [(each, each.version) for each in self.questions if f"{each.id}:{each.version}" in self.read.data]
