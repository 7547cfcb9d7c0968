"""Files with a story of their own: one that is partly confidential, and one that is still being checked."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import current_app

from pglab.adapters.scanner import ScanAnswer, ScannerUnavailableError, current_scanner, init_scanner
from pglab.cli.demo import city, documents
from pglab.cli.demo.story import Calendar, Step
from pglab.proposals import services
from pglab.proposals.services import Claim
from pglab.rfps.models import DocumentSlot
from pglab.rfps.queries import list_slots

DECK, PAPERS = "pitch-deck", "registration"
CLAIM = Claim("3", "The page shows how our index is built. No competitor has it, and we tell it under agreements only.")
REMOVED = "Removed from this copy. The page is confidential."


class BusyScanner:
    """A virus scanner that has not come to the file yet."""

    present = True

    def scan(self, pieces: Iterable[bytes]) -> ScanAnswer:  # noqa: ARG002  (the scanner's signature)
        raise ScannerUnavailableError("The scanner is busy.")

    def ping(self) -> None:
        raise ScannerUnavailableError("The scanner is busy.")


def marking(calendar: Calendar, when: tuple[int, int], cohort: int, key: str) -> list[Step]:
    """In the afternoon of a weekday: a page of the deck is marked and the statement signed, then comes the copy for
    the public."""
    return [
        calendar.act((*when, "16:10"), f"{key} marks its deck for cohort {cohort}", mark, cohort, key),
        calendar.act((*when, "16:40"), f"{key} adds a redacted copy for cohort {cohort}", redact, cohort, key),
    ]


def mark(cohort: int, key: str) -> None:
    """The representative says which page of the deck is confidential, and signs."""
    proposal = city.proposal(cohort, key)
    services.mark_file(proposal, slot_of(cohort, DECK), CLAIM, actor=city.representative(key), sign=True)


def redact(cohort: int, key: str) -> None:
    """The same deck with that page emptied."""
    proposed = city.proposed(cohort, key)
    shown = {**proposed["answers"], "product.1": REMOVED}
    file = documents.pitch_deck(city.plain_name(key), proposed["pitch"], shown)
    file.filename = "pitch-deck-redacted.pdf"
    services.attach_redacted(city.proposal(cohort, key), slot_of(cohort, DECK), file, actor=city.representative(key))


def replace_papers(cohort: int, key: str) -> None:
    """A newer certificate, still with the virus scanner; the one before is kept beside it. Where no scanner runs it
    stays so, for everybody to see."""
    profile = city.startups()[key]["profile"]
    number = f"{profile['registration_number']}, renewed this year"
    file = documents.certificate(city.plain_name(key), profile["registration_state"], number)
    file.filename = "registration-renewed.pdf"
    with busy_scanner():
        slot, actor = slot_of(cohort, PAPERS), city.representative(key)
        services.attach_file(city.proposal(cohort, key), slot, file, actor=actor)


@contextmanager
def busy_scanner() -> Iterator[None]:
    """What is sent meanwhile waits for its check."""
    before, settings = current_scanner(), current_app.config["SETTINGS"]
    init_scanner(current_app, settings, BusyScanner())
    try:
        yield
    finally:
        init_scanner(current_app, settings, before)


def slot_of(cohort: int, slug: str) -> DocumentSlot:
    """A slot of the cohort's call."""
    return next(slot for slot in list_slots(city.rfp(cohort).id) if slot.slug == slug)
