"""What each page of the setup edits: its form filled from the draft, its groups, and the service that saves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from wtforms import Field

from pglab.accounts.session import me
from pglab.rfps import forms, queries, services
from pglab.rfps.models import Rfp
from pglab.web.forms import Form

Groups = list[tuple[str, list[Field]]]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class EditPage:
    """One page of the setup."""

    title: str
    lede: str
    form: type[Form]
    stored: dict[str, Any]
    save: Callable[[Form, int], None]
    headings: tuple[str, ...] = ()

    def make(self, rfp: Rfp, **kwargs: Any) -> Form:
        """The form: what was posted, or what is stored."""
        return self.form(data={**self.stored, "version": rfp.version}, **kwargs)

    def groups(self, form: Form) -> Groups:
        """The fields as they are drawn: under a heading for each numbered part, or all together."""
        drawn = [field for field in form if field.name not in ("version", "csrf_token")]
        if not self.headings:
            return [("", drawn)]
        return [
            (heading, [field for field in drawn if field.name.endswith(f"_{place}")])
            for place, heading in enumerate(self.headings, start=1)
        ]


def details_page(rfp: Rfp) -> EditPage:
    """Headline, summary, pilot dates and amounts."""
    cohort = rfp.cohort
    stored = {name: getattr(cohort, name) for name in ("headline", "summary", "pilot_start_on", "pilot_end_on")}
    amounts = {
        "budget_cents": cohort.budget_cents,
        "stipend_cents": rfp.stipend_cents,
        "award_count": rfp.award_count,
    }

    def save(form: Form, version: int) -> None:
        services.change_details(rfp, services.CallDetails(**answers(form)), version=version, actor=me())

    return EditPage(
        "Details", "What the cohort is called and what it may cost.", forms.DetailsForm, stored | amounts, save
    )


def dates_page(rfp: Rfp) -> EditPage:
    """The dates of the call."""
    names = ("publish_at", "questions_due_at", "answers_due_at", "closes_at", "scores_due_at", "decision_on")

    def save(form: Form, version: int) -> None:
        services.change_dates(rfp, services.CallDates(**answers(form)), version=version, actor=me())

    stored = {name: getattr(rfp, name) for name in names}
    return EditPage("Dates", "All times are Eastern time.", forms.DatesForm, stored, save)


def notice_page(rfp: Rfp) -> EditPage:
    """The sections of the notice."""
    stored = queries.list_notice_sections(rfp.id)
    rows = [{"title": part.title, "body": part.body} for part in stored]

    def save(form: Form, version: int) -> None:
        sections = [services.SectionText(**row) for row in forms.read_numbered(form, rows)]
        services.change_notice(rfp, sections, version=version, actor=me())

    lede = "The official words of the request for proposals. A blank line starts a new paragraph."
    headings = [f"Section {place}" for place in range(1, len(rows) + 1)]
    return numbered_page("Official notice", lede, rows, headings, forms.section_fields, save)


def eligibility_page(rfp: Rfp) -> EditPage:
    """The conditions for taking part."""
    rows = [{"text": rule.text} for rule in queries.list_eligibility_rules(rfp.id)]

    def save(form: Form, version: int) -> None:
        rules = [services.RuleText(**row) for row in forms.read_numbered(form, rows)]
        services.change_eligibility(rfp, rules, version=version, actor=me())

    return numbered_page("Eligibility", "Who can take part.", rows, [], forms.rule_fields, save)


def rubric_page(rfp: Rfp) -> EditPage:
    """Criteria, weights, anchors."""
    stored = queries.list_criteria(rfp.id)
    rows = [
        {"title": line.title, "weight": line.weight, "question": line.question}
        | {f"anchor{points}": line.anchors[points] for points in forms.POINTS}
        for line in stored
    ]

    def save(form: Form, version: int) -> None:
        lines = [
            services.RubricLine(
                row["title"], row["question"], row["weight"], [row[f"anchor{points}"] for points in forms.POINTS]
            )
            for row in forms.read_numbered(form, rows)
        ]
        services.change_rubric(rfp, lines, version=version, actor=me())

    lede = "Weights add up to 100. The rubric is frozen when the call is published."
    return numbered_page("Rubric", lede, rows, [line.title for line in stored], forms.criterion_fields, save)


def questions_page(rfp: Rfp) -> EditPage:
    """The questions of the proposal form."""
    asked = [(section, question) for section in queries.list_form_sections(rfp.id) for question in section.questions]
    names = ("label", "hint", "word_limit", "required")
    rows = [{name: getattr(question, name) for name in names} for _section, question in asked]
    headings = [f"{place}. {section.title}" for place, (section, _question) in enumerate(asked, start=1)]

    def save(form: Form, version: int) -> None:
        texts = [services.QuestionText(**row) for row in forms.read_numbered(form, rows)]
        services.change_questions(rfp, texts, version=version, actor=me())

    return numbered_page(
        "Questions",
        "What startups answer, and in how many words.",
        rows,
        headings,
        lambda place: forms.question_fields(asked[place - 1][1], place),
        save,
    )


def documents_page(rfp: Rfp) -> EditPage:
    """The files startups hand in."""
    stored = queries.list_slots(rfp.id)
    rows = [{"title": slot.title, "hint": slot.hint, "max_pages": slot.max_pages} for slot in stored]

    def save(form: Form, version: int) -> None:
        slots = [services.SlotText(**row) for row in forms.read_numbered(form, rows)]
        services.change_slots(rfp, slots, version=version, actor=me())

    headings = [slot.title for slot in stored]
    return numbered_page("Documents", "The files every proposal needs.", rows, headings, forms.slot_fields, save)


def installments_page(rfp: Rfp) -> EditPage:
    """Milestones and amounts."""
    names = ("milestone", "done_when", "due_after_days", "amount_cents")
    stored = queries.list_installments(rfp.id)
    rows = [{name: getattr(part, name) for name in names} for part in stored]

    def save(form: Form, version: int) -> None:
        plan = [services.InstallmentPlan(**row) for row in forms.read_numbered(form, rows)]
        services.change_installments(rfp, plan, version=version, actor=me())

    lede = "The parts of the stipend. They add up to the whole."
    headings = [f"Installment {place}" for place in range(1, len(rows) + 1)]
    return numbered_page("Installments", lede, rows, headings, forms.installment_fields, save)


def area_page(rfp: Rfp, slug: str) -> EditPage:
    """One challenge area."""
    area = queries.get_area(rfp.cohort_id, slug)
    hosts = {host.id: host for host in queries.list_hosts()}
    texts = {name: getattr(area, name) for name in ("title", "teaser", "problem", "success", "constraints")}
    people = {"host_id": str(area.host_id), "champion_email": area.champion.email if area.champion else ""}

    def save(form: Form, version: int) -> None:
        given = answers(form)
        text = services.AreaText(host=hosts[UUID(given.pop("host_id"))], **given)
        services.change_area(area, text, rfp=rfp, version=version, actor=me())

    lede = "Describe the problem and leave the solution to the startups."
    return EditPage(area.title, lede, forms.area_form(hosts.values()), texts | people, save)


def numbered_page(
    title: str,
    lede: str,
    rows: Rows,
    headings: Sequence[str],
    fields: Callable[[int], forms.Fields],
    save: Callable[[Form, int], None],
) -> EditPage:
    """A page that edits several parts of one kind."""
    form = forms.numbered(len(rows), fields)
    return EditPage(title, lede, form, forms.fill_numbered(rows), save, tuple(headings))


def answers(form: Form) -> dict[str, Any]:
    """What was entered, without the form's own fields."""
    return {field.name: field.data for field in form if field.name not in ("version", "csrf_token")}
