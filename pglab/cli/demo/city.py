"""Finding what earlier steps made: people by name, startups by their key in `startups.json`, proposals, pilots."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pglab.accounts.models import MemberRole, Organization, User
from pglab.accounts.queries import find_organization_by_name, find_user_by_email
from pglab.accounts.services import Persona
from pglab.cohorts.models import Cohort
from pglab.core.db import db
from pglab.core.text import company_name_key
from pglab.pilots.models import Pilot
from pglab.proposals.models import Proposal
from pglab.rfps.models import Rfp

FOLDER = Path(__file__).parent / "data"


@cache
def startups() -> dict[str, Any]:
    """The made-up startups: profile, people, and what they propose in which cohort."""
    found: dict[str, Any] = json.loads((FOLDER / "startups.json").read_text(encoding="utf-8"))
    return found


@cache
def panel() -> dict[str, Any]:
    """What panels give and say."""
    found: dict[str, Any] = json.loads((FOLDER / "panel.json").read_text(encoding="utf-8"))
    return found


@cache
def reports() -> dict[str, Any]:
    """What the startups hand in for their milestones: title, note and paragraphs."""
    found: dict[str, Any] = json.loads((FOLDER / "reports.json").read_text(encoding="utf-8"))
    return found


def proposed(cohort: int, key: str) -> dict[str, Any]:
    """What the startup proposes in a cohort; most say in every cohort what they usually say."""
    told: dict[str, Any] = startups()[key]["proposals"]
    found: dict[str, Any] = told.get(str(cohort)) or told.get("usual") or told["90"]
    return found


def address(name: str) -> str:
    """Where a made-up person's mail would go, formed as for the personas; plain letters only."""
    return Persona("".join(sign for sign in name if sign.isascii() and sign not in "’'"), "", "").email


def person(name: str) -> User:
    """Somebody who has signed up."""
    found = find_user_by_email(address(name))
    if found is None:
        raise LookupError(f"{name} has not signed up")
    return found


def startup(key: str) -> Organization:
    """A registered startup."""
    found = find_organization_by_name(startups()[key]["profile"]["legal_name"])
    if found is None:
        raise LookupError(f"{key} is not registered")
    return found


def plain_name(key: str) -> str:
    """The startup's name in letters that the demo's PDFs can set."""
    given: str = startups()[key].get("plain_name") or startups()[key]["profile"]["legal_name"]
    return given


def representative(key: str) -> User:
    """Who submits and accepts for the startup: the first of its people."""
    return person(startups()[key]["people"][0][0])


def members(key: str) -> list[tuple[str, MemberRole]]:
    """The startup's people with their roles, the representative first."""
    return [(name, MemberRole(role)) for name, role in startups()[key]["people"]]


def rfp(cohort: int) -> Rfp:
    """The RFP of a cohort, in whatever state."""
    return db.session.scalars(select(Rfp).join(Rfp.cohort).where(Cohort.number == cohort)).one()


def proposal(cohort: int, key: str) -> Proposal:
    """The startup's proposal in a cohort."""
    return db.session.scalars(
        select(Proposal)
        .join(Proposal.organization)
        .where(
            Proposal.rfp_id == rfp(cohort).id,
            Organization.name_key == company_name_key(startups()[key]["profile"]["legal_name"]),
        )
    ).one()


def pilot(cohort: int, key: str) -> Pilot:
    """The startup's pilot in a cohort."""
    return db.session.scalars(
        select(Pilot).join(Pilot.cohort).where(Pilot.organization_id == startup(key).id, Cohort.number == cohort)
    ).one()
