"""The people of the demo: fictional, all at example.org, signed in with one button in development.

Production never offers them: the page that does is refused there, and production holds no demo data.
"""

from dataclasses import dataclass

DEMO_PASSWORD = "three rivers and one city"  # noqa: S105  (of made-up people on a developer's machine)


@dataclass(frozen=True)
class Persona:
    """One made-up person, and what they are in the demo."""

    name: str
    part: str
    group: str

    @property
    def email(self) -> str:
        """Where their mail would go."""
        return f"{self.name.lower().replace(' ', '.')}@example.org"


PERSONAS = (
    Persona("Dana Ruiz", "Authorized representative of CurbSense Inc.", "Startup"),
    Persona("Lee Okafor", "Editor at CurbSense Inc.", "Startup"),
    Persona("Sam Whitfield", "Representative of PermitPal LLC: a draft, a pilot that is over", "Startup"),
    Persona(
        "Xiaoming Wang", "Representative of 王小明 Robotics: a pilot that is late, a refused resubmission", "Startup"
    ),
    Persona("Felix Arnold", "Representative of Rowhouse Energy Co.: refused for being late, later awarded", "Startup"),
    Persona("Bo Field", "Representative of <b>x</b> Bold & Plain Data LLC: a name full of signs", "Startup"),
    Persona("Ana Silva", "Representative of Three Sisters Software: everything is still empty", "Startup"),
    Persona("Priya Shah", "Program manager", "Program"),
    Persona("Marcus Bell", "Second program manager", "Program"),
    Persona("Helen Novak", "Director", "Program"),
    Persona("Tomas Lin", "Finance officer", "Finance"),
    Persona("Marisol Vega", "Finance officer", "Finance"),
    Persona("Avery Chen", "Evaluator", "Evaluators"),
    Persona("Bianca Ortiz", "Evaluator", "Evaluators"),
    Persona("Carl Dietz", "Evaluator", "Evaluators"),
    Persona("Dee Evans", "Evaluator", "Evaluators"),
    Persona("Mona Abara", "Champion, Mobility and Infrastructure", "City departments"),
    Persona("Ned Fox", "Administrator", "Administration"),
    Persona("Ivy Grant", "Auditor", "Administration"),
)


@dataclass(frozen=True)
class Sight:
    """One cohort of the demo: where it stands, what is worth seeing there, and as whom."""

    cohort: int
    phase: str
    what: str
    who: tuple[str, ...]


SIGHTS = (
    Sight(
        12,
        "Open for questions",
        "Write, upload, submit; a newer file still being checked.",
        ("Dana Ruiz", "Sam Whitfield", "Ana Silva"),
    ),
    Sight(
        13, "Draft", "A cohort being set up, with a problem of every kind to put right.", ("Priya Shah", "Marcus Bell")
    ),
    Sight(91, "Upcoming", "A published call that the public does not see yet.", ("Priya Shah",)),
    Sight(
        92,
        "Open",
        "Questions are closed; a deck with a confidential page and its redacted copy.",
        ("Bo Field", "Priya Shah"),
    ),
    Sight(
        93, "Closed, sealed", "Open the proposals; two late refusals.", ("Helen Novak", "Felix Arnold", "Xiaoming Wang")
    ),
    Sight(
        94,
        "Opened",
        "Declare conflicts; decide about one who is not sure; a confidential page.",
        ("Bianca Ortiz", "Carl Dietz", "Priya Shah"),
    ),
    Sight(
        95, "Scoring", "A panel at work: signed, ready to sign, half a sheet, a recusal.", ("Avery Chen", "Carl Dietz")
    ),
    Sight(96, "Panel", "The ranking, the decisions, and their release.", ("Helen Novak", "Priya Shah", "Ivy Grant")),
    Sight(
        97, "Decided", "Answer an award; start a pilot; a notice that bounced.", ("Dana Ruiz", "Priya Shah", "Ned Fox")
    ),
    Sight(
        90,
        "Piloting",
        "Milestones, a payment to approve, one that was returned.",
        ("Mona Abara", "Tomas Lin", "Dana Ruiz"),
    ),
    Sight(98, "Complete", "Two pilots that are over and paid.", ("Sam Whitfield", "Marisol Vega", "Ivy Grant")),
)
