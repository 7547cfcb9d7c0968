"""What a team learns of its own acts."""

from pglab.accounts.models import User
from pglab.documents.models import Document
from pglab.documents.states import ScanVerdict
from pglab.outbox.queries import is_told, list_mails
from pglab.outbox.services import owe
from pglab.outbox.states import EmailState
from pglab.proposals import queries
from pglab.proposals.models import Proposal, Submission
from pglab.proposals.notices.people import representatives, team
from pglab.rfps.models import DocumentSlot
from pglab.rfps.notices import deadline_calendar
from pglab.rfps.queries import list_form_sections, list_slots
from pglab.web.filters import et_brief, et_date, et_long, et_seconds, et_short

RECEIPT = "proposal_submitted"
FATES = {EmailState.SENT: "sent", EmailState.REFUSED: "lost", EmailState.FAILED: "lost"}


def tell_started(proposal: Proposal, starter: User) -> None:
    """The team and their calendars learn that a proposal was started, by when it is due, what it needs, and who can
    submit it (N6)."""
    rfp, calendar = proposal.rfp, deadline_calendar(proposal.rfp)
    for person in team(proposal):
        yours = person.id == starter.id
        owe(
            "proposal_started",
            person,
            subject=f"{'You' if yours else 'Your team'} started {proposal.reference} – "
            f"apply by {et_brief(rfp.closes_at)}",
            template="proposals/started",
            about=proposal,
            proposal=proposal,
            starter="You" if yours else starter.name,
            parts=[section.title for section in list_form_sections(rfp.id)],
            files=[slot.title for slot in list_slots(rfp.id) if slot.required],
            deadline=et_long(rfp.closes_at),
            representatives=[user.name for user in representatives(proposal)],
            calendar=calendar,
        )


def tell_submitted(submission: Submission) -> None:
    """The whole team gets the receipt (N13), or learns which submission counts now (N14); each person once. The files
    are named by what they were asked for, never by their own names."""
    proposal, subject = submission.proposal, receipt_subject(submission)
    received = queries.read_submission(submission).manifest
    for person in team(proposal):
        if not is_told(person.id, subject=subject, about=proposal.reference):
            owe(
                RECEIPT,
                person,
                subject=subject,
                template="proposals/submitted",
                about=proposal,
                submission=submission,
                proposal=proposal,
                received=et_seconds(submission.received_at, precise=submission.close_call),
                deadline=et_long(proposal.rfp.closes_at),
                files=received["files"],
                steps=queries.next_steps(proposal.rfp),
            )


def receipt_subject(submission: Submission) -> str:
    """The subject of the mail that carries the receipt of one submission."""
    reference = submission.proposal.reference
    if submission.number > 1:
        return f"Submission {submission.number} received ({reference})"
    return f"Submitted: {reference}, received {et_short(submission.received_at)}"


def addresses_of_receipt(submission: Submission) -> dict[str, list[str]]:
    """Where the receipt of a submission went: `sent`, `lost` (it will not arrive) and `waiting`. Until the worker has
    written the mails, everybody's waits."""
    people = team(submission.proposal)
    found: dict[str, list[str]] = {"sent": [], "lost": [], "waiting": []}
    mails = list_mails(
        [person.id for person in people],
        kind=RECEIPT,
        subject=receipt_subject(submission),
        about=submission.proposal.reference,
    )
    for mail in mails:
        found[FATES.get(mail.state, "waiting")].append(mail.to_address)
    return found if mails else {**found, "waiting": [str(person.email) for person in people]}


def tell_withheld(proposal: Proposal, document: Document, *, slots: list[DocumentSlot], back: bool, sent: bool) -> None:
    """The team learns that a file failed its virus check, whether the one it replaced is back, and that what was
    submitted stands (N17); each person once."""
    subject = f"One file in {proposal.reference} has a problem"
    for person in team(proposal):
        if not is_told(person.id, subject=subject, about=str(document)):
            owe(
                "file_withheld",
                person,
                subject=subject,
                template="proposals/file_withheld",
                about=document,
                proposal=proposal,
                slots=[slot.title for slot in slots],
                infected=document.verdict is ScanVerdict.INFECTED,
                back=back,
                sent=sent,
                closes=et_date(proposal.rfp.closes_at),
            )
