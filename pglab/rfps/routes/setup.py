"""The pages on which program managers change a draft: one form a page, saved as a whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.routes import editing
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.editing import EditPage
from pglab.rfps.states import RfpStatus
from pglab.web.forms import Form
from pglab.web.security import requires


@dataclass(frozen=True)
class Conflict:
    """Somebody else saved first: who, when, and where their values differ from what was typed."""

    who: str
    at: Any
    rows: list[tuple[str, str, str]]


def edit(cohort: int, build: Callable[[Rfp], EditPage]) -> ResponseReturnValue:
    """Show the form, and save what comes back; somebody else's newer save is shown beside what was typed (409)."""
    rfp = queries.get_rfp(cohort, viewer=me())
    if rfp.status is not RfpStatus.DRAFT:
        raise StateError(services.why_not_changed(rfp))
    page = build(rfp)
    form = page.make(rfp)
    conflict = None
    if form.submitted():
        try:
            with transaction():
                page.save(form, form["version"].data)
        except services.StaleVersionError:
            conflict = find_conflict(form, build, rfp)
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{page.title}: your changes are saved.", "success")
            return redirect(url_for(".overview", cohort=cohort), 303)
    drawn = render_template(
        "rfps/edit.html", rfp=rfp, page=page, form=form, groups=page.groups(form), conflict=conflict
    )
    return drawn, 409 if conflict else 422 if form.problems else 200


def find_conflict(form: Form, build: Callable[[Rfp], EditPage], rfp: Rfp) -> Conflict:
    """What is stored now where it differs from what was typed; the form may then be saved over it."""
    stored = build(rfp).make(rfp, formdata=None)
    form["version"].raw_data, form["version"].data = None, rfp.version
    rows = [(field.label.text, shown(field), shown(stored[field.name])) for field in form if differs(field, stored)]
    last = queries.find_last_change(rfp.id)
    return Conflict(last.actor_name if last else "", last.at if last else None, rows)


def differs(field: Any, stored: Form) -> bool:
    """Whether what was typed is not what is stored."""
    return (
        field.name in stored
        and field.name not in ("version", "csrf_token")
        and shown(field) != shown(stored[field.name])
    )


def shown(field: Any) -> str:
    """A field's value as words."""
    if field.kind == "moment":
        return f"{field.day_value} {field.clock_value}".strip()
    if field.kind == "tick":
        return "Yes" if field.data else "No"
    if field.kind == "select":
        return next((option.label for option in field.options() if option.selected), "")
    return str(field._value())


@bp.route("/manage/cohorts/<int:cohort>/setup/details", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def details(cohort: int) -> ResponseReturnValue:
    """Headline, pilot dates, budget, stipend and awards."""
    return edit(cohort, editing.details_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/dates", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def dates(cohort: int) -> ResponseReturnValue:
    """Every date of the call, in Eastern time."""
    return edit(cohort, editing.dates_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/notice", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def notice_text(cohort: int) -> ResponseReturnValue:
    """The sections of the official notice."""
    return edit(cohort, editing.notice_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/eligibility", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def eligibility(cohort: int) -> ResponseReturnValue:
    """The conditions for taking part."""
    return edit(cohort, editing.eligibility_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/rubric", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def rubric(cohort: int) -> ResponseReturnValue:
    """Criteria, weights and anchors."""
    return edit(cohort, editing.rubric_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/questions", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def questions(cohort: int) -> ResponseReturnValue:
    """The questions of the proposal form and their word limits."""
    return edit(cohort, editing.questions_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/documents", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def documents(cohort: int) -> ResponseReturnValue:
    """The files startups hand in."""
    return edit(cohort, editing.documents_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/installments", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def installments(cohort: int) -> ResponseReturnValue:
    """Milestones and the amounts they release."""
    return edit(cohort, editing.installments_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/areas/<slug>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def area(cohort: int, slug: str) -> ResponseReturnValue:
    """One challenge: the problem, the host, the champion."""
    return edit(cohort, lambda rfp: editing.area_page(rfp, slug))
