"""`flask docs diagrams|routes|trust`: write the parts of the documentation that the code itself knows."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from config import ROOT
from pglab.addenda.states import ADDENDUM_WORKFLOW
from pglab.awards.states import DECISION_WORKFLOW
from pglab.cli.scoreboard import write_page
from pglab.core.states import Workflow
from pglab.outbox.states import EMAIL_WORKFLOW
from pglab.payments.states import REQUEST_WORKFLOW
from pglab.pilots.states import AGREEMENT_WORKFLOW, MILESTONE_WORKFLOW
from pglab.proposals.states import CLARIFICATION_WORKFLOW, PROPOSAL_WORKFLOW
from pglab.questions.states import QUESTION_WORKFLOW
from pglab.reviews.states import SHEET_WORKFLOW
from pglab.rfps.states import RFP_WORKFLOW
from pglab.web.security import Access, Audience

docs_commands = AppGroup("docs", help="Documentation drawn from the code.")


def all_workflows() -> dict[str, Workflow]:  # type: ignore[type-arg]  # each has its own pair of enums
    """Every state machine, by the name of its diagram."""
    return {
        "addendum": ADDENDUM_WORKFLOW,
        "agreement": AGREEMENT_WORKFLOW,
        "decision": DECISION_WORKFLOW,
        "email": EMAIL_WORKFLOW,
        "milestone": MILESTONE_WORKFLOW,
        "payment-request": REQUEST_WORKFLOW,
        "clarification": CLARIFICATION_WORKFLOW,
        "proposal": PROPOSAL_WORKFLOW,
        "question": QUESTION_WORKFLOW,
        "rfp": RFP_WORKFLOW,
        "score-sheet": SHEET_WORKFLOW,
    }


def route_lines(app: Flask) -> list[str]:
    """Every address with its methods and who may open it, one line each, in order."""
    lines = []
    for rule in app.url_map.iter_rules():
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        access: Access = vars(app.view_functions[rule.endpoint])["access"]
        lines.append(f"{rule.rule}  {methods}  {rule.endpoint}  {audience(access)}")
    return sorted(lines)


def audience(access: Access) -> str:
    """Who may open a view, in a word: `public`, `signed_in`, the roles."""
    if access.audience is not Audience.ROLES:
        return access.audience.value
    return "+".join(sorted(role.value for role in access.roles)) + (" (fresh)" if access.fresh else "")


@docs_commands.command("diagrams")
def diagrams() -> None:
    """Draw every workflow into docs/workflows."""
    for name, workflow in all_workflows().items():
        (ROOT / f"docs/workflows/{name}.mmd").write_text(workflow.diagram())
    click.echo("docs/workflows is up to date")


@docs_commands.command("routes")
def routes() -> None:
    """List every address into docs/routes.txt."""
    (ROOT / "docs/routes.txt").write_text("\n".join(route_lines(current_app)) + "\n")
    click.echo("docs/routes.txt is up to date")


@docs_commands.command("trust")
def trust() -> None:
    """Write docs/trust.md from what the proofs have shown (`make trust` leaves the figures)."""
    click.echo(f"docs/trust.md is up to date: {write_page()} figures")
