"""The receipt on paper: what its page says, as data for the typesetter."""

import re
from datetime import datetime
from typing import Any

from pglab.proposals.queries.changes import STARTUP
from pglab.proposals.queries.sent import SubmittedView
from pglab.web.filters import et_seconds, filesize, fingerprint, plural

# A word longer than a line is broken rather than cut off at the edge of the paper.
LONG_WORD = re.compile(r"(\S{60})(?=\S)")
VIRUS_CHECK = {
    "running": "The virus check was still running. The submission stands whatever it finds.",
    "passed": "Virus check passed.",
    "not possible": "The file could not be checked for viruses.",
    "not made": "Not checked for viruses (development).",
}


def paper_of_receipt(view: SubmittedView, *, address: str) -> dict[str, Any]:
    """Everything the signed receipt holds, in its order, for people. `address`: where its page is."""
    sent, received = view.submission, view.manifest
    subject = f"{received['reference']}, submission {received['number']}"
    told: dict[str, Any] = broken(
        {
            "title": f"Receipt of {subject}",
            "subject": f"Receipt of {subject}",
            "address": address,
            "received": f"Received {et_seconds(sent.received_at, precise=sent.close_call)}",
            "head": head_of_receipt(view),
            "sections": [
                *({"title": each["title"], "rows": _answers(each)} for each in received["sections"]),
                *_section("Documents", [_file(each) for each in received["files"]]),
                *_section("Addenda acknowledged", [_addendum(each) for each in received["addenda"]]),
                *_section("Declarations", [_declaration(each) for each in view.declarations]),
                {"title": "Proof", "rows": _proof(view)},
            ],
        }
    )
    return told


def broken(told: Any) -> Any:
    """The same with every overlong word broken where a line ends."""
    if isinstance(told, str):
        return LONG_WORD.sub("\\1\u200b", told)
    if isinstance(told, dict):
        return {key: broken(each) for key, each in told.items()}
    return [broken(each) for each in told]


def head_of_receipt(view: SubmittedView) -> list[list[str]]:
    """What was received, of whom, for what, against which deadline: the facts of a receipt before its answers."""
    received = view.manifest
    rows = [
        ["Reference", f"{received['reference']}, submission {received['number']}"],
        ["Received, universal time", received["received_at"]],
        ["Deadline, universal time", received["closes_at"]],
        ["Official notice", f"{received['rfp']['reference']}, version {received['rfp']['version']}"],
        ["SHA-256 of the notice", fingerprint(received["rfp"]["sha256"])],
        ["Challenge", received["challenge_area"]],
        *([label, received["organization"].get(name, "")] for name, label in STARTUP.items()),
        ["Submitted by", received["submitted_by"]],
        ["Kind of statement", f"{received['type']}, format {received['format']}"],
    ]
    return [row for row in rows if row[1]]


def _section(title: str, rows: list[list[str]]) -> list[dict[str, Any]]:
    return [{"title": title, "rows": rows}] if rows else []


def _answers(section: dict[str, Any]) -> list[list[str]]:
    return [[each["question"], each["answer"] or "Not answered"] for each in section["answers"]]


def _file(file: dict[str, Any]) -> list[str]:
    return [file["slot"], *lines_of_file(file)]


def lines_of_file(file: dict[str, Any]) -> list[str]:
    """Which file was received, how its virus check stood then, and what of it is confidential."""
    return [
        *_bytes(file),
        *([VIRUS_CHECK[file["virus_check"]]] if "virus_check" in file else []),
        *(_mark(file["confidential"]) if file.get("confidential") else []),
    ]


def _bytes(file: dict[str, Any]) -> list[str]:
    facts = f"{file['media_type']}, {filesize(file['size'])} ({plural(file['size'], 'byte')})"
    return [
        f"{file['name']}, {plural(file['pages'], 'page', 'pages')}, {facts}",
        f"SHA-256 {fingerprint(file['sha256'])}",
    ]


def _mark(marked: dict[str, Any]) -> list[str]:
    signed = f"Signed by {marked['signed_by']}, {et_seconds(datetime.fromisoformat(marked['signed_at']))}"
    copy = marked["redacted_copy"]
    return [
        f"Marked as confidential: {marked['pages']}. {marked['reason']}",
        f"{marked['statement']} {signed}.",
        *([f"Redacted copy {', '.join(_bytes(copy))}"] if copy else []),
    ]


def _addendum(read: dict[str, Any]) -> list[str]:
    when = et_seconds(datetime.fromisoformat(read["acknowledged_at"]))
    said = f"Acknowledged by {read['acknowledged_by']}, {when}"
    return [f"Addendum {read['number']}", f"{read['title']}. {said}"]


def _declaration(declared: dict[str, Any]) -> list[str]:
    return [declared["text"], f"{declared['made_by']}, {et_seconds(declared['made_at'])}"]


def _proof(view: SubmittedView) -> list[list[str]]:
    sent = view.submission
    return [
        ["SHA-256 of everything above, as in the signed file", fingerprint(sent.sha256)],
        ["Signed with key", sent.key_id],
        [
            "How to check it",
            "The signed receipt proves what was sent and when. Download it from the address below; anyone can check it "
            "without us.",
        ],
    ]
