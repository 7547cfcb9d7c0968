"""Every page of the demo that somebody may open: the product's addresses with real references in them."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import or_, select
from werkzeug.routing import Rule

from pglab.accounts.models import JoinRequest, Organization, User
from pglab.audit.models import AuditEvent
from pglab.cohorts.models import ChallengeArea, HostOrganization
from pglab.contact.models import Message
from pglab.core.db import db
from pglab.outages.models import Outage
from pglab.outbox.models import Email, Notice
from pglab.payments.models import Installment, PaymentRequest
from pglab.pilots.models import Agreement, Pilot
from pglab.proposals.models import Clarification, Proposal, Refusal
from pglab.questions.models import Question
from pglab.reviews.models import PanelMember
from pglab.rfps.models import DocumentSlot, FormQuestion, FormSection, Rfp

NOBODY = "visitor"
# Who is sent to look at which part of the site; the first that fits.
WHO_LOOKS = {
    "/account/": ("Dana Ruiz",),
    "/account": ("Priya Shah",),
    "/admin/audit": ("Ned Fox", "Ivy Grant"),
    "/admin": ("Ned Fox",),
    "/apply/proposals/<reference>/refusals": ("Felix Arnold",),
    "/apply/proposals": ("Dana Ruiz", "Lee Okafor"),
    "/apply": ("Dana Ruiz",),
    "/finance": ("Marisol Vega", "Priya Shah"),
    "/manage": ("Priya Shah",),
    "/review": ("Avery Chen",),
    "/workspace": ("Dana Ruiz", "Mona Abara"),
    "/": (NOBODY,),
}
# Also looked at by somebody else, because they are shown something else there.
BESIDES = {
    "Helen Novak": ["/manage", "/manage/cohorts/13/publication", "/finance"],
    "Tomas Lin": ["/finance", "/finance/payments/S90-0004/approval"],
    "Mona Abara": ["/", "/account/notices"],
    "Dee Evans": ["/review"],
}
# Shown to somebody only in the middle of something, by a link in a mail, or as a file; other tests come there.
COME_TO_OTHERWISE = {
    *("accounts.code", "accounts.home", "accounts.confirm", "accounts.reset", "accounts.verify"),
    *("accounts.invitation", "accounts.new_email", "questions.confirmation"),
    *("subscriptions.confirm", "subscriptions.settings", "subscriptions.unsubscribe", "subscriptions.calls_feed"),
    *("subscriptions.results_feed", "rfps.updates_feed", "rfps.answers_feed", "rfps.addenda_feed"),
    "proposals.file_check",
    *("proposals.own_file", "proposals.received_file", "proposals.record_file", "proposals.receipt_file"),
    *("proposals.refusal_file", "proposals.receipt_keys", "reviews.document", "reviews.ranking_csv"),
    *(
        "proposals.withdrawal_file",
        "proposals.sent_file",
        "proposals.response_receipt",
        "proposals.clarified_file",
        "reviews.clarified_document",
        "proposals.receipt_paper",
        "proposals.opened_set_file",
    ),
    *(
        "rfps.cohort_calendar",
        "rfps.cohort_facts",
        "rfps.notice_pdf",
        "rfps.questions_pdf",
        "info_sessions.session_calendar",
        "info_sessions.place",
    ),
    *("reports.dataset_csv", "reports.dataset_json", "payments.ledger_csv", "pilots.deliverable"),
    *("admin.alive", "admin.ready", "admin.metrics", "documents.state", "static"),
}


def places(app: Flask) -> dict[str, list[tuple[str, str]]]:
    """For each person the pages to look at: (name of the view, address)."""
    found: dict[str, list[tuple[str, str]]] = {name: [("", each) for each in more] for name, more in BESIDES.items()}
    with app.app_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in COME_TO_OTHERWISE:
                continue
            for name in next(names for beginning, names in WHO_LOOKS.items() if rule.rule.startswith(beginning)):
                found.setdefault(name, []).extend((rule.endpoint, address) for address in filled(rule))
    return found


def filled(rule: Rule) -> Iterator[str]:
    """The addresses of one rule with what the demo holds."""
    if rule.endpoint == "payments.prepare":
        yield from (f"{rule.rule}?installment={found}" for found in all_of(select(Installment.id).limit(3)))
        return
    names = sorted(rule.arguments - set(rule.defaults or ()))
    for chosen in product(*(values(name, rule) for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)))
        if built:
            yield built[1]


def values(name: str, rule: Rule) -> list[Any]:
    """What may stand in one place of an address."""
    if name in ("reference", "proposal"):
        return references(rule.rule)
    if name in ("slug", "slot"):
        return slugs(rule.rule)
    makers = {
        "cohort": lambda: cohorts(rule.rule),
        "number": lambda: numbers(rule.rule),
        "organization_id": lambda: all_of(select(Organization.id).where(Organization.legal_name == "CurbSense Inc.")),
        "user_id": lambda: all_of(select(User.id).where(User.name == "Lee Okafor")),
        "notice_id": lambda: all_of(
            select(Notice.id).join(User, User.id == Notice.user_id).where(User.name == "Dana Ruiz").limit(1)
        ),
        "email_id": lambda: all_of(select(Email.id).limit(1)),
        "member_id": lambda: all_of(
            select(PanelMember.id)
            .join(PanelMember.user)
            .join(PanelMember.rfp)
            .where(User.name == "Dee Evans", Rfp.reference == "RFP-90")
        ),
        "page": lambda: [1],
        "digest": lambda: all_of(select(AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)),
        "role": lambda: ["finance"],
        "field": lambda: ["sections.0.body", "documents.0.max_pages", "dates.decision_on", "dates.scores_due_at"],
        "form_question_id": lambda: all_of(
            select(FormQuestion.id).join(Rfp, Rfp.id == FormQuestion.rfp_id).where(Rfp.reference == "RFP-13").limit(1)
        ),
        "question_id": lambda: questions(rule.rule),
        "question": lambda: [1],
        "host_id": lambda: all_of(select(HostOrganization.id).order_by(HostOrganization.name).limit(1)),
        "outage_id": lambda: all_of(select(Outage.id)),
        "join_id": lambda: all_of(select(JoinRequest.id)),
        "refusal_id": lambda: all_of(late_try(Refusal.id)),
        "passkey_id": list,  # the demo has no devices; tests/browser/test_passkeys.py comes there
    }
    return list(makers[name]())


def numbers(path: str) -> list[int]:
    """One of most things; two milestones, and a session that is over, open, full and cancelled."""
    if "info-sessions" in path and not path.endswith("cancellation"):
        return [1, 2, 3, 4]
    return [1, 2] if "milestones" in path else [2] if "info-sessions" in path else [1]


def references(path: str) -> list[str]:
    if path.startswith("/finance"):
        return all_of(
            select(PaymentRequest.reference)
            .where(PaymentRequest.reference.like("S90%"))
            .order_by(PaymentRequest.reference)
        )
    if path.startswith("/workspace"):
        return all_of(select(Pilot.reference).where(Pilot.reference.like("P90%")).order_by(Pilot.reference))
    if path.startswith("/manage/agreements"):
        return all_of(select(Agreement.reference).order_by(Agreement.reference).limit(1))
    if path.startswith("/manage/messages"):
        return all_of(select(Message.reference).order_by(Message.received_at))
    own = select(Proposal.reference).join(Proposal.organization).order_by(Proposal.reference)
    if "refusals" in path:
        return all_of(late_try(Proposal.reference))
    if "/clarifications/" in path:
        asked = own.where(Proposal.id.in_(select(Clarification.proposal_id)))
        return all_of(asked.where(Organization.legal_name == "CurbSense Inc."))
    if path.startswith("/apply"):
        here = own.where(Organization.legal_name == "CurbSense Inc.")
        cohorts = ["L12-%", "L90-%", *(["L93-%", "L94-%", "L95-%", "L99-%"] if path.endswith("/status") else [])]
        return all_of(here.where(or_(*(Proposal.reference.like(each) for each in cohorts))))
    long = all_of(own.where(Proposal.reference.like("L90-%"), Organization.legal_name.like("Allegheny%")))
    return [*long, *all_of(own.where(Organization.legal_name.like("O%Malley%")))]


def late_try(wanted: Any) -> Any:
    """What of the startup that tried to submit after the deadline."""
    tried = select(wanted).select_from(Refusal).join(Refusal.proposal).join(Proposal.organization)
    return tried.where(Organization.legal_name == "Rowhouse Energy Co.")


def questions(path: str) -> list[Any]:
    """One question of cohort 12 in each state; for the small forms only one that waits."""
    found = select(Question.id, Question.status).join(Question.rfp).where(Rfp.reference == "RFP-12")
    by_state = {row[1].value: row[0] for row in db.session.execute(found.order_by(Question.asked_at.desc()))}
    by_state.pop("unconfirmed")
    return list(by_state.values()) if path.endswith("question_id>") else [by_state["waiting"]]


def cohorts(path: str) -> list[int]:
    """Those of the demo; the public page also for one before this site that is well known, disputed, or only a call.
    Only a call that is still open has changes in preparation."""
    if any(word in path for word in ("/addenda", "/deadline-extension", "/cancellation")):
        return [12]
    if "question_id" in path or "/info-sessions" in path or path.endswith("/questions/new"):
        return [12]
    if path.startswith("/manage"):
        return [13, 12, 90]
    return [12, 90, 1, 7, 11] if path == "/cohorts/<int:cohort>" else [12, 90]


def slugs(path: str) -> list[str]:
    if path.startswith("/alumni"):
        return ["beamdata", "behaivior"]
    if "challenges" in path or "areas" in path:
        return all_of(select(ChallengeArea.slug).distinct().order_by(ChallengeArea.slug).limit(1))
    if "sections" in path:
        return all_of(select(FormSection.slug).distinct().order_by(FormSection.slug))[:3]
    return all_of(select(DocumentSlot.slug).distinct().order_by(DocumentSlot.slug))


def all_of(query: Any) -> list[Any]:
    return list(db.session.scalars(query))
