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
