"""The RFP and what it asks for. Everything here but the RFP's stamps is frozen once it is published."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pglab.cohorts.models import Cohort
from pglab.core.clock import EASTERN
from pglab.core.db import Entity, choice, one_of
from pglab.rfps.states import Phase, RfpStatus

DATES_IN_ORDER = (
    "publish_at < questions_due_at AND questions_due_at <= answers_due_at AND answers_due_at <= closes_at "
    "AND closes_at < scores_due_at"
)
# The days of the optional stages: none without its stage, the pitches before the reviews, both before the decisions.
STAGES_IN_ORDER = "pitch_on <= decision_on AND feasibility_on <= decision_on AND pitch_on <= feasibility_on"
STAGES_DATED = "(has_pitch OR pitch_on IS NULL) AND (has_feasibility OR feasibility_on IS NULL)"


class Rfp(Entity):
    """The request for proposals of one cohort. `closes_at` is the one deadline; later stages are stamped instants."""

    __tablename__ = "rfps"
    __table_args__ = (
        CheckConstraint(one_of("status", RfpStatus), name="status_known"),
        CheckConstraint(DATES_IN_ORDER, name="dates_in_order"),
        CheckConstraint(STAGES_IN_ORDER, name="stages_in_order"),
        CheckConstraint(STAGES_DATED, name="no_day_without_its_stage"),
        CheckConstraint("stipend_cents > 0 AND award_count > 0", name="amounts_positive"),
        CheckConstraint(
            "(status IN ('published', 'cancelled')) = (published_by_id IS NOT NULL)", name="published_by_somebody"
        ),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at_some_time"),
        CheckConstraint("(status = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled_for_a_reason"),
        CheckConstraint("published_by_id <> prepared_by_id", name="published_by_a_second_person"),
        CheckConstraint("opened_at IS NULL OR opened_at > closes_at", name="opened_after_deadline"),
        CheckConstraint("(opened_at IS NULL) = (opening_root IS NULL)", name="opened_with_root"),
        CheckConstraint("panel_opened_at IS NULL OR opened_at IS NOT NULL", name="panel_after_opening"),
        CheckConstraint("decided_at IS NULL OR panel_opened_at IS NOT NULL", name="decided_after_panel"),
        CheckConstraint("completed_at IS NULL OR decided_at IS NOT NULL", name="complete_after_decided"),
    )

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), unique=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[RfpStatus] = mapped_column(choice(RfpStatus), default=RfpStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    publish_at: Mapped[datetime]
    questions_due_at: Mapped[datetime]
    answers_due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    scores_due_at: Mapped[datetime]
    decision_on: Mapped[date]
    stipend_cents: Mapped[int]
    award_count: Mapped[int]
    has_pitch: Mapped[bool] = mapped_column(default=False)
    has_feasibility: Mapped[bool] = mapped_column(default=False)
    pitch_on: Mapped[date | None]
    feasibility_on: Mapped[date | None]
    prepared_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime | None]
    opening_root: Mapped[str | None] = mapped_column(String(64))
    panel_opened_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)

    cohort: Mapped[Cohort] = relationship(lazy="joined")

    def __str__(self) -> str:
        return self.reference

    def phase(self, now: datetime) -> Phase:
        """Where the RFP stands at `now` (official time): the latest stamp wins, else its dates decide."""
        if self.status is RfpStatus.CANCELLED:
            return Phase.CANCELLED
        if self.status is not RfpStatus.PUBLISHED:
            return Phase.PREPARING
        return self._stamped_phase(now) or self._dated_phase(now)

    def _stamped_phase(self, now: datetime) -> Phase | None:
        if self.completed_at:
            return Phase.COMPLETE
        if self.decided_at:
            today = now.astimezone(EASTERN).date()
            return Phase.PILOTING if today >= self.cohort.pilot_start_on else Phase.DECIDED
        if self.panel_opened_at:
            return Phase.PANEL
        return Phase.SCORING if self.opened_at else None

    def _dated_phase(self, now: datetime) -> Phase:
        if now < self.publish_at:
            return Phase.UPCOMING
        if now <= self.questions_due_at:
            return Phase.OPEN_FOR_QUESTIONS
        return Phase.OPEN if now <= self.closes_at else Phase.CLOSED_SEALED


class RfpSection(Entity):
    """One numbered section of the official notice, in plain paragraphs."""

    __tablename__ = "rfp_sections"
    __table_args__ = (UniqueConstraint("rfp_id", "position"),)

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)

    def __str__(self) -> str:
        return self.title


class EligibilityRule(Entity):
    """One published condition for taking part. With a `question` it can be checked by a startup before it begins:
    `fitting` is the answer that meets the condition."""

    __tablename__ = "eligibility_rules"
    __table_args__ = (
        UniqueConstraint("rfp_id", "position"),
        CheckConstraint("(question = '') = (fitting IS NULL)", name="question_has_a_fitting_answer"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    question: Mapped[str] = mapped_column(String(300), default="")
    fitting: Mapped[bool | None]

    def __str__(self) -> str:
        return self.text


class Criterion(Entity):
    """One line of the rubric: a weight out of 100 and what each of the points 0 to 5 means. `library_key` and
    `library_version` say which entry of the library it began as."""

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("rfp_id", "position"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight_in_range"),
        CheckConstraint("cardinality(anchors) = 6", name="six_anchors"),
        CheckConstraint("(library_key IS NULL) = (library_version IS NULL)", name="library_entry_whole"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    question: Mapped[str] = mapped_column(String(500))
    weight: Mapped[int]
    anchors: Mapped[list[str]] = mapped_column(ARRAY(String(300)))
    library_key: Mapped[str | None] = mapped_column(String(80))
    library_version: Mapped[int | None]

    def __str__(self) -> str:
        return self.title


class FormSection(Entity):
    """One task of the proposal form: a few questions on one topic, informing at most one criterion."""

    __tablename__ = "form_sections"
    __table_args__ = (UniqueConstraint("rfp_id", "position"), UniqueConstraint("rfp_id", "slug"))

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    position: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    group: Mapped[str] = mapped_column(String(120))
    criterion_id: Mapped[UUID | None] = mapped_column(ForeignKey("criteria.id"))

    criterion: Mapped[Criterion | None] = relationship()
    questions: Mapped[list["FormQuestion"]] = relationship(order_by="FormQuestion.position", viewonly=True)

    def __str__(self) -> str:
        return self.title


class QuestionKind(StrEnum):
    """How an answer is given."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    URL = "url"
    YES_NO = "yes_no"

    @property
    def offers_options(self) -> bool:
        """Whether its answers are chosen from options that the question brings along."""
        return self in (QuestionKind.CHOICE, QuestionKind.MULTI_CHOICE)


class FormQuestion(Entity):
    """One question startups answer. `show_if_id` and `show_if_value` name the answer to another question that makes
    this one appear."""

    __tablename__ = "form_questions"
    __table_args__ = (
        UniqueConstraint("section_id", "position"),
        CheckConstraint(one_of("kind", QuestionKind), name="kind_known"),
        CheckConstraint("(kind = 'long_text') = (word_limit IS NOT NULL)", name="long_text_has_a_limit"),
        CheckConstraint("word_limit BETWEEN 10 AND 2000", name="word_limit_real"),
        CheckConstraint(
            "(kind IN ('choice', 'multi_choice')) = (cardinality(options) > 0)", name="choices_have_options"
        ),
        CheckConstraint("(show_if_id IS NULL) = (show_if_value = '')", name="shown_by_an_answer"),
        CheckConstraint("show_if_id <> id", name="not_shown_by_itself"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("form_sections.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(500), default="")
    kind: Mapped[QuestionKind] = mapped_column(choice(QuestionKind))
    word_limit: Mapped[int | None]
    required: Mapped[bool] = mapped_column(default=True)
    options: Mapped[list[str]] = mapped_column(ARRAY(String(200)), default=list)
    show_if_id: Mapped[UUID | None] = mapped_column(ForeignKey("form_questions.id"))
    show_if_value: Mapped[str] = mapped_column(String(200), default="")

    def __str__(self) -> str:
        return self.label

    @property
    def answers(self) -> list[str]:
        """The answers that other questions can depend on, as they are kept: none where they can't be foreseen."""
        return ["Yes", "No"] if self.kind is QuestionKind.YES_NO else list(self.options)


class DocumentSlot(Entity):
    """One file startups hand in: which types, how large, how many pages."""

    __tablename__ = "document_slots"
    __table_args__ = (
        UniqueConstraint("rfp_id", "position"),
        UniqueConstraint("rfp_id", "slug"),
        CheckConstraint("max_bytes BETWEEN 1 AND 26214400", name="at_most_25_mb"),
        CheckConstraint("max_pages > 0", name="pages_positive"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    position: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(500), default="")
    media_types: Mapped[list[str]] = mapped_column(ARRAY(String(100)))
    max_bytes: Mapped[int] = mapped_column(BigInteger)
    max_pages: Mapped[int]
    required: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.title


class InstallmentTemplate(Entity):
    """One part of the stipend: the milestone that earns it, when it is done, when it is due, and the amount."""

    __tablename__ = "installment_templates"
    __table_args__ = (
        UniqueConstraint("rfp_id", "position"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("due_after_days BETWEEN 1 AND 400", name="due_after_start"),
    )

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    position: Mapped[int]
    milestone: Mapped[str] = mapped_column(String(120))
    done_when: Mapped[str] = mapped_column(Text)
    due_after_days: Mapped[int]
    amount_cents: Mapped[int]

    def __str__(self) -> str:
        return self.milestone


class RfpVersion(Entity):
    """A frozen snapshot of the whole RFP, made at publication: what every proposal answers. Never changed."""

    __tablename__ = "rfp_versions"
    __table_args__ = (UniqueConstraint("rfp_id", "number"),)

    rfp_id: Mapped[UUID] = mapped_column(ForeignKey("rfps.id"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    snapshot: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))

    rfp: Mapped[Rfp] = relationship()
