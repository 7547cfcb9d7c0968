"""The official notice as a document of its own: the same words as its page, in the same order."""

from collections.abc import Sequence
from typing import Any

from pglab.core.money import format_dollars, format_money
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.queries.differences import DATE_WORDS, spoken
from pglab.rfps.queries.form_paper import document_words, question_words, section_words
from pglab.rfps.queries.paper_parts import Part, heading_part, list_part, note_part, table_part, text_part
from pglab.rfps.queries.versions import Amendment
from pglab.web.filters import et_long, plural

AREA_WORDS = {
    "problem": "The problem",
    "affected": "Who has the problem",
    "success": "What success looks like",
    "constraints": "Constraints",
    "data_and_sites": "Data and sites",
}


def paper_of(
    rfp: Rfp, version: RfpVersion, content: dict[str, Any], amendments: Sequence[Amendment] = ()
) -> dict[str, Any]:
    """Everything a version froze, in numbered sections, each with what the amendments changed in it."""
    sections = [
        (f"section-{number}", part["title"], [text_part(part["body"])])
        for number, part in enumerate(content["sections"], 1)
    ]
    sections += [
        ("dates", "Dates", [_dates(content)]),
        ("eligibility", "Eligibility", [list_part(content["eligibility"], numbered=True)]),
        ("challenges", "Challenge areas", _areas(content)),
        ("criterion", "Rubric", _rubric(content)),
        ("questions", "Questions and documents", _form(content)),
        ("installments", "Installments", _installments(content)),
    ]
    return {
        "title": f"Request for proposals {rfp.reference}",
        "reference": rfp.reference,
        "version": version.number,
        "head": _head(rfp, version, content),
        "sections": [
            {"title": f"{number}. {title}", "parts": [*parts, *_amended(anchor, amendments)]}
            for number, (anchor, title, parts) in enumerate(sections, 1)
        ],
    }


def amended_by(version: RfpVersion) -> str:
    """`Addendum 1`, `Addenda 1 to 3`: each version after the first is what one addendum made."""
    last = version.number - 1
    return f"Addenda 1 to {last}" if last > 1 else f"Addendum {last}"


def _head(rfp: Rfp, version: RfpVersion, content: dict[str, Any]) -> list[str]:
    amended = f", as amended by {amended_by(version)}" if version.number > 1 else ""
    cancelled = f"This call was cancelled {et_long(rfp.cancelled_at)}. No proposals are taken."
    return [
        f"City of Pittsburgh, PGH Lab, {rfp.cohort}{' (sample)' if rfp.cohort.is_sample else ''}",
        content["cohort"]["headline"],
        f"Version {version.number}{amended}, frozen {et_long(version.made_at)}.",
        f"SHA-256 of its content: {version.sha256}",
        cancelled if rfp.cancelled_at else f"Proposals are due {spoken(content['dates']['closes_at'])}.",
    ]


def _amended(anchor: str, amendments: Sequence[Amendment]) -> list[Part]:
    return [
        note_part(
            f"Amended by Addendum {amendment.number}: {change.label}\n\n"
            f"Before: {change.before or 'nothing'}\n\nAfter: {change.after or 'nothing'}"
        )
        for amendment in amendments
        for change in amendment.changes
        if anchor in (change.anchor, change.anchor.partition("-")[0])
    ]


def _dates(content: dict[str, Any]) -> Part:
    dates = content["dates"]
    rows = [[words, spoken(dates[name])] for name, words in DATE_WORDS.items() if name in dates]
    cohort = content["cohort"]
    rows += [["Pilots begin", spoken(cohort["pilot_start_on"])], ["Pilots end", spoken(cohort["pilot_end_on"])]]
    return table_part([2, 3], ["What", "When"], rows)


def _areas(content: dict[str, Any]) -> list[Part]:
    found: list[Part] = []
    for area in content["areas"]:
        found.append(heading_part(f"{area['title']} ({area['host']})"))
        for name, title in AREA_WORDS.items():
            if area.get(name):
                found += [heading_part(title, "subheading"), text_part(area[name])]
    return found


def _rubric(content: dict[str, Any]) -> list[Part]:
    rows = [[line["title"], line["question"], f"{line['weight']}%"] for line in content["criteria"]]
    rows.append(["All criteria", "", f"{sum(line['weight'] for line in content['criteria'])}%"])
    found = [table_part([3, 6, 1], ["Criterion", "What evaluators ask", "Weight"], rows)]
    for line in content["criteria"]:
        points = [f"{plural(number, 'point')}: {anchor}" for number, anchor in enumerate(line["anchors"])]
        found += [heading_part(line["title"]), text_part(line["question"]), list_part(points)]
    return found


def _form(content: dict[str, Any]) -> list[Part]:
    found: list[Part] = []
    for section in content["form"]:
        asked = [f"{each['label']} {question_words(each, content)}" for each in section["questions"]]
        found += [heading_part(section["title"]), text_part(section_words(section, content)), list_part(asked)]
    files = [f"{slot['title']}: {document_words(slot)}" for slot in content["documents"]]
    return [*found, heading_part("Documents"), list_part(files)] if files else found


def _installments(content: dict[str, Any]) -> list[Part]:
    rows = [
        [part["milestone"], part["done_when"], _due(part["due_after_days"]), format_money(part["amount_cents"])]
        for part in content["installments"]
    ]
    rows.append(["Stipend", "", "", format_money(sum(part["amount_cents"] for part in content["installments"]))])
    awards = f"{format_dollars(content['stipend_cents'])} for each of up to {plural(content['award_count'], 'award')}."
    return [text_part(awards), table_part([2, 4, 2, 2], ["Milestone", "It is done when", "Due", "Amount"], rows)]


def _due(days: int) -> str:
    return f"{plural(days, 'day')} after the pilot starts"
