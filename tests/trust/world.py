"""The demo city seen as a matrix: who there is, and a real address for every route in each state of a proposal."""

import re
from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from pglab.accounts.models import Organization, User
from pglab.audit.models import AuditEvent
from pglab.cohorts.models import Cohort, HostOrganization
from pglab.contact.models import Message
from pglab.contact.states import MessageState
from pglab.core.db import db
from pglab.core.ids import uuid7
from pglab.outages.models import Outage
from pglab.outbox.models import Email, Notice
from pglab.pilots.models import Pilot
from pglab.proposals.models import Proposal, Refusal, ReviewRequest
from pglab.questions.models import Question
from pglab.questions.states import QuestionStatus
from pglab.reviews.models import PanelMember
from pglab.rfps.models import FormQuestion, Rfp

# The columns of the matrix. "visitor" is nobody signed in, "disabled" an account that was switched off.
PEOPLE = {
    "visitor": None,
    "founder": "dana.ruiz@example.org",  # representative of CurbSense
    "teammate": "lee.okafor@example.org",  # editor of CurbSense
    "rival": "sam.whitfield@example.org",  # representative of PermitPal
    "onlooker": "noor.haddad@example.org",  # viewer of another startup
    "evaluator": "avery.chen@example.org",  # declared no conflict
    "conflicted": "carl.dietz@example.org",  # declared a conflict with one startup
    "champion": "mona.abara@example.org",
    "manager": "priya.shah@example.org",
    "director": "helen.novak@example.org",
    "finance": "tomas.lin@example.org",
    "admin": "ned.fox@example.org",
    "auditor": "ivy.grant@example.org",
    "disabled": "grace.liu@example.org",
}


@dataclass(frozen=True)
class Place:
    """One route in one state: `sealed` (cohort 12, still open) or `opened` (cohort 90, decided, piloting)."""

    endpoint: str
    state: str
    method: str
    address: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.endpoint} [{self.state}]"


def person(role: str) -> User | None:
    """The demo person of a column."""
    email = PEOPLE[role]
    return None if email is None else db.session.scalars(select(User).where(User.email == email)).one()


def places(app: Flask) -> list[Place]:
    """Every route and method, with addresses that name real things; `static` and its like stand for themselves."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        for state in states_of(rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                found.append(Place(rule.endpoint, state, method, address(rule, state)))
    return found


def states_of(rule: Rule) -> list[str]:
    """Routes about a cohort or a proposal are tried in both states, the others once."""
    about_proposals = rule.rule.startswith(("/apply/proposals", "/manage/proposals", "/review/proposals"))
    return ["opened", "sealed"] if about_proposals or rule.arguments & {"cohort", "proposal"} else ["opened"]


def address(rule: Rule, state: str) -> str:
    """The route's address for that state."""
    with_values = rule.rule
    for placeholder in re.findall(r"<[^>]+>", with_values):
        name = placeholder.strip("<>").split(":")[-1]
        with_values = with_values.replace(placeholder, str(value(name, rule, state)), 1)
    return with_values


WORDS = {
    "slot": "pitch-deck",
    "role": "finance",
    "dataset": "cohorts",
    "filename": "robots.txt",
    "field": "sections.0.body",
    "token": "not-a-token",
}


def value(name: str, rule: Rule, state: str) -> object:
    """What stands in the address for one argument."""
    proposal = proposal_of(state, "O’Malley" if rule.endpoint.startswith("reviews") else "CurbSense")
    if name == "cohort":
        return 90 if state == "opened" else 12
    if name in ("reference", "proposal"):
        return reference(rule, proposal)
    if name == "slug":
        return slug(rule)
    if name == "question_id":
        return question_of(state).id
    if name in WORDS:
        return WORDS[name]
    return IDS[name]() if name in IDS else 1


def reference(rule: Rule, proposal: Proposal) -> str:
    if rule.endpoint.startswith("contact"):
        return db.session.scalars(select(Message.reference).where(Message.state == MessageState.WAITING)).one()
    if rule.rule.startswith("/workspace") or rule.endpoint.startswith("pilots"):
        return {"pilots.agreement": "A90-01", "pilots.start": proposal.reference}.get(rule.endpoint, "P90-01")
    return "S90-0004" if rule.endpoint.startswith("payments") else proposal.reference


def slug(rule: Rule) -> str:
    if "challenges" in rule.rule or "areas" in rule.rule:
        return "safer-streets"
    if rule.rule.startswith("/alumni"):
        return "beamdata"
    return "impact" if "sections" in rule.rule else "pitch-deck"


def question_of(state: str) -> Question:
    """A question of that state's cohort: published in the opened one, waiting for an answer in the open one."""
    number, status = (90, QuestionStatus.PUBLISHED) if state == "opened" else (12, QuestionStatus.WAITING)
    here = select(Question).join(Question.rfp).join(Rfp.cohort).where(Cohort.number == number)
    return db.session.scalars(here.where(Question.status == status).order_by(Question.asked_at, Question.id)).first()  # type: ignore[return-value]  # it has one


def proposal_of(state: str, startup: str) -> Proposal:
    """A startup's proposal: in the sample cohort (opened, decided), or CurbSense's in the open one (sealed).

    Carl Dietz declared a conflict with O’Malley & Daughters, so their proposal stands for the pages of evaluators.
    """
    number, startup = (90, startup) if state == "opened" else (12, "CurbSense")
    return db.session.scalars(
        select(Proposal)
        .join(Rfp, Proposal.rfp_id == Rfp.id)
        .join(Cohort, Rfp.cohort_id == Cohort.id)
        .join(Organization, Proposal.organization_id == Organization.id)
        .where(Organization.legal_name.startswith(startup), Cohort.number == number)
    ).one()


IDS = {
    "form_question_id": lambda: db.session.scalars(select(FormQuestion.id).limit(1)).one(),
    "upload_id": lambda: UUID(int=0),  # nobody is sending a file; an upload is its sender's alone in any case
    "organization_id": lambda: (
        db.session.scalars(select(Pilot).where(Pilot.reference == "P90-01")).one().organization_id
    ),
    "user_id": lambda: db.session.scalars(select(User).where(User.email == "lee.okafor@example.org")).one().id,
    "session_id": uuid7,
    "passkey_id": uuid7,
    "outage_id": lambda: db.session.scalars(select(Outage)).first().id,  # type: ignore[union-attr]  # the demo has one
    "invitation_id": uuid7,
    "join_id": uuid7,
    "host_id": lambda: db.session.scalars(select(HostOrganization.id).order_by(HostOrganization.name)).first(),
    "notice_id": lambda: notice_of("dana.ruiz@example.org").id,
    "email_id": lambda: db.session.scalars(select(Email)).first().id,  # type: ignore[union-attr]  # the demo sent mail
    "digest": lambda: db.session.scalars(select(AuditEvent.hash).order_by(AuditEvent.seq).limit(1)).one(),
    "member_id": lambda: seat_of("dee.evans@example.org").id,
    "request_id": lambda: request_of(proposal_of("sealed", "CurbSense")).id,
    "refusal_id": lambda: db.session.scalars(select(Refusal).order_by(Refusal.received_at)).first().id,  # type: ignore[union-attr]  # it has one
}


def request_of(proposal: Proposal) -> ReviewRequest:
    """What its editor asks of its representative."""
    return db.session.scalars(select(ReviewRequest).where(ReviewRequest.proposal_id == proposal.id)).one()


def seat_of(email: str) -> PanelMember:
    return db.session.scalars(
        select(PanelMember)
        .join(User, PanelMember.user_id == User.id)
        .join(Rfp, PanelMember.rfp_id == Rfp.id)
        .where(User.email == email, Rfp.reference == "RFP-90")
    ).one()


def notice_of(email: str) -> Notice:
    return db.session.scalars(
        select(Notice)
        .join(User, Notice.user_id == User.id)
        .where(User.email == email, Notice.private.is_(False))
        .order_by(Notice.created_at)
    ).first()  # type: ignore[return-value]  # the demo told everybody something
