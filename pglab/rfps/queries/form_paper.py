"""All questions and documents of a proposal as a document to print: the words of their page, with limits and help."""

from typing import Any

from pglab.rfps.models import Rfp, RfpVersion
from pglab.rfps.queries.differences import spoken
from pglab.rfps.queries.paper_parts import Part, heading_part, text_part
from pglab.web.filters import et_long, filesize, listed, plural

TYPE_WORDS = {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG"}
KIND_WORDS = {
    "short_text": "One line.",
    "url": "A web address.",
    "yes_no": "Yes or no.",
    "number": "A number.",
    "money": "An amount of dollars.",
    "date": "A date.",
}


def form_paper_of(rfp: Rfp, version: RfpVersion, content: dict[str, Any]) -> dict[str, Any]:
    """Every question and document that a version asks for, section by section."""
    sections = [_section(section, content) for section in content["form"]]
    documents = [part for slot in content["documents"] for part in _document(slot)]
    return {
        "title": f"All questions of {rfp.reference}",
        "reference": rfp.reference,
        "version": version.number,
        "head": [
            f"City of Pittsburgh, PGH Lab, {rfp.cohort}{' (sample)' if rfp.cohort.is_sample else ''}",
            content["cohort"]["headline"],
            f"Version {version.number}, frozen {et_long(version.made_at)}. An addendum can change it: "
            "before you submit, look at the page of this cohort.",
            f"Proposals are due {spoken(content['dates']['closes_at'])}.",
        ],
        "sections": [*sections, *([{"title": "Documents", "parts": documents}] if documents else [])],
    }


def _section(section: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    parts = [text_part(section_words(section, content))]
    for question in section["questions"]:
        parts += [heading_part(question["label"]), text_part(question_words(question, content))]
    return {"title": section["title"], "parts": parts}


def section_words(section: dict[str, Any], content: dict[str, Any]) -> str:
    """`Your pilot · Feasibility, 20% of the score`"""
    weights = {line["title"]: line["weight"] for line in content["criteria"]}
    scored = section["criterion"]
    return f"{section['group']} · {f'{scored}, {weights[scored]}% of the score' if scored else 'not scored'}"


def question_words(question: dict[str, Any], content: dict[str, Any]) -> str:
    """How a question is answered, its help, and when it is asked at all."""
    words = [how_answered(question), "" if question["required"] else "Optional.", question["hint"]]
    condition = question.get("show_if")
    if condition:
        section, place = condition["question"]
        asked = content["form"][section - 1]["questions"][place - 1]["label"]
        words.append(f"Only if “{asked}” is {condition['answer']}.")
    return " ".join(filter(None, words))


def how_answered(question: dict[str, Any]) -> str:
    """`Up to 300 words.`, `One of: Indoors; Outdoors.`, `Yes or no.`"""
    kind = question["kind"]
    if kind == "long_text":
        return f"Up to {question['word_limit']} words."
    if kind in ("choice", "multi_choice"):
        return f"{'One' if kind == 'choice' else 'Any'} of: {'; '.join(question['options'])}."
    return KIND_WORDS[kind]


def _document(slot: dict[str, Any]) -> list[Part]:
    return [heading_part(slot["title"]), text_part(document_words(slot))]


def document_words(slot: dict[str, Any]) -> str:
    """`PDF or PNG, up to 25 MB and 10 pages. The certificate.`"""
    types = listed([TYPE_WORDS.get(each, each) for each in slot["media_types"]], "or")
    limits = f"{types}, up to {filesize(slot['max_bytes'])} and {plural(slot['max_pages'], 'page')}"
    optional = "" if slot["required"] else ", optional"
    return f"{limits}{optional}. {slot['hint']}".strip()
