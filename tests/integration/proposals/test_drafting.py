"""Drafting: what is typed is kept, what is wrong is said, and nobody else can tell that it exists."""

from datetime import timedelta
from io import BytesIO

import pytest

from pglab.accounts.models import MemberRole
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, GoneError, RuleError
from pglab.proposals import queries, services
from pglab.proposals.models import Answer, Proposal
from pglab.rfps import queries as rfp_queries
from tests.factories.accounts import make_organization, make_user
from tests.factories.proposals import close, fill, make_draft, representative_of
from tests.factories.rfps import make_open_rfp
from tests.support.files import make_pdf, with_script

pytestmark = pytest.mark.usefixtures("rolled_back")


def form_of(proposal, slug, texts):
    part = next(s for s in rfp_queries.list_form_sections(proposal.rfp_id) if s.slug == slug)
    from pglab.proposals.forms import seen_of  # noqa: PLC0415  (only this helper needs it)

    seen = seen_of(part, queries.answers_by_question(proposal))
    return {"seen": seen, **{f"q{place}": text for place, text in enumerate(texts, start=1)}}


def test_one_proposal_for_an_organization_and_challenge():
    rfp = make_open_rfp()
    proposal = make_draft(rfp)

    with pytest.raises(RuleError, match=proposal.reference) as refusal:
        make_draft(rfp, proposal.organization)

    assert refusal.value.field == "area"
    assert make_draft(rfp, proposal.organization, area=1).reference != proposal.reference


def test_a_viewer_reads_and_does_not_write(login):
    rfp = make_open_rfp()
    viewer = make_user("Vic Viewer")
    organization = make_organization(viewer, role=MemberRole.VIEWER)

    with pytest.raises(AccessDeniedError):
        make_draft(rfp, organization)


def test_nothing_starts_after_the_deadline(clock):
    rfp = make_open_rfp()
    organization = make_organization(make_user())
    close(rfp, clock)

    with pytest.raises(GoneError):
        make_draft(rfp, organization)


def test_a_draft_does_not_exist_for_anybody_else(login):
    proposal = make_draft(make_open_rfp())
    rival = make_organization(make_user("Rival")).memberships[0].user

    missing = login(rival).get("/apply/proposals/L12-0000")
    hidden = login(rival).get(f"/apply/proposals/{proposal.reference}")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert strip(hidden).replace(proposal.reference, "L12-0000") == strip(missing)


def strip(response) -> str:
    """The page without what differs in every answer: the request's id and token."""
    import re  # noqa: PLC0415  (only this helper needs it)

    return re.sub(r'value="[^"]*"|[0-9a-f]{16}|\d+ statements, \d+ ms', "", response.text)


def test_a_long_answer_is_kept_and_the_message_stands_beside_it(login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))
    text = " ".join(["word"] * 437)

    response = client.post(
        f"/apply/proposals/{proposal.reference}/sections/impact", data=form_of(proposal, "impact", [text])
    )

    assert response.status_code == 422
    assert "must be 400 words or fewer. It is 437 words." in response.text
    assert db.session.query(Answer).one().text == text


def test_two_people_editing_never_overwrite_each_other_silently(login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))
    stale = form_of(proposal, "impact", ["mine, typed first"])
    client.post(f"/apply/proposals/{proposal.reference}/sections/impact", data=form_of(proposal, "impact", ["theirs"]))

    response = client.post(f"/apply/proposals/{proposal.reference}/sections/impact", data=stale)

    assert response.status_code == 409
    assert "mine, typed first" in response.text
    assert "theirs" in response.text
    assert db.session.query(Answer).one().text == "theirs"


@pytest.mark.parametrize(
    "text", ["王小明 <b>x</b> {{7*7}} ' OR 1=1--", "é ﬁ 👩‍👩‍👧", "a\r\nb", "-" * 9000], ids=range(4)
)
def test_odd_text_is_stored_and_shown_as_text(login, text):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))

    saved = client.post(
        f"/apply/proposals/{proposal.reference}/sections/plan", data=form_of(proposal, "plan", [text, ""])
    )
    page = client.get(f"/apply/proposals/{proposal.reference}/check", check=False)  # it shows the braces, as text

    assert (saved.status_code, page.status_code) == (303, 200)
    assert "<b>x</b>" not in page.text


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x1bb", "\u202eevil", "x" * 20_001], ids=["nul", "control", "turned", "long"]
)
def test_unstorable_text_is_refused_and_given_back(login, text):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))

    response = client.post(
        f"/apply/proposals/{proposal.reference}/sections/plan", data=form_of(proposal, "plan", [text, "kept text"])
    )

    assert response.status_code == 422
    assert "kept text" in response.text
    assert db.session.query(Answer).one().text == "kept text"  # of the field beside it, and nothing of this one


def test_a_real_pdf_is_received_and_replaced(login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))
    address = f"/apply/proposals/{proposal.reference}/documents/pitch-deck"

    first = client.post(address, data={"file": (BytesIO(make_pdf(2)), "契約書.pdf")})
    second = client.post(address, data={"file": (BytesIO(make_pdf(3)), "deck v2.pdf")})
    page = client.get(address)
    download = client.get(f"{address}/file")

    assert (first.status_code, second.status_code) == (303, 303)
    assert "deck v2.pdf" in page.text
    assert "3 pages" in page.text
    assert download.data.startswith(b"%PDF")
    assert download.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"hello", "must be a PDF"),
        (make_pdf(2, with_script), "script"),
        (make_pdf(16), "15 pages or fewer. This file has 16."),
    ],
    ids=["empty", "text", "script", "pages"],
)
def test_a_file_that_does_not_fit_is_refused_beside_the_field(login, content, message):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))

    response = client.post(
        f"/apply/proposals/{proposal.reference}/documents/pitch-deck", data={"file": (BytesIO(content), "deck.pdf")}
    )

    assert response.status_code == 422
    assert message.lower() in response.text.lower()
    assert queries.list_attachments(proposal) == []


def test_removing_a_file_makes_the_draft_incomplete():
    proposal = fill(make_draft(make_open_rfp()))
    slot = rfp_queries.list_slots(proposal.rfp_id)[0]

    with transaction():
        services.remove_file(proposal, slot, actor=representative_of(proposal.organization))

    assert [problem.slot for problem in queries.list_problems(proposal)] == [slot.slug]


def test_drafts_are_still_kept_after_the_deadline(login, clock):
    proposal = make_draft(make_open_rfp(closes_in=timedelta(days=1)))
    close(proposal.rfp, clock)
    client = login(representative_of(proposal.organization))

    saved = client.post(
        f"/apply/proposals/{proposal.reference}/sections/impact", data=form_of(proposal, "impact", ["late text"])
    )
    page = client.get(f"/apply/proposals/{proposal.reference}")

    assert saved.status_code == 303
    assert "Proposals are closed" in page.text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_proposals_costs_the_same_for_every_length(login, rows):
    from tests.support.statements import counting  # noqa: PLC0415  (its listener stays with the tests that count)

    rfp = make_open_rfp()
    organization = make_organization(make_user())
    for area in range(rows):
        make_draft(rfp, organization, area=area)
    client = login(representative_of(organization))
    client.get("/apply")

    with counting() as statements:
        client.get("/apply")

    assert db.session.query(Proposal).count() == rows
    assert len(statements) <= 12
    assert len(statements) == STATEMENTS.setdefault("apply", len(statements))


STATEMENTS: dict[str, int] = {}
