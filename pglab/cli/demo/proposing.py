"""What a startup does with a proposal, in any cohort: start it, fill it, attach its files, submit it."""

from uuid import UUID, uuid4

from pglab.accounts.models import User
from pglab.cli.demo import city, documents
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
        area
        for area in rfp_queries.list_areas(call.cohort_id)
        if area.slug == city.startups()[key]["proposals"][str(cohort)]["area"]
    )
    services.start_proposal(call, organization=city.startup(key), area=area, actor=city.representative(key))


def answer(cohort: int, key: str, *, part: str = "answers", actor: User | None = None) -> None:
    """Save a set of answers (`answers`, or the later `unsent` ones)."""
    given = city.startups()[key]["proposals"][str(cohort)][part]
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


def attach(cohort: int, key: str, slug: str) -> None:
    """Put the pitch deck or the certificate into its slot."""
    told = city.startups()[key]
    proposed, profile, name = told["proposals"][str(cohort)], told["profile"], city.plain_name(key)
    file = (
        documents.pitch_deck(name, proposed["pitch"], proposed["answers"])
        if slug == "pitch-deck"
        else documents.certificate(name, profile["registration_state"], profile["registration_number"])
    )
    slot = next(slot for slot in rfp_queries.list_slots(city.rfp(cohort).id) if slot.slug == slug)
    services.attach_file(city.proposal(cohort, key), slot, file, actor=city.representative(key))


def fill(cohort: int, key: str) -> None:
    """Everything that a proposal needs."""
    answer(cohort, key)
    attach(cohort, key, "pitch-deck")
    attach(cohort, key, "registration")


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
