"""Sending a file in parts: bound to a person, a purpose, a part and a length; taken in like any other file."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from pglab.accounts.models import MemberRole, Membership, User
from pglab.accounts.services.teams import change_member_role, remove_member
from pglab.adapters.storage import S3Store, StartedParts, current_store
from pglab.core.db import db, transaction
from pglab.documents import policy, services
from pglab.documents.models import PART_BYTES, Document, Upload
from pglab.documents.states import ScanVerdict, UploadOutcome
from pglab.proposals import queries
from pglab.proposals.models import Proposal
from tests.factories import keep
from tests.factories.accounts import make_user
from tests.factories.proposals import make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support import databases, files
from tests.support.client import Client
from tests.support.parcels import begin, put, send, ticket_on

pytestmark = pytest.mark.usefixtures("rolled_back", "bucket")

Login = Callable[[User], Client]


@pytest.fixture
def proposal(rolled_back: None) -> Proposal:
    return make_draft(make_open_rfp())


@pytest.fixture
def founder(login: Login, proposal: Proposal) -> Client:
    return login(representative_of(proposal.organization))


def page_of(proposal: Proposal, slot: str = "pitch-deck") -> str:
    return f"/apply/proposals/{proposal.reference}/documents/{slot}"


def ticket_for(client: Client, proposal: Proposal, slot: str = "pitch-deck") -> str:
    return ticket_on(client.get(page_of(proposal, slot)).text)


def large_pdf(size: int) -> bytes:
    """A real PDF of about this many bytes."""
    return files.make_pdf(
        2, lambda pdf: setattr(pdf.Root, "Padding", pdf.make_stream(bytes(size))), compress_streams=False
    )


def test_a_file_in_three_parts_arrives_whole(founder: Client, proposal: Proposal):
    content = large_pdf(2 * PART_BYTES + 1000)

    upload = send(founder, ticket_for(founder, proposal), content, "Deck – final.pdf")
    answer = founder.post(page_of(proposal), data={"file_upload": upload})

    document = queries.find_attachment(proposal, "pitch-deck").document
    assert answer.status_code == 303
    assert (document.sha256, document.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (document.filename, document.pages) == ("Deck – final.pdf", 2)
    assert document.verdict is ScanVerdict.NOT_SCANNED, "development without a scanner says so"
    assert founder.get(page_of(proposal) + "/file").data == content
    assert db.session.scalars(select(Upload.outcome)).all() == [UploadOutcome.RECEIVED]


def test_a_refused_file_stands_beside_the_field_and_leaves_nothing(
    founder: Client, proposal: Proposal, bucket: S3Store
):
    upload = send(founder, ticket_for(founder, proposal), files.make_pdf(change=files.with_script))

    answer = founder.post(page_of(proposal), data={"file_upload": upload})

    assert (answer.status_code, "scripts or actions that run by themselves" in answer.text) == (422, True)
    assert (list(bucket.list_objects()), list(bucket.list_started_parts())) == ([], [])
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0


def test_an_address_takes_one_part_of_one_length_once(founder: Client, proposal: Proposal):
    content = large_pdf(PART_BYTES)
    ticket = ticket_for(founder, proposal)
    state = begin(founder, ticket, content).json
    url, first = state["part"]["url"], content[:PART_BYTES]

    assert put(url, first[:-1]) == put(url, first + b"x") == 403, "another length"
    assert put(url.replace("partNumber=1", "partNumber=2"), first) == 403, "another part"
    assert put(url.replace("/test-", "/other-"), first) in (403, 404), "another bucket"
    key = db.session.scalars(select(Upload.storage_key)).one()
    assert put(url.replace(key, "elsewhere"), first) == 403, "another key"
    assert put(url, first) == 200
    assert founder.get(f"/uploads/{state['id']}").json["part"]["number"] == 2

    upload = send(founder, ticket, content)
    assert upload == state["id"], "the same file goes on where it was"
    assert founder.post(page_of(proposal), data={"file_upload": upload}).status_code == 303
    assert put(url, b"y" * PART_BYTES) == 404, "after it is taken in no part is accepted"
    assert founder.get(page_of(proposal) + "/file").data == content


def test_an_address_is_short_lived(founder: Client, proposal: Proposal):
    url = begin(founder, ticket_for(founder, proposal), files.make_pdf()).json["part"]["url"]
    assert "X-Amz-Expires=120&" in url
    assert "X-Amz-SignedHeaders=content-length%3Bhost" in url


def test_a_half_sent_file_is_not_taken(founder: Client, proposal: Proposal):
    content = large_pdf(PART_BYTES)
    state = begin(founder, ticket_for(founder, proposal), content).json
    put(state["part"]["url"], content[:PART_BYTES])

    answer = founder.post(page_of(proposal), data={"file_upload": state["id"]})

    assert (answer.status_code, "did not arrive whole" in answer.text) == (422, True)


def test_an_upload_belongs_to_one_person_and_one_slot(founder: Client, proposal: Proposal, login: Login):
    upload = send(founder, ticket_for(founder, proposal), files.make_pdf())
    stranger = make_draft(proposal.rfp)
    rival = login(representative_of(stranger.organization))

    assert rival.get(f"/uploads/{upload}").status_code == 404
    assert rival.post(f"/uploads/{upload}/cancellation").status_code == 404
    assert rival.post(page_of(stranger), data={"file_upload": upload}).status_code == 422
    assert founder.post(page_of(proposal, "registration"), data={"file_upload": upload}).status_code == 422
    assert founder.post(page_of(proposal), data={"file_upload": str(uuid4())}).status_code == 422
    assert founder.post(page_of(proposal), data={"file_upload": "x'; --"}).status_code == 422
    assert founder.post(page_of(proposal), data={"file_upload": upload}).status_code == 303
    assert founder.post(page_of(proposal), data={"file_upload": upload}).status_code == 422, "it is used"


def test_a_ticket_is_needed_and_is_personal(founder: Client, proposal: Proposal, login: Login):
    ticket = ticket_for(founder, proposal)
    rival = login(representative_of(make_draft(proposal.rfp).organization))

    for client, given in [(rival, ticket), (founder, ""), (founder, ticket[:-2]), (founder, "x")]:
        answer = begin(client, given, b"x")
        assert (answer.status_code, "out of date" in answer.json["message"]) == (422, True)
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


def test_a_ticket_ends_with_the_role_it_was_given_for(
    founder: Client, proposal: Proposal, login: Login, monkeypatch: pytest.MonkeyPatch
):
    """Who was removed from the team, or may only read now, begins no upload with a page from before."""
    owner, lee = representative_of(proposal.organization), make_user("Lee Editor")
    keep(Membership(organization=proposal.organization, user=lee, role=MemberRole.EDITOR))
    editor = login(lee)
    ticket = ticket_for(editor, proposal)
    assert begin(editor, ticket, b"x").status_code == 201

    with transaction():
        change_member_role(proposal.organization, lee, MemberRole.VIEWER, actor=owner)
    lowered = begin(editor, ticket, b"xy")
    with transaction():
        remove_member(proposal.organization, lee, actor=owner)
    removed = begin(editor, ticket, b"xyz")

    assert [lowered.status_code, removed.status_code] == [422, 422]
    assert "This page is out of date." in removed.json["message"]
    assert len(db.session.scalars(select(Upload)).all()) == 1
    assert begin(founder, ticket_for(founder, proposal), b"x").status_code == 201, "the others go on"
    # Negative control: whose role is not asked begins one.
    monkeypatch.setattr("pglab.documents.routes._holds", lambda _ticket: True)
    assert begin(editor, ticket, b"xyz").status_code == 201


def test_only_pages_that_upload_name_the_store(founder: Client, proposal: Proposal):
    page = founder.get(page_of(proposal))
    assert f"connect-src 'self' {current_store().browser_origin()};" in page.headers["Content-Security-Policy"]
    assert "connect-src 'self';" in founder.get("/apply").headers["Content-Security-Policy"]


@pytest.mark.parametrize("fingerprint", ["\0", "a\0b", "x y", "é", ""])
def test_a_fingerprint_that_is_none_counts_as_missing(founder: Client, proposal: Proposal, fingerprint: str):
    assert begin(founder, ticket_for(founder, proposal), b"x", fingerprint=fingerprint).status_code == 201
    assert db.session.scalars(select(Upload.fingerprint)).all() == [""]


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (0, "The file is empty"),
        (25_000_001, "The pitch deck can be up to"),
        ("-5", "The file is empty"),
        ("٣", "The file is empty"),
        ("9" * 30, "The file is empty"),
    ],
)
def test_sizes_are_judged_before_a_byte_is_sent(founder: Client, proposal: Proposal, size: object, sentence: str):
    answer = begin(founder, ticket_for(founder, proposal), b"x", size=size)
    assert (answer.status_code, sentence in answer.json["message"]) == (422, True), answer.json


def test_cancelling_forgets_what_has_arrived(founder: Client, proposal: Proposal, bucket: S3Store):
    state = begin(founder, ticket_for(founder, proposal), files.make_pdf()).json

    assert founder.post(f"/uploads/{state['id']}/cancellation").status_code == 200

    assert list(bucket.list_started_parts()) == []
    assert founder.get(f"/uploads/{state['id']}").status_code == 422
    assert founder.post(page_of(proposal), data={"file_upload": state["id"]}).status_code == 422


def test_another_file_for_the_same_slot_asks_before_it_ends_the_earlier_upload(
    founder: Client, proposal: Proposal, bucket: S3Store
):
    ticket, content = ticket_for(founder, proposal), large_pdf(PART_BYTES)
    first = begin(founder, ticket, content, "deck-v4.pdf").json
    assert "uploaded. Choose the same file" not in founder.get(page_of(proposal)).text, "nothing has arrived"
    put(first["part"]["url"], content[:PART_BYTES])
    share = 100 * PART_BYTES // len(content)
    assert f"deck-v4.pdf</bdi> is {share}% uploaded. Choose the same file to continue." in (
        founder.get(page_of(proposal)).text
    )

    asked = begin(founder, ticket, files.make_pdf(2))
    assert (asked.status_code, asked.json["message"]) == (409, services.uploading.OTHER_FILE)
    assert founder.get(f"/uploads/{first['id']}").json["received"] == PART_BYTES, "nothing was forgotten"
    second = begin(founder, ticket, files.make_pdf(2), over="yes").json

    assert first["id"] != second["id"]
    assert founder.get(f"/uploads/{first['id']}").status_code == 422
    assert len(list(bucket.list_started_parts())) == 1


def test_an_upload_that_waited_too_long_is_begun_anew(
    founder: Client, proposal: Proposal, clock: databases.OfficialClock
):
    ticket = ticket_for(founder, proposal)
    upload = send(founder, ticket, files.make_pdf())
    clock.move(services.uploading.KEPT)

    assert founder.post(page_of(proposal), data={"file_upload": upload}).status_code == 422
    assert begin(founder, ticket, files.make_pdf()).json["id"] != upload


def test_a_crash_between_joining_and_taking_in_loses_nothing(founder: Client, proposal: Proposal):
    content = files.make_pdf()
    ticket = ticket_for(founder, proposal)
    upload = db.session.get_one(Upload, send(founder, ticket, content))
    current_store().join_parts(StartedParts(upload.storage_key, upload.store_upload_id, upload.started_at))

    again = begin(founder, ticket, content).json

    assert (again["id"], again["part"]) == (str(upload.id), None)
    assert founder.post(page_of(proposal), data={"file_upload": again["id"]}).status_code == 303


def test_nobody_sends_more_than_anybody_needs(founder: Client, proposal: Proposal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(policy, "FILES_A_DAY", 2)
    ticket = ticket_for(founder, proposal)
    for pages in (1, 2):
        assert begin(founder, ticket, files.make_pdf(pages)).status_code == 201

    third = begin(founder, ticket, files.make_pdf(3))
    plain = founder.post(page_of(proposal), data={"file": (io.BytesIO(files.make_pdf()), "deck.pdf")})

    assert (third.status_code, "very many files" in third.json["message"]) == (422, True)
    assert (plain.status_code, "very many files" in plain.text) == (422, True)


def test_the_files_of_a_proposal_have_a_limit_together(
    founder: Client, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pglab.proposals.policy.MAX_PROPOSAL_BYTES", 1000)
    upload = send(
        founder,
        ticket_for(founder, proposal),
        files.make_pdf(3, lambda pdf: setattr(pdf.Root, "P", pdf.make_stream(bytes(2000))), compress_streams=False),
    )

    answer = founder.post(page_of(proposal), data={"file_upload": upload})

    assert (answer.status_code, "100 MB or less together" in answer.text) == (422, True)


def test_the_sweeper_takes_only_what_nobody_claims(founder: Client, proposal: Proposal, bucket: S3Store):
    kept = send(founder, ticket_for(founder, proposal), files.make_pdf())
    founder.post(page_of(proposal), data={"file_upload": kept})
    left = begin(founder, ticket_for(founder, proposal, "registration"), files.make_pdf(3)).json

    ago = timedelta(seconds=-60)
    assert list(services.list_leftovers(older_than=ago)) == [], "its sender may still go on with it"
    leftovers = list(services.list_leftovers(parts_older_than=ago))
    with transaction():
        assert [services.remove_leftover(each) for each in leftovers] == [True]

    assert list(bucket.list_started_parts()) == []
    assert db.session.get_one(Upload, left["id"]).outcome is UploadOutcome.EXPIRED
    assert founder.get(page_of(proposal) + "/file").status_code == 200
