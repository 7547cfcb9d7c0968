"""The challenge areas of a draft, and the departments and authorities that host them."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import select

from pglab.accounts.models import User
from pglab.accounts.queries import acts_for_a_startup, find_confirmed_user
from pglab.audit.services import record
from pglab.cohorts.models import ChallengeArea, HostKind, HostOrganization
from pglab.core.db import db
from pglab.core.errors import RuleError, StateError, require
from pglab.core.text import same_name_key
from pglab.rfps import policy, queries
from pglab.rfps.models import Rfp
from pglab.rfps.services.drafts import (
    MOST_PARTS,
    StaleVersionError,
    assign,
    fresh_slug,
    log,
    loggable,
    open_draft,
    put_in_order,
)
from pglab.rfps.states import RfpStatus


@dataclass(frozen=True)
class AreaText:
    """One challenge, and who at the City hosts and champions it. Blanks are fine in a draft."""

    title: str
    teaser: str
    problem: str
    success: str
    constraints: str
    host: HostOrganization
    champion_email: str
    affected: str = ""
    data_and_sites: str = ""


def add_area(rfp: Rfp, text: AreaText, *, version: int, actor: User) -> ChallengeArea:
    """Add a challenge after the others; its address is made from its title and stays."""
    call = open_draft(rfp, version=version, actor=actor)
    areas = queries.list_areas(call.cohort_id)
    if len(areas) >= MOST_PARTS:
        raise RuleError(f"A cohort has at most {MOST_PARTS} challenge areas.")
    values = given_values(text)
    slug = fresh_slug(text.title, {area.slug for area in areas})
    area = ChallengeArea(cohort=call.cohort, slug=slug, position=len(areas) + 1, **values)
    db.session.add(area)
    db.session.flush()
    record("cohort.challenge_added", call.cohort, actor=actor, after={"title": area.title})
    log(call, f"challenge “{area.title}”", ({}, {"added": area.title}), actor=actor)
    return area


def change_area(area: ChallengeArea, text: AreaText, *, rfp: Rfp, version: int, actor: User) -> None:
    """Rewrite a challenge, and say which department hosts it and who champions it (by email, if already known)."""
    call = open_draft(rfp, version=version, actor=actor)
    values = given_values(text)
    changes = assign(area, {**values, "host_id": text.host.id})
    record("cohort.challenge_changed", call.cohort, actor=actor, before=changes[0], after=changes[1])
    log(call, f"challenge “{area.title}”", ({}, {}), actor=actor)


def move_area(area: ChallengeArea, step: int, *, rfp: Rfp, version: int, actor: User) -> None:
    """Move a challenge up (-1) or down (1) by one place; at the end of the list it stays where it is."""
    call = open_draft(rfp, version=version, actor=actor)
    areas = queries.list_areas(call.cohort_id)
    was = areas.index(area)
    areas.insert(min(max(was + step, 0), len(areas) - 1), areas.pop(was))
    put_in_order(areas)
    record(
        "cohort.challenge_moved", call.cohort, actor=actor, before={"place": was + 1}, after={"place": area.position}
    )
    log(call, f"challenge “{area.title}”", ({"place": was + 1}, {"place": area.position}), actor=actor)


def remove_area(area: ChallengeArea, *, rfp: Rfp, version: int, actor: User) -> None:
    """Take a challenge out of a draft. Its words stay on the log."""
    call = open_draft(rfp, version=version, actor=actor)
    before = {field.name: loggable(getattr(area, field.name, "")) for field in fields(AreaText)[:5]}
    db.session.delete(area)
    put_in_order([each for each in queries.list_areas(call.cohort_id) if each is not area])
    record("cohort.challenge_removed", call.cohort, actor=actor, before=before)
    log(call, f"challenge “{before['title']}”", ({"removed": before["title"]}, {}), actor=actor)


def given_values(text: AreaText) -> dict[str, Any]:
    """The values of a challenge's columns; RuleError beside the email of a champion who has no account, or who is on
    the team of a startup that could apply."""
    champion = find_confirmed_user(text.champion_email) if text.champion_email else None
    if text.champion_email and champion is None:
        raise RuleError("Nobody with this email has a confirmed account yet.", field="champion_email")
    if champion is not None and acts_for_a_startup(champion):
        raise RuleError(f"{champion.name} is on the team of a startup and can’t be a champion.", field="champion_email")
    given = {field.name: getattr(text, field.name) for field in fields(text) if field.name != "champion_email"}
    return {**given, "champion": champion}


@dataclass(frozen=True)
class HostText:
    """A department or authority that can host pilots."""

    name: str
    kind: HostKind


def add_host(new: HostText, *, actor: User) -> HostOrganization:
    """Add a department or authority to those that can host; a name that is there already is refused."""
    require(policy.may_prepare(actor))
    refuse_taken_name(new.name)
    host = HostOrganization(**asdict(new))
    db.session.add(host)
    db.session.flush()
    record("host.added", host, actor=actor, after={"name": host.name, "kind": host.kind.value})
    return host


def change_host(host: HostOrganization, text: HostText, *, version: int, actor: User) -> None:
    """Rename a department or authority, or correct its kind. Drafts and lists show it at once; what was published keeps
    the name it was published with. Refused while a draft that names it waits for its second person."""
    require(policy.may_prepare(actor))
    waiting = next((rfp for rfp in queries.list_hosted(host.id) if rfp.status is RfpStatus.IN_REVIEW), None)
    if waiting is not None:
        raise StateError(
            f"{waiting.reference} names {host.name} and is waiting for a second person. "
            "Rename it after publication, or return the draft first."
        )
    found = db.session.execute(
        select(HostOrganization)
        .where(HostOrganization.id == host.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
    if found.version != version:
        raise StaleVersionError(f"Somebody else changed {found.name} while you were typing. Open it again.")
    refuse_taken_name(text.name, but=found)
    before, after = assign(found, asdict(text))
    if after:
        found.version, found.is_changed_here = found.version + 1, True
        db.session.flush()
        record("host.changed", found, actor=actor, before=before, after=after)


def refuse_taken_name(name: str, *, but: HostOrganization | None = None) -> None:
    """RuleError beside the name when another department or authority has it."""
    others = [host.name for host in db.session.scalars(select(HostOrganization)) if host is not but]
    if same_name_key(name) in {same_name_key(other) for other in others}:
        raise RuleError(f"{name} is in the list already.", field="name")
