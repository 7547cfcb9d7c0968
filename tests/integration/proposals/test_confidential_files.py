"""What of a file is confidential: marked, signed for, filed with the submission; a copy for the public."""

import json
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from pglab.accounts.models import MemberRole, Membership, User
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, NotFoundError, RuleError
from pglab.documents.models import Document, DocumentScan
from pglab.documents.states import ScanVerdict
from pglab.outbox.models import Notice
from pglab.proposals import queries, services
from pglab.proposals.models import Attachment, ConfidentialityMark, Proposal, Submission, SubmittedMark
from pglab.proposals.services import Claim
from pglab.rfps.models import DocumentSlot
from pglab.rfps.queries import list_slots
from tests.factories import keep
from tests.factories.accounts import make_editor, make_user
from tests.factories.proposals import fill, make_document, make_draft, open_all, representative_of, submit
from tests.factories.reviews import declare, make_panel
from tests.factories.rfps import make_open_rfp, make_program_people
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.files import make_pdf
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")

Login = Callable[[User], Client]
DECK, PROOF = "pitch-deck", "registration"
CLAIM = Claim("1, 2–3", "The recipe of our sensor.")
TYPED = {"pages_named": CLAIM.pages_named, "reason": CLAIM.reason}


def slot_of(proposal: Proposal, slug: str = DECK) -> DocumentSlot:
    return next(slot for slot in list_slots(proposal.rfp_id) if slot.slug == slug)


def mark(proposal: Proposal, *, sign: bool = True, claim: Claim = CLAIM, actor: User | None = None) -> None:
    actor = actor or representative_of(proposal.organization)
    with transaction():
        services.mark_file(proposal, slot_of(proposal), claim, actor=actor, sign=sign, unsign=True)


def seen(proposal: Proposal, slug: str = DECK) -> dict[str, str]:
    """What a page about the file in the slot says that it shows."""
    attachment = queries.find_attachment(proposal, slug)
    return {"seen": str(attachment.document_id)} if attachment else {}


def mark_on(proposal: Proposal, slug: str = DECK) -> ConfidentialityMark | None:
    db.session.expire_all()
    attachment = queries.find_attachment(proposal, slug)
    return queries.find_mark(attachment) if attachment else None


def give_copy(proposal: Proposal, verdict: ScanVerdict | None = ScanVerdict.CLEAN) -> Document:
    """A redacted copy as a row without bytes."""
    copy = make_document(proposal, filename="public.pdf", verdict=verdict)
    found = mark_on(proposal)
    assert found is not None
    found.redacted_document = copy
    keep(found, sealed_rfp_id=proposal.rfp_id)
    return copy


@pytest.fixture
def proposal(rolled_back: None) -> Proposal:
    return fill(make_draft(make_open_rfp()))


@pytest.fixture
def editor(proposal: Proposal) -> User:
    return make_editor(proposal.organization)


def test_an_editor_marks_and_a_representative_signs(proposal: Proposal, editor: User, login: Login):
    files = f"/apply/proposals/{proposal.reference}/documents/{DECK}"
    writes, signs = login(editor), login(representative_of(proposal.organization))

    page = writes.get(f"{files}/confidential")
    blank = writes.post(f"{files}/confidential", data={})
    marked = writes.post(f"{files}/confidential", data={**TYPED, **seen(proposal), "sign": "yes"})

    assert "Leave trade secrets out" in page.text and "An authorized representative signs it" in page.text
    assert (blank.status_code, "Enter which pages are confidential" in blank.text) == (422, True)
    assert "Enter why they are confidential" in blank.text
    assert marked.status_code == 303
    assert "The statement is not signed yet." in writes.get(files).text
    found = mark_on(proposal)
    assert found is not None and found.signed_by_id is None, "an editor's tick signs nothing"

    signed = signs.post(f"{files}/confidential", data={**TYPED, **seen(proposal), "sign": "yes"})

    assert signed.status_code == 303
    found = mark_on(proposal)
    assert found is not None and found.signed_by_id == representative_of(proposal.organization).id
    assert "Statement signed by" in writes.get(files).text


def test_an_unsigned_statement_keeps_the_proposal_from_being_submitted(proposal: Proposal, login: Login):
    team = login(representative_of(proposal.organization))
    assert queries.list_problems(proposal) == []

    mark(proposal, sign=False)

    (problem,) = queries.list_problems(proposal)
    assert problem.message == "Sign the statement about what is confidential in the pitch deck"
    check = team.get(f"/apply/proposals/{proposal.reference}/check").text
    assert problem.message in check and f"/documents/{DECK}/confidential?return=check#sign" in check
    assert "Needs you" in team.get(f"/apply/proposals/{proposal.reference}").text
    with pytest.raises(RuleError, match="1 things to fix"):
        submit(proposal)
    mark(proposal)
    submit(proposal)


def test_changing_what_is_said_takes_the_signature_away(proposal: Proposal, editor: User):
    mark(proposal)
    mark(proposal, sign=False, actor=editor)
    found = mark_on(proposal)
    assert found is not None and found.signed_at is not None, "the same text stays signed"

    mark(proposal, sign=False, actor=editor, claim=Claim("2", CLAIM.reason))

    found = mark_on(proposal)
    assert found is not None and (found.pages_named, found.signed_at, found.signed_by_id) == ("2", None, None)
    with pytest.raises(AccessDeniedError):
        mark(proposal, actor=editor)


def test_the_mark_goes_where_its_file_goes(proposal: Proposal):
    actor = representative_of(proposal.organization)
    mark(proposal)
    with transaction():
        services.remove_file(proposal, slot_of(proposal, PROOF), actor=actor)
        services.move_file(proposal, slot_of(proposal), slot_of(proposal, PROOF), actor=actor, keep=True)
    assert mark_on(proposal) is not None
    assert mark_on(proposal, PROOF) is not None

    with transaction():
        services.remove_file(proposal, slot_of(proposal), actor=actor)
    assert (mark_on(proposal), mark_on(proposal, PROOF) is None) == (None, False)

    with transaction():
        services.remove_file(proposal, slot_of(proposal, PROOF), actor=actor)
    assert queries.list_marks(proposal) == [], "it goes with the last slot of its file"


def test_files_that_trade_places_take_their_marks_along(proposal: Proposal):
    mark(proposal)
    with transaction():
        services.move_file(
            proposal,
            slot_of(proposal),
            slot_of(proposal, PROOF),
            actor=representative_of(proposal.organization),
            keep=False,
        )
    assert (mark_on(proposal), mark_on(proposal, PROOF) is None) == (None, False)


def test_another_file_is_not_marked_until_somebody_says_so(proposal: Proposal, login: Login):
    team = login(representative_of(proposal.organization))
    mark(proposal)
    earlier = queries.find_attachment(proposal, DECK)
    assert earlier is not None
    before = earlier.document_id
    attachment = keep_waiting(proposal)

    assert mark_on(proposal) is None
    page = team.get(f"/apply/proposals/{proposal.reference}/documents/{DECK}").text
    assert "The file before this one was marked as confidential. This one is not." in page
    assert CLAIM.reason in team.get(f"/apply/proposals/{proposal.reference}/documents/{DECK}/confidential").text

    keep(DocumentScan(document_id=attachment.document_id, verdict=ScanVerdict.INFECTED), sealed_rfp_id=proposal.rfp_id)
    db.session.expire_all()
    with transaction():
        services.follow_verdict(attachment.document_id)

    found = mark_on(proposal)
    assert found is not None and found.document_id == before, "the file came back, and its mark with it"


def keep_waiting(proposal: Proposal) -> Attachment:
    """Replace the deck by a file whose virus check is still to come."""
    document = make_document(proposal, filename="new.pdf", verdict=None)
    with transaction():
        return_to = services.attaching.put_in_slot(
            proposal, slot_of(proposal), document, actor=representative_of(proposal.organization)
        )
        proposal.version += 1
        services.attaching.record(
            "proposal.file_attached", proposal, actor=representative_of(proposal.organization), after={"slot": DECK}
        )
    return return_to


def test_a_submission_files_the_statement_and_keeps_it(proposal: Proposal, login: Login):
    mark(proposal)
    copy = give_copy(proposal)
    sent = submit(proposal)
    with transaction():
        services.unmark_file(proposal, slot_of(proposal), actor=representative_of(proposal.organization))

    told = json.loads(sent.manifest)
    files = {each["slot"]: each["confidential"] for each in told["files"]}
    filed = files.pop("Pitch deck")
    assert told["format"] == 2
    assert set(files.values()) == {None}
    assert (filed["pages"], filed["reason"], filed["signed_by"]) == (
        CLAIM.pages_named,
        CLAIM.reason,
        representative_of(proposal.organization).name,
    )
    assert filed["redacted_copy"]["sha256"] == copy.sha256
    assert "Right-to-Know Law" in filed["statement"] and filed["signed_at"].endswith("Z")
    assert queries.list_marks(proposal) == []
    assert queries.get_submitted_redacted(sent, DECK).id == copy.id
    with pytest.raises(NotFoundError):
        queries.get_submitted_redacted(sent, PROOF)
    receipt = login(representative_of(proposal.organization)).get(f"/apply/proposals/{proposal.reference}/receipts/1")
    assert "Marked as confidential:" in receipt.text and "redacted-copy" in receipt.text


@pytest.mark.parametrize("change", ["UPDATE submitted_marks SET reason = ''", "DELETE FROM submitted_marks"])
def test_what_was_filed_is_never_changed(proposal: Proposal, change: str):
    mark(proposal)
    submit(proposal)
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(text(change))


def test_readers_see_the_whole_file_and_what_is_marked(proposal: Proposal, login: Login, clock: OfficialClock):
    mark(proposal)
    give_copy(proposal)
    submit(proposal)
    manager, director = make_program_people()
    open_all(proposal.rfp, manager, director, clock)
    seat = make_panel(proposal.rfp, "Avery Chen", manager=manager)[0]
    declare(seat)
    evaluator, program = login(seat.user), login(manager)

    bench = evaluator.get(f"/review/proposals/{proposal.reference}").text
    record = program.get(f"/manage/proposals/{proposal.reference}").text

    assert "Marked as confidential:" in bench and CLAIM.reason in bench
    assert f"/review/proposals/{proposal.reference}/documents/{DECK}" in bench
    assert "Redacted copy" not in bench
    assert "Marked as confidential:" in record
    assert f"/manage/proposals/{proposal.reference}/documents/{DECK}/redacted-copy" in record


def test_a_redacted_copy_goes_by_the_rules_of_the_slot(proposal: Proposal, login: Login):
    team = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/{DECK}/redacted-copy"
    files = address.removesuffix("/redacted-copy")

    assert "no file here that is marked" in team.get(address).text
    assert team.post(address, data={"file": (BytesIO(make_pdf(1)), "public.pdf")}).status_code == 404
    mark(proposal)
    assert (team.post(address, data={}).status_code, "Select a redacted copy" in team.post(address, data={}).text) == (
        422,
        True,
    )
    words = team.post(address, data={**seen(proposal), "file": (BytesIO(b"just words"), "public.pdf")})
    assert (words.status_code, "The redacted copy must be a PDF" in words.text) == (422, True)
    long = team.post(address, data={**seen(proposal), "file": (BytesIO(make_pdf(16)), "public.pdf")})
    assert "The redacted copy must be 15 pages or fewer. This file has 16." in long.text, "not the pitch deck"
    given = team.post(address, data={**seen(proposal), "file": (BytesIO(make_pdf(1)), "public.pdf")})
    assert given.status_code == 303
    found = mark_on(proposal)
    assert found is not None and found.signed_at is not None and found.redacted_document is not None
    assert "public.pdf" in team.get(files).text
    assert team.get(f"{address}/file").data.startswith(b"%PDF")

    copy = {"seen": str(found.redacted_document_id)}
    assert team.post(f"{address}/removal", data=copy).status_code == 303
    assert team.get(f"{address}/file").status_code == 404
    assert team.post(f"{files}/confidential/removal", data=seen(proposal)).status_code == 303
    assert mark_on(proposal) is None


def test_an_infected_copy_is_told_and_has_to_be_replaced(proposal: Proposal):
    mark(proposal)
    copy = give_copy(proposal, ScanVerdict.INFECTED)

    with transaction():
        services.follow_verdict(copy.id)

    db.session.expire_all()
    (problem,) = queries.list_problems(proposal)
    assert problem.message.startswith("Pitch deck: the redacted copy contains a virus.")
    told = db.session.scalars(select(Notice).where(Notice.kind == "file_withheld")).all()
    assert [notice.user_id for notice in told] == [representative_of(proposal.organization).id]


def test_another_startup_and_a_viewer_change_nothing(proposal: Proposal, login: Login):
    viewer = make_user("Vic Viewer")
    keep(Membership(organization=proposal.organization, user=viewer, role=MemberRole.VIEWER))
    rival = representative_of(make_draft(proposal.rfp).organization)
    mark(proposal)
    files = f"/apply/proposals/{proposal.reference}/documents/{DECK}"
    pages = [f"{files}/confidential", f"{files}/redacted-copy"]

    assert [login(viewer).get(page).status_code for page in pages] == [403, 403]
    assert [login(rival).get(page).status_code for page in pages] == [404, 404]
    assert "Marked as confidential:" in login(viewer).get(files).text
    with pytest.raises(AccessDeniedError):
        mark(proposal, actor=viewer, sign=False)


def look_as(who: str) -> None:
    """As a transaction of this person begins."""
    db.session.execute(text("SELECT set_config('pglab.viewer', :who, true)"), {"who": who})


def test_the_database_shows_marks_to_their_own_team_alone(proposal: Proposal):
    mark(proposal)
    copy_id = give_copy(proposal).id
    submit(proposal)
    rival = representative_of(make_draft(proposal.rfp).organization)
    manager, _ = make_program_people()
    own = representative_of(proposal.organization)
    found = {}
    for name, viewer in (("own", own), ("rival", rival), ("program", manager)):
        look_as(str(viewer.id))
        found[name] = (
            len(db.session.scalars(select(ConfidentialityMark.id)).all()),
            len(db.session.scalars(select(SubmittedMark.id)).all()),
            db.session.scalar(select(Document.id).where(Document.id == copy_id)) is not None,
        )
    look_as("worker")
    assert found == {"own": (1, 1, True), "rival": (0, 0, False), "program": (0, 0, False)}


def test_marks_add_no_statement_to_reading_a_draft(proposal: Proposal):
    db.session.expire_all()
    with counting() as before:
        queries.get_draft(proposal)
    mark(proposal)
    db.session.expire_all()
    with counting() as after:
        queries.get_draft(proposal)
    assert len(after) == len(before)
    assert isinstance(submit(proposal), Submission)
