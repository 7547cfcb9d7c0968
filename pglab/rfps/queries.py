"""Reading RFPs. The public sees a published one from its publication on; staff see drafts too."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from pglab.accounts.models import User
from pglab.cohorts.models import ChallengeArea, Cohort
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.core.errors import NotFoundError
from pglab.rfps import policy
from pglab.rfps.models import (
    Criterion,
    DocumentSlot,
    EligibilityRule,
    FormSection,
    InstallmentTemplate,
    Rfp,
    RfpSection,
    RfpVersion,
)
from pglab.rfps.states import RfpStatus


def get_rfp(cohort: int, *, viewer: User | None) -> Rfp:
    """The RFP of a cohort; before its publication it exists for City staff only."""
    rfp = db.session.scalar(select(Rfp).join(Rfp.cohort).where(Cohort.number == cohort))
    if rfp is None or not (policy.sees_drafts(viewer) or is_public(rfp)):
        raise NotFoundError(f"There is no cohort {cohort} that is published.")
    return rfp


def is_public(rfp: Rfp) -> bool:
    """Whether the public sees the RFP now."""
    return rfp.status in (RfpStatus.PUBLISHED, RfpStatus.CANCELLED) and rfp.publish_at <= official_now()


def list_rfps(viewer: User | None) -> list[Rfp]:
    """All RFPs the viewer may see, newest cohort first."""
    query = select(Rfp).join(Rfp.cohort).order_by(Cohort.number.desc())
    if not policy.sees_drafts(viewer):
        shown = [RfpStatus.PUBLISHED, RfpStatus.CANCELLED]
        query = query.where(Rfp.status.in_(shown), Rfp.publish_at <= official_now())
    return list(db.session.scalars(query))


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
    query = (
        select(FormSection)
        .where(FormSection.rfp_id == rfp_id)
        .options(selectinload(FormSection.questions), joinedload(FormSection.criterion))
        .order_by(FormSection.position)
    )
    return list(db.session.scalars(query))


def list_slots(rfp_id: UUID) -> list[DocumentSlot]:
    """The files startups hand in, in order."""
    query = select(DocumentSlot).where(DocumentSlot.rfp_id == rfp_id).order_by(DocumentSlot.position)
    return list(db.session.scalars(query))


def list_installments(rfp_id: UUID) -> list[InstallmentTemplate]:
    """The parts of the stipend in order."""
    query = select(InstallmentTemplate).where(InstallmentTemplate.rfp_id == rfp_id)
    return list(db.session.scalars(query.order_by(InstallmentTemplate.position)))


def latest_version(rfp_id: UUID) -> RfpVersion:
    """The newest frozen version: what proposals answer now."""
    query = select(RfpVersion).where(RfpVersion.rfp_id == rfp_id).order_by(RfpVersion.number.desc()).limit(1)
    version = db.session.scalar(query)
    if version is None:
        raise NotFoundError("This RFP has no published version yet.")
    return version
