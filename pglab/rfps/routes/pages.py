"""The pages of the setup that edit one part of a draft each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pglab.rfps import forms, queries, services
from pglab.rfps.models import Criterion, Rfp
from pglab.rfps.routes.editing import EditPage, ListPage, Total, answers, saver
from pglab.web.forms import Form


def details_page(rfp: Rfp) -> EditPage:
    """Headline, summary, pilot dates and amounts."""
    cohort = rfp.cohort
    stored = {name: getattr(cohort, name) for name in ("headline", "summary", "pilot_start_on", "pilot_end_on")}
    stored |= {"budget_cents": cohort.budget_cents, "stipend_cents": rfp.stipend_cents, "award_count": rfp.award_count}
    save = saver(services.change_details, rfp, lambda form: services.CallDetails(**answers(form)))
    return EditPage("Details", "What the cohort is called and what it may cost.", forms.DetailsForm, stored, save)


def dates_page(rfp: Rfp) -> EditPage:
    """The dates of the call."""
    save = saver(services.change_dates, rfp, lambda form: services.CallDates(**answers(form)))
    stored = {name: getattr(rfp, name) for name in queries.DATES}
    later = ("pitch_on", "feasibility_on")
    return EditPage("Dates", "All times are Eastern time.", forms.dates_form(rfp), stored, save, asked_later=later)


def stages_page(rfp: Rfp) -> EditPage:
    """The optional stages."""
    stored = {"has_pitch": rfp.has_pitch, "has_feasibility": rfp.has_feasibility}
    save = saver(services.change_stages, rfp, lambda form: services.Stages(**answers(form)))
    lede = "What happens between scoring and decision. The public page says so, and publication freezes it."
    return EditPage("Stages", lede, forms.StagesForm, stored, save)


def notice_page(rfp: Rfp) -> EditPage:
    """The sections of the notice."""
    rows = stored_rows(queries.list_notice_sections(rfp.id), ("title", "body"))
    save = saver(services.change_notice, rfp, parts_of(services.SectionText))
    lede = "The official words of the request for proposals. A blank line starts a new paragraph."
    return list_page(("Official notice", lede, "section"), rows, forms.notice_fields, save)


def eligibility_page(rfp: Rfp) -> EditPage:
    """The conditions for taking part."""
    rows = stored_rows(queries.list_eligibility_rules(rfp.id), ("text", "question", "fitting"))
    save = saver(services.change_eligibility, rfp, parts_of(services.RuleText))
    lede = "Who can take part. Up to five conditions may carry a question for the eligibility check."
    return list_page(("Eligibility", lede, "condition"), rows, forms.rule_fields, save)


def rubric_page(rfp: Rfp) -> EditPage:
    """Criteria, weights, anchors."""
    rows = [
        {"id": str(line.id), "library": library_mark(line)}
        | {name: getattr(line, name) for name in ("title", "weight", "question")}
        | {f"anchor{points}": line.anchors[points] for points in forms.POINTS}
        for line in queries.list_criteria(rfp.id)
    ]
    library = services.criteria_library()
    offers = [
        {"key": entry["key"], "library": f"{entry['key']}@{library['version']}"}
        | {name: entry[name] for name in ("title", "weight", "question")}
        | {f"anchor{points}": entry["anchors"][points] for points in forms.POINTS}
        for entry in library["entries"]
    ]
    save = saver(services.change_rubric, rfp, lambda form: [rubric_line(row) for row in forms.read_numbered(form)])
    lede = "Weights add up to 100. The rubric is frozen when the call is published."
    page = list_page(("Rubric", lede, "criterion"), rows, forms.criterion_fields, save, offers)
    return replace(page, total=Total("weight_", 100_00))


def library_mark(line: Criterion) -> str:
    """The entry of the library a criterion began as, and its version, as the page carries them."""
    return f"{line.library_key}@{line.library_version}" if line.library_key else ""


def rubric_line(row: Mapping[str, Any]) -> services.RubricLine:
    """A criterion as it was typed. What the page carries of the library counts only if there is such an entry."""
    key, _, version = (row["library"] or "").partition("@")
    known = any(entry["key"] == key for entry in services.criteria_library()["entries"]) and version.isdecimal()
    return services.RubricLine(
        row["title"],
        row["question"],
        row["weight"],
        [row[f"anchor{points}"] for points in forms.POINTS],
        library_key=key if known else None,
        library_version=int(version[:6]) if known else None,
        id=part_id(row),
    )


def documents_page(rfp: Rfp) -> EditPage:
    """The files startups hand in."""
    slots = queries.list_slots(rfp.id)
    rows = stored_rows(slots, ("title", "hint", "media_types", "max_pages", "required"))
    for row, slot in zip(rows, slots, strict=True):
        row["max_mb"] = max(slot.max_bytes // forms.MEGABYTE, 1)
    save = saver(services.change_slots, rfp, lambda form: [slot_text(row) for row in forms.read_numbered(form)])
    lede = "The files of a proposal: their types, their size, their pages."
    return list_page(("Documents", lede, "document"), rows, forms.slot_fields, save)


def slot_text(row: Mapping[str, Any]) -> services.SlotText:
    """A document as it was typed."""
    given = {name: row[name] for name in ("title", "hint", "media_types", "max_pages", "required")}
    return services.SlotText(**given, max_bytes=row["max_mb"] * forms.MEGABYTE, id=part_id(row))


def installments_page(rfp: Rfp) -> EditPage:
    """Milestones and amounts."""
    names = ("milestone", "done_when", "due_after_days", "amount_cents")
    rows = stored_rows(queries.list_installments(rfp.id), names)
    save = saver(services.change_installments, rfp, parts_of(services.InstallmentPlan))
    lede = "The parts of the stipend. They add up to the whole."
    page = list_page(("Installments", lede, "installment"), rows, forms.installment_fields, save)
    return replace(page, total=Total("amount_cents_", rfp.stipend_cents, is_money=True))


def stored_rows(parts: Sequence[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """These values of each part, with its id."""
    return [{"id": str(part.id), **{name: getattr(part, name) for name in names}} for part in parts]


def parts_of(kind: Callable[..., Any]) -> Callable[[Form], list[Any]]:
    """Reads the parts of a form, each as one of this kind."""
    return lambda form: [kind(**{**row, "id": part_id(row)}) for row in forms.read_numbered(form)]


def part_id(row: Mapping[str, Any]) -> UUID | None:
    """Which stored part a typed one is; a new one is none."""
    try:
        return UUID(row["id"])
    except (TypeError, ValueError):
        return None


def list_page(
    said: tuple[str, str, str],
    rows: Sequence[Mapping[str, Any]],
    fields: Callable[[int], forms.Fields],
    save: Callable[[Form, int], None],
    offers: Sequence[Mapping[str, Any]] = (),
) -> ListPage:
    """A page that edits any number of parts of one kind; `said` is its title, its lede and what a part is called."""
    title, lede, noun = said
    made = forms.numbered(len(rows), fields)
    stored = forms.fill_numbered(rows)
    return ListPage(title, lede, made, stored, save, noun, offers, fields=fields, rows=rows)
