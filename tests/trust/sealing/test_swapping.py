"""P20: nothing is reached or changed by using other people's addresses, forms and ids.

Sample: every page and form that a founder, an evaluator and a champion come to by following links, and the few objects
without a link, asked for and sent by others; also with one's own startup or proposal around somebody else's id.
Pictures of pages and what a page saves by itself count as links. Every route of a workspace that names an object is
among them. Fields nobody asked for: `test_stuffing.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from pglab.accounts.models import MemberRole, Passkey, SignInSession, User
from pglab.accounts.services import invite_member
from pglab.adapters.storage import current_store
from pglab.audit.services import record
from pglab.core.db import db, transaction
from pglab.core.ids import uuid7
from pglab.documents.models import DocumentPage, Upload
from pglab.documents.services import draw_pages
from pglab.proposals.models import (
    Attachment,
    ClarificationAnswer,
    ConfidentialityMark,
    Proposal,
    Refusal,
    Submission,
    SubmittedDocument,
)
from pglab.rfps.models import Rfp
from pglab.rfps.queries import list_areas
from pglab.web.security import Audience
from tests.support.client import Client, client_for
from tests.support.demo import a_demo_city
from tests.support.person import Page
from tests.support.scoreboard import Scores
from tests.support.undoing import set_aside, undone
from tests.trust.world import person, proposal_of

pytestmark = pytest.mark.slow

BEGIN = ("/apply", "/workspace", "/review", "/account")
LINKED = re.compile(r'<a [^>]*?href="([^"]+)"|<img [^>]*?src="([^"]+)"')
SAVED_TO = re.compile(r'data-autosave="([^"]+)"')  # where a page sends what is typed, by itself
OWN = re.compile(r"/(?:[LPA]\d+-\w+|[0-9a-f]{8}-[0-9a-f-]{27})|/review/cohorts/")
STRANGERS = {
    "founder": ("visitor", "rival", "onlooker", "evaluator"),
    "evaluator": ("visitor", "rival", "onlooker", "founder", "champion"),
    "champion": ("visitor", "onlooker", "evaluator", "conflicted"),
    "latecomer": ("visitor", "rival", "onlooker", "evaluator"),
    "confider": ("visitor", "rival", "onlooker", "evaluator"),
    "teammate": ("visitor", "rival", "onlooker", "evaluator"),
}
LATECOMER = "imani.brooks@example.org"  # holds a refusal: tried to submit after the deadline
# A visitor is sent to sign in; whoever is signed in learns nothing, or that somebody else has to do this.
REFUSED = {"visitor": {302, 303, 401}}
DENIED = {403, 404}
# Reading is noted; a session in use is marked as seen. To end one also writes to the log, which is noticed.
WRITTEN_BY_ASKING = {"access_log", "sign_in_sessions"}
NO_OBJECTS = {
    "proposals.start": "a cohort is public; whose startup is a field of the form, proved below",
    "accounts.new_email": "its address is a secret from a mail; P38",
}
CHANGED = text("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
# The startup or proposal an address begins with, where a second id follows it.
OUTER = re.compile(r"^/apply/(?:organizations|proposals)/[^/]+(?=/.*[0-9a-f]{8}-)")

Try = tuple[str, str, MultiDict[str, str] | None]  # method, address, what the form held


@dataclass
class Walk:
    """What one person came to by following links: addresses, and forms with what they held."""

    pages: list[str] = field(default_factory=list)
    forms: dict[str, MultiDict[str, str]] = field(default_factory=dict)
    unlinked: list[tuple[str, str]] = field(default_factory=list)

    def tries(self) -> list[Try]:
        """What is theirs alone, to be asked for by others."""
        asked: list[Try] = [("GET", one, None) for one in self.pages]
        asked += [("POST", target, values) for target, values in self.forms.items()]
        asked += [(method, one, MultiDict() if method == "POST" else None) for method, one in self.unlinked]
        return [one for one in asked if OWN.search(one[1])]


@dataclass
class Intrusion:
    """What strangers tried, and what of it answered or wrote something."""

    tried: int = 0
    places: set[tuple[str, str]] = field(default_factory=set)
    answered: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def city() -> Iterator[Flask]:
    with a_demo_city("swapping") as app, undone(app):
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield app


def user_of(role: str) -> User | None:
    if role == "latecomer":
        return db.session.scalars(select(User).where(User.email == LATECOMER)).one()
    if role == "confider":
        return db.session.get_one(User, confided().signed_by_id)
    return person(role)


def confided() -> ConfidentialityMark:
    """What a startup says of its deck in a call that is opened: confidential pages, and a copy without them."""
    in_94 = select(ConfidentialityMark).join(Proposal, ConfidentialityMark.proposal_id == Proposal.id).join(Rfp)
    return db.session.scalars(in_94.where(Rfp.reference == "RFP-94")).one()


def browser(app: Flask, role: str) -> Client:
    user = user_of(role)
    return client_for(app) if user is None else client_for(app).sign_in(user)


def walk(app: Flask, role: str, also: tuple[str, ...] = (), begin: tuple[str, ...] = BEGIN) -> Walk:
    """Follow every link of the site from the person's workspaces on; `also`: pages one comes to by pressing a button,
    or knows the address of."""
    client, found, waiting = browser(app, role), Walk(), [*begin, *also]
    seen = set(waiting)
    while waiting:
        address = waiting.pop(0)
        response = client.get(address, check=False)
        if response.status_code == 200 or response.headers.get("Location", "").startswith(BEGIN):
            found.pages.append(address)
        if response.status_code == 200 and response.mimetype == "text/html":
            for form in Page(response.text).forms:
                target = urlsplit(urljoin(address, form.action or address)).path
                if form.method == "post":
                    found.forms.setdefault(target, form.values)
            for saved_to in SAVED_TO.findall(response.text):
                found.forms.setdefault(saved_to, found.forms[address])
            for path in linked(address, response.text):
                if path not in seen and path.startswith(begin):
                    seen.add(path)
                    waiting.append(path)
        response.close()
    return found


def linked(address: str, html: str) -> Iterator[str]:
    """The pages of the workspaces that a page links to."""
    for href, src in LINKED.findall(html):
        parts = urlsplit(urljoin(f"http://localhost{address}", unescape(href or src)))
        if parts.netloc == "localhost" and parts.path.startswith(BEGIN):
            yield parts.path


@pytest.fixture(scope="module")
def drawn(city: Flask) -> Iterator[None]:
    """The pages of a draft's file, of a redacted copy, of a file sent in answer and of some to be scored are drawn, as
    the worker does in the minutes after a file came."""
    mark = confided()
    draft = select(Attachment.document_id).where(Attachment.proposal_id == sealed().id)
    answers = select(ClarificationAnswer.document_id).where(ClarificationAnswer.document_id.is_not(None))
    to_score = select(SubmittedDocument.document_id).join(Submission).join(Proposal).join(Rfp)
    files = {mark.redacted_document_id, *(db.session.scalars(one).first() for one in (draft, answers))}
    files |= set(db.session.scalars(to_score.where(Rfp.reference == "RFP-95").limit(2)))
    with transaction():
        for file in files:
            draw_pages(file)
    keys = db.session.scalars(select(DocumentPage.image_key).where(DocumentPage.document_id.in_(files))).all()
    yield
    for key in keys:
        current_store().delete(key)


def sealed() -> Proposal:
    """The founder's proposal in the open call."""
    return proposal_of("sealed", "CurbSense")


@pytest.fixture(scope="module")
def walks(city: Flask, drawn: None) -> dict[str, Walk]:
    """What each of them comes to, and what is theirs without a link."""
    mine = f"/apply/proposals/{sealed().reference}"
    places = ("documents", "sections/impact/check", "sections/impact/1")
    roles = ("evaluator", "champion", "rival", "onlooker", "conflicted")
    found = {**{role: walk(city, role) for role in roles}, "latecomer": Walk(), "teammate": Walk()}
    found["founder"] = walk(city, "founder", tuple(f"{mine}/{place}" for place in places))
    about = db.session.get_one(Proposal, confided().proposal_id).reference
    found["confider"] = walk(city, "confider", begin=(f"/apply/proposals/{about}",))
    for role, tries in unlinked(city, found["champion"]).items():
        found[role].unlinked = tries
    return found


def unlinked(app: Flask, champions: Walk) -> dict[str, list[tuple[str, str]]]:
    """What is there without a link to it in the demo: a session, a passkey, an upload, an invitation, a refusal,
    addenda that were acknowledged already, a virus check that is done, a withdrawal that was undone."""
    browser(app, "founder")
    founder = user_of("founder")
    assert founder is not None
    organization = founder.memberships[0].organization
    passkey = Passkey(id=uuid7(), user_id=founder.id, key_id=b"key", public_key=b"public", uses=0, name="Phone")
    upload = Upload(
        purpose="proof",
        filename="a.pdf",
        size=9,
        fingerprint="f",
        storage_key="k",
        store_upload_id="s",
        started_by_id=founder.id,
    )
    with transaction():
        invitation = invite_member(organization, email="new@example.org", role=MemberRole.EDITOR, actor=founder)
        db.session.add_all([passkey, upload])
        db.session.flush()
        record("passkey.added", founder, actor=founder)
    opened = db.session.scalars(select(SignInSession.id).where(SignInSession.user_id == founder.id)).first()
    late = db.session.execute(
        select(Refusal.id, Proposal.reference)
        .join(Proposal, Refusal.proposal_id == Proposal.id)
        .where(Proposal.organization_id == user_of("latecomer").memberships[0].organization_id)  # type: ignore[union-attr]  # one of the demo
    ).one()
    verdict = next(address for address in champions.forms if address.endswith("/verdict"))
    mine = f"/apply/proposals/{sealed().reference}"
    return {
        "founder": [
            ("POST", f"/account/sessions/{opened}/end"),
            ("GET", f"/account/passkeys/{passkey.id}/removal"),
            ("POST", f"/account/passkeys/{passkey.id}/removal"),
            ("GET", f"/uploads/{upload.id}"),
            ("POST", f"/uploads/{upload.id}/cancellation"),
            ("POST", f"/apply/organizations/{organization.id}/invitations/{invitation.id}/withdrawal"),
            *((method, f"{mine}/acknowledgments") for method in ("GET", "POST")),
            ("GET", f"{mine}/documents/pitch-deck/virus-check"),
            ("POST", f"{mine}/restoration"),
        ],
        "teammate": [(method, f"{mine}/submission/request") for method in ("GET", "POST")],
        "latecomer": [("GET", f"/apply/proposals/{late.reference}/refusals/{late.id}{kind}") for kind in ("", ".json")],
        "evaluator": [("POST", "/review/cohorts/90/seat"), ("POST", "/review/cohorts/90/conflicts")],
        "champion": [(method, verdict.replace("verdict", "acceptance")) for method in ("GET", "POST")],
    }


def intruded(app: Flask, walks: dict[str, Walk], only: str = "/") -> Intrusion:
    """Strangers try what is somebody else's, where the address begins like `only`."""
    found, routes = Intrusion(), app.url_map.bind("localhost")
    for owner, strangers in STRANGERS.items():
        for stranger in strangers:
            own = walks.get(stranger, Walk())
            client = browser(app, stranger)
            for method, address, values in [each for one in walks[owner].tries() for each in (one, *crossed(one, own))]:
                if address in own.pages or not address.startswith(only):
                    continue
                found.tried += 1
                found.places.add((routes.match(address, method)[0], method))
                problem = problem_with(client, method, address, values, REFUSED.get(stranger, DENIED))
                found.answered += [f"{stranger} {method} {address}: {problem}"] if problem else []
    return found


def crossed(one: Try, own: Walk) -> list[Try]:
    """The same inner id, inside the stranger's own startup or proposal."""
    method, address, values = one
    outer = OUTER.match(address)
    if outer is None:
        return []
    kind = outer[0].rsplit("/", 1)[0]
    mine = {each[0] for page in own.pages if (each := re.match(rf"{kind}/(?!new)[^/]+", page))}
    return [(method, mine_ + address.removeprefix(outer[0]), values) for mine_ in sorted(mine)[:1]]


def problem_with(
    client: Client, method: str, address: str, values: MultiDict[str, str] | None, allowed: set[int]
) -> str:
    """What a request answered or wrote that it must not; empty when it was refused and left nothing."""
    before = changes()
    typed = {**values.to_dict(), "csrf_token": client.token()} if values is not None else None
    response = client.open(address, method=method, data=typed, check=False)
    after = changes()
    written = {name for name, number in after.items() if number != before.get(name, 0)} - WRITTEN_BY_ASKING
    response.close()
    return "" if response.status_code in allowed and not written else f"{response.status_code} {sorted(written)}"


def changes() -> dict[str, int]:
    """How many rows this transaction has written, by table."""
    return dict(db.session.execute(CHANGED).all())


def object_routes(app: Flask) -> set[tuple[str, str]]:
    """Every route of a signed-in person whose address names something, by method."""
    private = {Audience.SIGNED_IN, Audience.SECOND_FACTOR}
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.arguments and app.view_functions[rule.endpoint].access.audience in private  # type: ignore[attr-defined]  # declared
        if rule.endpoint not in NO_OBJECTS
    }


def test_nobody_uses_other_peoples_addresses(city: Flask, walks: dict[str, Walk], scored: Scores) -> None:
    found = intruded(city, walks)
    assert found.answered == []
    assert object_routes(city) - found.places == set()
    assert found.tried > 1500
    scored("P20", what="other people's pages and forms that answered or wrote anything", sample=found.tried)
    scored("P20", what="routes of workspaces naming an object that were not tried", sample=len(object_routes(city)))


def test_what_has_no_link_is_there_for_its_owner(city: Flask, walks: dict[str, Walk]) -> None:
    """Or refusing it to others would say nothing. The upload is not asked for: its parts would be looked for."""
    tries = [(role, *one) for role, walked in walks.items() for one in walked.unlinked if "/uploads/" not in one[1]]
    for role, method, address in tries:
        with set_aside():
            response = browser(city, role).open(address, method=method, data={}, check=False)
            assert response.status_code in {200, 303, 409, 410, 422}, (role, method, address)
    assert len(tries) > 5


def test_a_missing_check_is_noticed(
    city: Flask, walks: dict[str, Walk], scored: Scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the pilots' pages open to everybody."""
    monkeypatch.setattr("pglab.pilots.policy.may_see", lambda *_a: True)
    found = intruded(city, walks, only="/workspace")
    assert found.answered
    scored("P20", control=f"with the check of pilots gone {len(found.answered)} of {found.tried} answer")


def test_an_id_in_a_field_is_no_key(city: Flask, scored: Scores) -> None:
    """A rival starts a proposal for somebody else's startup, in each area; for their own it works."""
    owners = {
        role: str(user.memberships[0].organization_id) for role in ("founder", "rival") if (user := user_of(role))
    }
    rfp = db.session.scalars(select(Rfp).where(Rfp.reference == "RFP-12")).one()
    areas = [str(area.id) for area in list_areas(rfp.cohort_id)]
    started = dict.fromkeys(owners, 0)
    for role, organization in owners.items():
        for area in areas:
            with set_aside():
                client, before = browser(city, "rival"), changes().get("proposals", 0)
                client.post("/apply/cohorts/12", data={"organization": organization, "area": area}, check=False)
                started[role] += changes().get("proposals", 0) - before
    assert started["founder"] == 0
    assert started["rival"] > 0
    scored("P20", what="proposals started for somebody else's startup", sample=len(areas))
