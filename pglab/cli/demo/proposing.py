"""What a startup does with a proposal, in any cohort: start it, fill it, attach its files, submit it."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from pglab.accounts.models import User
from pglab.cli.demo import city, documents
from pglab.cli.demo.story import MON, Calendar, Step
from pglab.proposals import services
from pglab.proposals.models import Refusal, Submission
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp

DECLARATIONS = [
    "I am authorized to submit this proposal for the organization.",
    "The information in it is true to the best of my knowledge.",
]


def start(cohort: int, key: str) -> None:
    """Begin the startup's answer to its challenge area."""
    call = city.rfp(cohort)
    area = next(
        area for area in rfp_queries.list_areas(call.cohort_id) if area.slug == city.proposed(cohort, key)["area"]
    )
    services.start_proposal(call, organization=city.startup(key), area=area, actor=city.representative(key))


def answer(cohort: int, key: str, *, part: str = "answers", actor: User | None = None) -> None:
    """Save a set of answers (`answers`, or the later `unsent` ones)."""
    given = city.proposed(cohort, key)[part]
    services.save_answers(
        city.proposal(cohort, key),
        {question: given[name] for name, question in question_ids(city.rfp(cohort)).items() if name in given},
        actor=actor or city.representative(key),
    )


def question_ids(call: Rfp) -> dict[str, UUID]:
    """The questions of the form by section and place, such as `plan.2`."""
    return {
        f"{section.slug}.{question.position}": question.id
        for section in rfp_queries.list_form_sections(call.id)
        for question in section.questions
    }


def check_section(cohort: int, key: str, slug: str) -> None:
    """The representative calls a section completed."""
    proposal = city.proposal(cohort, key)
    section = rfp_queries.get_form_section(proposal.rfp_id, slug)
    services.check_section(proposal, section, done=True, actor=city.representative(key))


def attach(cohort: int, key: str, slug: str) -> None:
    """Put the pitch deck or the certificate into its slot."""
    slot = next(slot for slot in rfp_queries.list_slots(city.rfp(cohort).id) if slot.slug == slug)
    services.attach_file(city.proposal(cohort, key), slot, file_for(cohort, key, slug), actor=city.representative(key))


def file_for(cohort: int, key: str, slug: str) -> documents.DemoFile:
    """The startup's file for a slot: under the name it likes, and scanned from paper where it has no other."""
    proposed, profile, name = city.proposed(cohort, key), city.startups()[key]["profile"], city.plain_name(key)
    special = city.startups()[key].get("files", {}).get(slug, {})
    if slug == "pitch-deck":
        file = documents.pitch_deck(name, proposed["pitch"], proposed["answers"])
    elif special.get("scanned"):
        file = documents.scanned_certificate(name, profile["registration_number"])
    else:
        file = documents.certificate(name, profile["registration_state"], profile["registration_number"])
    file.filename = special.get("name", file.filename)
    return file


def begin(cohort: int, key: str) -> None:
    """Start, answer everything and attach the deck, in one sitting."""
    start(cohort, key)
    answer(cohort, key)
    attach(cohort, key, "pitch-deck")


def submit(cohort: int, key: str) -> Submission | Refusal:
    """Press Submit, once."""
    proposal = city.proposal(cohort, key)
    return services.submit_proposal(
        proposal,
        version=proposal.version,
        idempotency_key=uuid4().hex,
        declarations=DECLARATIONS,
        actor=city.representative(key),
    )


def withdraw(cohort: int, key: str) -> None:
    """Take back what was submitted."""
    proposal = city.proposal(cohort, key)
    services.withdraw_proposal(proposal, seen=proposal.submission_number, actor=city.representative(key))


def undo_withdrawal(cohort: int, key: str) -> None:
    """Let what was taken back count again."""
    services.undo_withdrawal(city.proposal(cohort, key), actor=city.representative(key))


def filling(calendar: Calendar, when: tuple[int, int, str], cohort: int, key: str) -> list[Step]:
    """Everything that a proposal needs, in two steps: each file is a change of its own."""
    return [
        calendar.act(when, f"{key} begins for cohort {cohort}", begin, cohort, key),
        calendar.act(when, f"{key} adds its papers for cohort {cohort}", attach, cohort, key, "registration"),
    ]


def submitting(calendar: Calendar, cohort: int, keys: Sequence[str], closing_week: int) -> list[Step]:
    """Each startup fills its proposal in the week before the deadline's and submits on the Monday of that one."""
    return [
        step
        for at, key in enumerate(keys)
        for step in (
            *filling(calendar, (closing_week - 1, at % 5, "13:20"), cohort, key),
            calendar.act((closing_week, MON, f"1{at}:35"), f"{key} submits for cohort {cohort}", submit, cohort, key),
        )
    ]
