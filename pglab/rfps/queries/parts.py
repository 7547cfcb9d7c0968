"""The parts of an RFP as they stand in its tables: what a draft is edited from and a version is made of."""

from functools import cache, cached_property
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import defer, joinedload

from pglab.accounts.models import User
from pglab.audit.models import AuditEvent
from pglab.cohorts.models import UNSTATED_HOST, ChallengeArea, Cohort, HostOrganization
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.rfps.models import (
    Criterion,
    DocumentSlot,
    EligibilityRule,
    FormQuestion,
    FormSection,
    InstallmentTemplate,
    Rfp,
    RfpSection,
    RfpVersion,
)


def list_areas(cohort_id: UUID) -> list[ChallengeArea]:
    """The challenge areas of a cohort in order, with their hosts."""
    query = select(ChallengeArea).where(ChallengeArea.cohort_id == cohort_id).options(joinedload(ChallengeArea.host))
    return list(db.session.scalars(query.order_by(ChallengeArea.position)))


def list_notice_sections(rfp_id: UUID) -> list[RfpSection]:
    """The numbered sections of the official notice."""
    return list(db.session.scalars(select(RfpSection).where(RfpSection.rfp_id == rfp_id).order_by(RfpSection.position)))


def list_eligibility_rules(rfp_id: UUID) -> list[EligibilityRule]:
    """The conditions for taking part, in order."""
    query = select(EligibilityRule).where(EligibilityRule.rfp_id == rfp_id)
    return list(db.session.scalars(query.order_by(EligibilityRule.position)))


def list_criteria(rfp_id: UUID) -> list[Criterion]:
    """The rubric in order."""
    return list(db.session.scalars(select(Criterion).where(Criterion.rfp_id == rfp_id).order_by(Criterion.position)))


def list_form_sections(rfp_id: UUID) -> list[FormSection]:
    """The tasks of the proposal form in order, with their questions and the criterion each informs."""
    return list(db.session.scalars(_form_sections(), {"rfp_id": rfp_id}).unique())


@cache
def _form_sections() -> Select[FormSection]:
    return (
        select(FormSection)
        .where(FormSection.rfp_id == bindparam("rfp_id"))
        .options(joinedload(FormSection.questions), joinedload(FormSection.criterion))
        .order_by(FormSection.position)
        .execution_options(populate_existing=True)  # questions move from section to section while a form is built
    )


def get_form_section(rfp_id: UUID, slug: str) -> FormSection:
    """One section of the form, by its name in addresses."""
    found = next((section for section in list_form_sections(rfp_id) if section.slug == slug), None)
    if found is None:
        raise NotFoundError("This form has no such section.")
    return found


def get_form_question(rfp_id: UUID, question_id: UUID) -> FormQuestion:
    """One question of the form."""
    found = db.session.get(FormQuestion, question_id)
    if found is None or found.rfp_id != rfp_id:
        raise NotFoundError("This form has no such question.")
    return found


def list_slots(rfp_id: UUID) -> list[DocumentSlot]:
    """The files startups hand in, in order."""
    query = select(DocumentSlot).where(DocumentSlot.rfp_id == rfp_id).order_by(DocumentSlot.position)
    return list(db.session.scalars(query))


def list_installments(rfp_id: UUID) -> list[InstallmentTemplate]:
    """The parts of the stipend in order."""
    query = select(InstallmentTemplate).where(InstallmentTemplate.rfp_id == rfp_id)
    return list(db.session.scalars(query.order_by(InstallmentTemplate.position)))


class Parts:
    """The parts of one RFP as they stand, each read when it is first asked for: a page asks many questions of them."""

    def __init__(self, rfp: Rfp) -> None:
        self.rfp = rfp

    @cached_property
    def areas(self) -> list[ChallengeArea]:
        return list_areas(self.rfp.cohort_id)

    @cached_property
    def notice(self) -> list[RfpSection]:
        return list_notice_sections(self.rfp.id)

    @cached_property
    def rules(self) -> list[EligibilityRule]:
        return list_eligibility_rules(self.rfp.id)

    @cached_property
    def criteria(self) -> list[Criterion]:
        return list_criteria(self.rfp.id)

    @cached_property
    def form(self) -> list[FormSection]:
        return list_form_sections(self.rfp.id)

    @cached_property
    def slots(self) -> list[DocumentSlot]:
        return list_slots(self.rfp.id)

    @cached_property
    def installments(self) -> list[InstallmentTemplate]:
        return list_installments(self.rfp.id)


def latest_version(rfp_id: UUID) -> RfpVersion:
    """The newest frozen version: what proposals answer now. Its long snapshot comes when it is asked for."""
    query = select(RfpVersion).where(RfpVersion.rfp_id == rfp_id).order_by(RfpVersion.number.desc()).limit(1)
    version = db.session.scalar(query.options(defer(RfpVersion.snapshot)))
    if version is None:
        raise NotFoundError("This RFP has no published version yet.")
    return version


def get_area(cohort_id: UUID, slug: str) -> ChallengeArea:
    """One challenge area of a cohort, with its host and champion."""
    query = select(ChallengeArea).where(ChallengeArea.cohort_id == cohort_id, ChallengeArea.slug == slug)
    area = db.session.scalar(query.options(joinedload(ChallengeArea.host), joinedload(ChallengeArea.champion)))
    if area is None:
        raise NotFoundError("There is no such challenge in this cohort.")
    return area


def list_hosts() -> list[HostOrganization]:
    """Every department and authority that can host a pilot, by name."""
    named = HostOrganization.key.is_distinct_from(UNSTATED_HOST)
    return list(db.session.scalars(select(HostOrganization).where(named).order_by(HostOrganization.name)))


def get_host(host_id: UUID) -> HostOrganization:
    """One department or authority that can host a pilot."""
    host = db.session.get(HostOrganization, host_id)
    if host is None or host.key == UNSTATED_HOST:
        raise NotFoundError("There is no such host organization.")
    return host


def list_hosted(host_id: UUID) -> list[Rfp]:
    """The RFPs with a challenge of this host, the newest cohort first."""
    area = exists().where(ChallengeArea.cohort_id == Rfp.cohort_id, ChallengeArea.host_id == host_id)
    return list(db.session.scalars(select(Rfp).join(Rfp.cohort).where(area).order_by(Cohort.number.desc())))


def find_last_change(rfp_id: UUID) -> AuditEvent | None:
    """Who last changed the RFP, and when."""
    query = select(AuditEvent).where(AuditEvent.subject_id == rfp_id).order_by(AuditEvent.seq.desc()).limit(1)
    return db.session.scalar(query)


def get_person(user_id: UUID) -> User:
    """The person who prepared or published an RFP."""
    return db.session.get_one(User, user_id)
