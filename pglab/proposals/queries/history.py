"""What happened to a proposal, for its own team: the entries of the audit log as sentences."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pglab.audit.models import AuditEvent
from pglab.audit.queries import history_of
from pglab.core.clock import EASTERN
from pglab.proposals.models import Proposal, Refusal
from pglab.proposals.queries.sent import list_refusals
from pglab.rfps.queries import list_form_sections, list_slots
from pglab.web.filters import listed

PAGE = 50


class HistoryKind(StrEnum):
    """What an entry is about, as the filter names it."""

    ANSWERS = "answers"
    FILES = "files"
    TEAM = "team"
    SENDING = "sending"


@dataclass(frozen=True)
class HistoryEntry:
    """One line: who did what, when. Saves of one person in one section within one hour are one line (`saves`)."""

    at: datetime
    who: str
    actor_id: UUID | None
    kind: HistoryKind
    what: str
    saves: int = 1


@dataclass(frozen=True)
class HistoryFilter:
    """Which lines are looked for: of one person, of one kind, or all."""

    who: str = ""
    what: str = ""

    def fits(self, entry: HistoryEntry) -> bool:
        """Whether a line is looked for."""
        return (not self.who or self.who == str(entry.actor_id)) and (not self.what or self.what == entry.kind)


@dataclass(frozen=True)
class Titles:
    """The titles of sections and document slots by their names in addresses, which is what the log keeps."""

    sections: Mapping[str, str]
    slots: Mapping[str, str]

    def section(self, after: Mapping[str, Any], name: str = "section") -> str:
        """The title of the section an entry is about."""
        return f"“{self.sections.get(after.get(name, ''), 'a section')}”"

    def slot(self, after: Mapping[str, Any], name: str = "slot") -> str:
        """The title of the document an entry is about."""
        return self.slots.get(after.get(name, ""), "a document")


Say = Callable[[Mapping[str, Any], Titles], str]


def _answered(after: Mapping[str, Any], titles: Titles) -> str:
    where = [titles.sections[slug] for slug in after.get("sections", ()) if slug in titles.sections]
    return f"Changed {listed([f'“{title}”' for title in where])}" if where else "Changed answers"


def _moved(after: Mapping[str, Any], titles: Titles) -> str:
    source, target = titles.slot(after, "from"), titles.slot(after, "to")
    return (
        f"Used the file of {source} as {target} too" if after.get("kept") else f"Moved a file from {source} to {target}"
    )


def _checked(after: Mapping[str, Any], titles: Titles) -> str:
    section = titles.section(after)
    return f"Marked {section} as completed" if after.get("done") else f"Said that {section} is not completed yet"


def _asked_review(after: Mapping[str, Any], titles: Titles) -> str:
    return f"Asked {listed(after.get('of', []))} to review {titles.section(after)}"


def _asked_to_submit(after: Mapping[str, Any], _titles: Titles) -> str:
    return f"Asked {listed(after.get('of', []), 'or')} to submit"


def _read(after: Mapping[str, Any], _titles: Titles) -> str:
    return f"Acknowledged {listed([f'Addendum {number}' for number in after.get('addenda', [])])}"


def _done(after: Mapping[str, Any], titles: Titles) -> str:
    whose = after.get("asked_by", "a teammate")
    return (
        f"Reviewed {titles.section(after)} for {whose}"
        if "section" in after
        else f"Answered {whose}, who asked to submit"
    )


def _taken_back(after: Mapping[str, Any], titles: Titles) -> str:
    return (
        f"Needs no review of {titles.section(after)} any more"
        if "section" in after
        else "Asks nobody to submit any more"
    )


def _given(sentence: str) -> Say:
    lost = ". It is not marked as confidential, as the one before was"
    return lambda after, titles: sentence.format(titles.slot(after)) + (lost if after.get("unmarked") else "")


def _about_slot(sentence: str) -> Say:
    return lambda after, titles: sentence.format(titles.slot(after))


def _marked(after: Mapping[str, Any], titles: Titles) -> str:
    slot, text, signature = titles.slot(after), after.get("text", "new"), after.get("signature", "same")
    if text == "same":
        return f"Signed the statement about what is confidential in the file for {slot}"
    said = f"Changed what is confidential in the file for {slot}"
    if text == "new":
        said = f"Marked the file for {slot} as confidential"
    ends = {"given": " and signed the statement", "dropped": ". The statement is not signed any more"}
    return said + ends.get(signature, "")


def _plain(sentence: str) -> Say:
    return lambda after, _titles: sentence.format(**after) if after else sentence


def _refused(after: Mapping[str, Any], titles: Titles) -> str:
    where = listed([titles.slots.get(slug, "a document") for slug in after.get("slots", ())])
    return f"The file for {where} failed its virus check, so the one before is back"


KINDS = HistoryKind
# Every entry that the log keeps about a proposal itself, and how its team reads it. Others are not shown.
SENTENCES: dict[str, tuple[HistoryKind, Say]] = {
    "proposal.started": (KINDS.SENDING, _plain("Started the proposal")),
    "proposal.answered": (KINDS.ANSWERS, _answered),
    "proposal.section_checked": (KINDS.ANSWERS, _checked),
    "proposal.file_attached": (KINDS.FILES, _given("Uploaded a file for {}")),
    "proposal.file_removed": (KINDS.FILES, _about_slot("Removed the file for {}")),
    "proposal.file_reused": (KINDS.FILES, _given("Used an earlier file for {}")),
    "proposal.file_moved": (KINDS.FILES, _moved),
    "proposal.file_refused": (KINDS.FILES, _refused),
    "proposal.file_marked": (KINDS.FILES, _marked),
    "proposal.file_unmarked": (KINDS.FILES, _about_slot("Took the confidential mark off the file for {}")),
    "proposal.redacted_copy_attached": (KINDS.FILES, _about_slot("Added a redacted copy for {}")),
    "proposal.redacted_copy_removed": (KINDS.FILES, _about_slot("Removed the redacted copy for {}")),
    "proposal.review_asked": (KINDS.TEAM, _asked_review),
    "proposal.submit_asked": (
        KINDS.TEAM,
        lambda after, _titles: f"Asked {listed(after.get('of', []), 'or')} to submit",
    ),
    "proposal.review_done": (KINDS.TEAM, _done),
    "proposal.request_taken_back": (KINDS.TEAM, _taken_back),
    "proposal.requests_ended": (
        KINDS.TEAM,
        _plain("Withdrew what {person} asked or was asked, because {person} left the team"),
    ),
    "proposal.reminded": (KINDS.TEAM, _plain("Reminded the team of the deadline")),
    "proposal.addenda_acknowledged": (KINDS.SENDING, _read),
    "proposal.submitted": (KINDS.SENDING, _plain("Submitted the proposal (submission {submission})")),
    "proposal.submitted_unchanged": (KINDS.SENDING, _plain("Submitted again what submission {submission} holds")),
    "proposal.withdrawn": (KINDS.SENDING, _plain("Withdrew submission {submission}")),
    "proposal.withdrawal_undone": (KINDS.SENDING, _plain("Undid the withdrawal: submission {submission} counts again")),
}


# Those that make a new version of the draft.
CHANGES = {"proposal.answered", "proposal.addenda_acknowledged"} | {
    action for action, (kind, _say) in SENTENCES.items() if kind is HistoryKind.FILES
}


def titles_of(proposal: Proposal) -> Titles:
    """What the sections and documents of its call are called."""
    return Titles(
        {each.slug: each.title for each in list_form_sections(proposal.rfp_id)},
        {each.slug: each.title for each in list_slots(proposal.rfp_id)},
    )


def read_history(proposal: Proposal) -> list[HistoryEntry]:
    """Everything that happened to a proposal, the newest first."""
    titles = titles_of(proposal)
    told = [_entry(each, titles) for each in history_of(proposal.id) if each.action in SENTENCES]
    names = dict(people_in(told))
    late = [_late(each, names) for each in list_refusals(proposal)]
    return sorted([*collapsed(told), *late], key=lambda each: each.at, reverse=True)


def list_draft_changes(proposal: Proposal, version: int) -> list[HistoryEntry]:
    """What changed the draft since it had this version, the newest first: each change is one version more."""
    titles = titles_of(proposal)
    told = [_entry(each, titles) for each in history_of(proposal.id) if each.action in CHANGES]
    return told[::-1][: max(0, proposal.version - version)]


def _entry(event: AuditEvent, titles: Titles) -> HistoryEntry:
    kind, say = SENTENCES[event.action]
    what = say(json.loads(event.change)["after"], titles)
    return HistoryEntry(event.at, event.actor_name, event.actor_id, kind, what)


def _late(refusal: Refusal, names: Mapping[str, str]) -> HistoryEntry:
    who = names.get(str(refusal.refused_user_id), "A teammate")
    what = "Tried to submit after the deadline"
    return HistoryEntry(refusal.received_at, who, refusal.refused_user_id, HistoryKind.SENDING, what)


def collapsed(entries: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """The lines in order, with the saves of one person in one section within one hour of the clock as one line at the
    time of the last."""
    found: dict[Any, HistoryEntry] = {}
    for place, entry in enumerate(entries):
        hour = entry.at.astimezone(EASTERN).replace(minute=0, second=0, microsecond=0)
        is_save = entry.kind is HistoryKind.ANSWERS and entry.what.startswith("Changed")
        key = (entry.actor_id, entry.what, hour) if is_save else place
        found[key] = replace(entry, saves=found[key].saves + 1) if key in found else entry
    return list(found.values())


def people_in(entries: Iterable[HistoryEntry]) -> list[tuple[str, str]]:
    """Who is named in these lines, by id and name, in the order of names."""
    named = {str(each.actor_id): each.who for each in entries if each.actor_id}
    return sorted(named.items(), key=lambda pair: pair[1])
