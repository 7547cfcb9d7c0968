"""Random proposals: complete ones with things wrong in them that are known, and with things that only look wrong."""

import random
from dataclasses import dataclass, field
from datetime import date

from pglab.accounts.models import User
from pglab.adapters.inspector import in_sentence
from pglab.core.db import db, transaction
from pglab.documents.models import Document
from pglab.documents.states import ScanVerdict
from pglab.proposals import queries, services
from pglab.proposals.models import Attachment, Proposal
from pglab.rfps import queries as rfp_queries
from pglab.rfps import services as rfps
from pglab.rfps.models import DocumentSlot, FormQuestion, QuestionKind, Rfp
from tests.factories import keep
from tests.factories.addenda import make_addendum, words
from tests.factories.proposals import fill, make_document, make_draft, representative_of
from tests.factories.rfps import make_draft_rfp, make_program_people

FITTING: dict[QuestionKind, tuple[str, ...]] = {
    QuestionKind.NUMBER: ("0", "-12", "1200", "1,200"),
    QuestionKind.MONEY: ("$0.00", "2500", "$25,000.00"),
    QuestionKind.DATE: ("2027-01-05", date.max.replace(year=2099).isoformat()),
    QuestionKind.URL: ("https://example.org", "https://example.org/a?b=c#d"),
    QuestionKind.YES_NO: ("Yes", "No"),
    QuestionKind.SHORT_TEXT: ("A", "王小明", "Łukasz O’Brien-Smith", "{{7*7}}", "<b>", "%s ${x} \\"),
}
UNFITTING: dict[QuestionKind, tuple[str, ...]] = {
    QuestionKind.NUMBER: ("twelve", "1e5", "NaN", "12.5", "0x10", "9" * 40),
    QuestionKind.MONEY: ("a lot", "NaN", "25000.005", "1e5"),
    QuestionKind.DATE: ("soon", "2027-02-30", "2027-13-01"),
    QuestionKind.URL: ("example", "ftp://example.org", "javascript:alert(1)", "http://"),
    QuestionKind.YES_NO: ("Maybe", "yes"),
    QuestionKind.CHOICE: ("C", "A\nB"),
    QuestionKind.MULTI_CHOICE: ("C", "A\nC"),
}
TYPES = {"application/pdf", "image/png", "image/jpeg"}
# What the check page has to say of a file, by what is wrong with it.
SAID = {"virus": "contains a virus", "size": "can be up to", "pages": "pages or fewer", "type": "must be a"}


def a_call_of_every_kind() -> Rfp:
    """An open call that asks a question of every kind, one of them only after a certain answer."""
    preparer, publisher = make_program_people()
    rfp = make_draft_rfp(actor=preparer)
    section = rfp_queries.list_form_sections(rfp.id)[-1]
    on = db.session.query(FormQuestion).filter_by(rfp_id=rfp.id, kind=QuestionKind.YES_NO).one()
    slots = rfp_queries.list_slots(rfp.id)
    for slot in slots:
        slot.max_bytes = 5_000_000  # so that a file can be too large for its slot
    keep(*slots)
    for kind in QuestionKind:
        if kind is not QuestionKind.LONG_TEXT:
            add_question(rfp, section.slug, f"A {kind.value} more", kind)
    add_question(rfp, section.slug, "Only after a yes", QuestionKind.SHORT_TEXT, on)
    with transaction():
        rfps.send_for_review(rfp, actor=preparer)
    with transaction():
        rfps.publish_rfp(rfp, version=rfp.version, actor=publisher)
    return rfp


def add_question(rfp: Rfp, slug: str, label: str, kind: QuestionKind, on: FormQuestion | None = None) -> None:
    options = ["A", "B"] if kind.offers_options else []
    asked = {"show_if_id": on.id, "show_if_value": "Yes"} if on else {}
    with transaction():
        section = rfp_queries.get_form_section(rfp.id, slug)
        text = rfps.QuestionText(label, kind, options=options, **asked)
        rfps.add_question(
            section, text, rfp=rfp, version=rfp.version, actor=db.session.get_one(User, rfp.prepared_by_id)
        )


@dataclass
class Bundle:
    """One state of the draft: the words that the check page has to say, one for each thing that is wrong."""

    wrong: list[str] = field(default_factory=list)


@dataclass
class Drafting:
    """A startup that makes one random proposal after another out of the same draft."""

    rfp: Rfp
    dice: random.Random
    proposal: Proposal
    unread: int | None = None

    @classmethod
    def begin(cls, rfp: Rfp, dice: random.Random) -> "Drafting":
        begun = cls(rfp, dice, fill(make_draft(rfp)))
        begun.read({each.addendum.number for each in queries.list_acknowledgements(begun.proposal)})
        return begun

    @property
    def actor(self) -> User:
        return representative_of(self.proposal.organization)

    def next(self) -> Bundle:
        """Change the draft to another one: complete, then with some things wrong and some merely unusual."""
        bundle = Bundle()
        faults = self.dice.choice((0, 0, 0, 1, 1, 2, 4))
        parts: list[FormQuestion | DocumentSlot] = [*self.questions(), *rfp_queries.list_slots(self.rfp.id)]
        spoiled = set(self.dice.sample(range(len(parts)), faults))
        texts, asked_after = {}, ""
        for place, part in enumerate(parts):
            spoil = place in spoiled
            if isinstance(part, FormQuestion):
                if part.show_if_id is not None and asked_after != "Yes":
                    spoil = False  # not asked: whatever stands there is not judged
                text, said = self.answer(part, spoil=spoil)
                texts[part.id] = text
                asked_after = (
                    text if part.kind is QuestionKind.YES_NO and not part.label.startswith("A ") else asked_after
                )
            else:
                said = self.file(part, spoil=spoil)
            bundle.wrong += [said] if said else []
        with transaction():
            services.save_answers(self.proposal, texts, actor=self.actor)
        bundle.wrong += self.addenda()
        return bundle

    def questions(self) -> list[FormQuestion]:
        return [question for section in rfp_queries.list_form_sections(self.rfp.id) for question in section.questions]

    def answer(self, question: FormQuestion, *, spoil: bool) -> tuple[str, str]:
        """A text for this question, and what the check page has to say of it."""
        dice, kind = self.dice, question.kind
        chosen = "Select" if question.answers else "Enter"
        if (
            spoil
            and question.required
            and (kind not in UNFITTING or dice.random() < 0.5)
            and kind is not QuestionKind.LONG_TEXT
        ):
            return "", f"{chosen} {question.name}"
        if spoil and kind in UNFITTING:
            said = f"Select {question.name}" if question.answers else f"“{question.label}”"
            return dice.choice(UNFITTING[kind]), said
        if kind is QuestionKind.LONG_TEXT:
            assert question.word_limit is not None
            if spoil and dice.random() < 0.5 and question.required:
                return "", f"Enter {question.name}"
            count = (
                question.word_limit + dice.randrange(1, 30) if spoil else dice.choice((1, 9, 9, question.word_limit))
            )
            said = f"must be {question.word_limit} words or fewer. It is {count} words." if spoil else ""
            return self.prose(count), said
        options = {QuestionKind.CHOICE: ("A", "B"), QuestionKind.MULTI_CHOICE: ("A", "A\nB")}
        offered = options.get(kind) or FITTING[kind]
        if question.options and not set("\n".join(offered).split("\n")) <= set(question.options):
            offered = tuple(question.options)
        blank = () if question.required else ("",)
        return dice.choice((*offered, *blank)), ""

    def prose(self, count: int) -> str:
        """So many words as the limit counts them, with signs and line ends that are none."""
        signs = ("", "", "", " –", "\n\n", " …", " 🌊")
        return " ".join(
            self.dice.choice(("we", "test", "Łódź", "3", "O’Hara’s")) + self.dice.choice(signs) for _ in range(count)
        )

    def file(self, slot: DocumentSlot, *, spoil: bool) -> str:
        """Another file in this slot, and what the check page has to say of it."""
        dice = self.dice
        held = queries.find_attachment(self.proposal, slot.slug)
        if spoil and slot.required and dice.random() < 0.3:
            if held is not None:
                with transaction():
                    services.remove_file(self.proposal, slot, actor=self.actor)
            return f" {in_sentence(slot.title)}"
        facts: dict[str, object] = {
            "size": dice.choice((1, 1000, slot.max_bytes)),
            "pages": dice.choice((1, slot.max_pages)),
        }
        verdict: ScanVerdict | None = dice.choice(
            (None, ScanVerdict.CLEAN, ScanVerdict.FAILED, ScanVerdict.NOT_SCANNED)
        )
        facts["media_type"] = dice.choice(slot.media_types)
        said = ""
        if spoil:
            others = sorted(TYPES - set(slot.media_types))
            what = dice.choice(("virus", "size", "pages", *(["type"] if others else [])))
            said = SAID[what]
            verdict = ScanVerdict.INFECTED if what == "virus" else verdict
            facts |= {"size": slot.max_bytes + dice.randrange(1, 9)} if what == "size" else {}
            facts |= {"pages": slot.max_pages + 1} if what == "pages" else {}
            facts |= {"media_type": others[0]} if what == "type" else {}
        self.put(slot, held, make_document(self.proposal, verdict=verdict, facts=facts))
        return said

    def put(self, slot: DocumentSlot, held: Attachment | None, document: Document) -> None:
        attached = held or Attachment(
            proposal_id=self.proposal.id, slot=slot, attached_by_id=self.actor.id, attached_at=document.received_at
        )
        attached.document, attached.earlier_document, attached.refused_document = document, None, None
        keep(attached, sealed_rfp_id=self.rfp.id)

    def addenda(self) -> list[str]:
        """Now and then another addendum, which is read at once, or after a while."""
        if self.unread is None and self.dice.random() < 0.03:
            body = {"sections.0.body": f"The City now asks for {self.dice.random()} things."}
            self.unread = make_addendum(self.rfp, body, said=words(acknowledge=True)).number
        if self.unread is not None and self.dice.random() < 0.4:
            self.read({self.unread})
            self.unread = None
        return [] if self.unread is None else [f"Read and acknowledge Addendum {self.unread}"]

    def read(self, addenda: set[int]) -> None:
        """Say that these were read."""
        version = rfp_queries.latest_version(self.rfp.id).number
        if addenda:
            with transaction():
                services.acknowledge_addenda(self.proposal, addenda, rfp_version=version, actor=self.actor)
