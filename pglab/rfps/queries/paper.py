"""The official notice as a document of its own: the same words as its page, in the same order."""

from typing import Any

from pglab.core.money import format_dollars, format_money
from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.queries.differences import DATE_WORDS, spoken
from pglab.web.filters import et_long, plural

Part = dict[str, Any]


def paper_of(rfp: Rfp, version: RfpVersion, content: dict[str, Any]) -> dict[str, Any]:
    """Everything a version froze, in numbered sections."""
    written = [(part["title"], [text_part(part["body"])]) for part in content["sections"]]
    rest = [
        ("Dates", [_dates(content)]),
        ("Eligibility", [_list(content["eligibility"])]),
        ("Challenge areas", _areas(content)),
        ("Rubric", _rubric(content)),
        ("Questions and documents", _form(content)),
        ("Installments", _installments(content)),
    ]
    addendum = f", as amended by Addendum {version.number - 1}" if version.number > 1 else ""
    return {
        "title": f"Request for proposals {rfp.reference}",
        "reference": rfp.reference,
        "version": version.number,
        "head": [
            f"City of Pittsburgh, PGH Lab, {rfp.cohort}{' (sample)' if rfp.cohort.is_sample else ''}",
            content["cohort"]["headline"],
            f"Version {version.number}{addendum}, frozen {et_long(version.made_at)}.",
            f"SHA-256 of its content: {version.sha256}",
            f"Proposals are due {spoken(content['dates']['closes_at'])}.",
        ],
        "sections": [
            {"title": f"{number}. {title}", "parts": parts} for number, (title, parts) in enumerate(written + rest, 1)
        ],
    }


def text_part(text: str) -> Part:
    """Paragraphs."""
    return {"kind": "text", "text": text.replace("\r\n", "\n")}


def heading_part(text: str, kind: str = "heading") -> Part:
    """A heading inside a section."""
    return {"kind": kind, "text": text}


def _list(items: list[str]) -> Part:
    return {"kind": "list", "items": items}


def _table(widths: list[int], head: list[str], rows: list[list[str]]) -> Part:
    return {"kind": "table", "widths": widths, "head": head, "rows": rows}


def _dates(content: dict[str, Any]) -> Part:
    dates = content["dates"]
    rows = [[words, spoken(dates[name])] for name, words in DATE_WORDS.items() if name in dates]
    cohort = content["cohort"]
    rows += [["Pilots begin", spoken(cohort["pilot_start_on"])], ["Pilots end", spoken(cohort["pilot_end_on"])]]
    return _table([2, 3], ["What", "When"], rows)


def _areas(content: dict[str, Any]) -> list[Part]:
    words = {"problem": "The problem", "who": "Who has it", "success": "What success looks like"}
    words |= {"constraints": "Constraints", "available": "Data and sites"}
    found: list[Part] = []
    for area in content["areas"]:
        found.append(heading_part(f"{area['title']} ({area['host']})"))
        for name in (*words, *(key for key in area if key not in {*words, "slug", "title", "teaser", "host"})):
            if area.get(name):
                title = words.get(name, name.replace("_", " ").capitalize())
                found += [heading_part(title, "subheading"), text_part(str(area[name]))]
    return found


def _rubric(content: dict[str, Any]) -> list[Part]:
    rows = [[line["title"], line["question"], f"{line['weight']}%"] for line in content["criteria"]]
    found = [_table([3, 6, 1], ["Criterion", "What evaluators ask", "Weight"], rows)]
    for line in content["criteria"]:
        points = [f"{plural(number, 'point')}: {anchor}" for number, anchor in enumerate(line["anchors"])]
        found += [heading_part(line["title"]), _list(points)]
    return found


def _form(content: dict[str, Any]) -> list[Part]:
    found: list[Part] = []
    for section in content["form"]:
        asked = [_question(each) for each in section["questions"]]
        found += [heading_part(section["title"]), _list(asked)]
    files = [
        f"{slot['title']}: up to {plural(slot['max_pages'], 'page')}. {slot['hint']}".strip()
        for slot in content["documents"]
    ]
    return [*found, heading_part("Documents"), _list(files)] if files else found


def _installments(content: dict[str, Any]) -> list[Part]:
    rows = [
        [part["milestone"], part["done_when"], f"{part['due_after_days']} days", format_money(part["amount_cents"])]
        for part in content["installments"]
    ]
    awards = f"{format_dollars(content['stipend_cents'])} for each of up to {plural(content['award_count'], 'award')}."
    return [text_part(awards), _table([2, 4, 1, 1], ["Milestone", "It is done when", "Due", "Amount"], rows)]


def _question(each: dict[str, Any]) -> str:
    limit = f"Up to {each['word_limit']} words." if each.get("word_limit") else ""
    return " ".join(filter(None, [each["label"], limit, "" if each["required"] else "Optional.", each["hint"]]))
