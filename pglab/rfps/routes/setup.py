"""The pages on which program managers change a draft: one form a page, saved as a whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError, StateError
from pglab.rfps import forms, queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.routes import pages
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.editing import OWN_FIELDS, EditPage, ListPage, fields_of, part_count
from pglab.rfps.states import RfpStatus
from pglab.web.forms import Form
from pglab.web.security import requires


@dataclass(frozen=True)
class Conflict:
    """Somebody else saved first: who, when, where their values differ from what was typed, and the form to go on."""

    who: str
    at: Any
    form: Form
    rows: list[tuple[str, str, str]] = field(default_factory=list)


def draft(cohort: int) -> Rfp:
    """The cohort's RFP, which is a draft; StateError saying why it cannot be changed otherwise."""
    rfp = queries.get_rfp(cohort, viewer=me())
    if rfp.status is not RfpStatus.DRAFT:
        raise StateError(services.why_not_changed(rfp))
    return rfp


def edit(cohort: int, build: Callable[[Rfp], EditPage], back: str = ".setup") -> ResponseReturnValue:
    """Show the form, and save what comes back; somebody else's newer save is shown beside what was typed (409)."""
    rfp = draft(cohort)
    try:
        page = build(rfp)
    except NotFoundError as gone:
        if request.method == "GET":
            raise
        raise StateError("Somebody else removed this part of the cohort while you were typing.") from gone
    form = page.rearranged(rfp) if request.method == "POST" else None
    if form is not None:
        return draw(rfp, page, form, back, unsaved=True), 200
    form, conflict = page.make(rfp), None
    if form.submitted():
        try:
            with transaction():
                page.save(form, page.version_for(form, rfp))
        except services.StaleVersionError:
            conflict = find_conflict(form, build(rfp), rfp)
        except RuleError as error:
            form.show(error)
        else:
            flash(page.done or f"{page.title}: your changes are saved.", "success")
            return redirect(url_for(back, cohort=cohort), 303)
    if conflict:
        return draw(rfp, page, conflict.form, back, conflict=conflict), 409
    return draw(rfp, page, form, back), 422 if form.problems else 200


def draw(
    rfp: Rfp, page: EditPage, form: Form, back: str, *, conflict: Conflict | None = None, unsaved: bool = False
) -> str:
    """One page of the setup; `back` is where one returns without saving."""
    return render_template(
        "rfps/setup/edit.html",
        rfp=rfp,
        page=page,
        form=form,
        groups=page.groups(form),
        conflict=conflict,
        unsaved=unsaved,
        back=url_for(back, cohort=rfp.cohort.number),
    )


def find_conflict(form: Form, page: EditPage, rfp: Rfp) -> Conflict:
    """What is stored now where it differs from what was typed; the form may then be saved over it.

    Of a list, parts that are only stored come back below those on the page: nobody's part goes without a press.
    """
    stored = page.make(rfp, formdata=None)
    last = queries.find_last_change(rfp.id)
    who, at = (last.actor_name, last.at) if last else ("", None)
    if isinstance(page, ListPage):
        form, rows = merged(form, stored, page, rfp)
    else:
        rows = [(each.label.text, shown(each), shown(stored[each.name])) for each in form if differs(each, stored)]
    for name, value in page.seen(rfp).items():
        form[name].raw_data, form[name].data = None, value
    return Conflict(who, at, form, rows)


def merged(form: Form, stored: Form, page: ListPage, rfp: Rfp) -> tuple[Form, list[tuple[str, str, str]]]:
    """The typed parts followed by those that are only stored; and where both have a part, how it differs."""
    count, rows = part_count(form), []
    typed = {form[f"id_{place}"].data: place for place in range(1, count + 1)}
    parts = forms.typed_rows(request.form, count)
    for place in range(1, len(page.rows) + 1):
        theirs, mine = fields_of(stored, place), typed.get(stored[f"id_{place}"].data)
        if mine is None:
            whole = [each for each in stored if each.name.endswith(f"_{place}")]
            parts.append({each.name.rsplit("_", 1)[0]: posted_as(each) for each in whole})
            said = next((shown(each) for each in theirs if shown(each)), "")
            rows.append((f"{page.noun.capitalize()} {len(parts)}", "Not on your page", said))
        else:
            rows += part_differences(page, form, mine, theirs)
    return page.from_rows(parts, rfp), rows


def part_differences(page: ListPage, form: Form, place: int, theirs: list[Any]) -> list[tuple[str, str, str]]:
    """Where a part was typed differently from how it is stored."""
    found = []
    for each in theirs:
        own = form[f"{each.name.rsplit('_', 1)[0]}_{place}"]
        if shown(own) != shown(each):
            found.append((f"{page.noun.capitalize()} {place}: {each.label.text}", shown(own), shown(each)))
    return found


def posted_as(each: Any) -> list[str]:
    """A stored value as a page would post it."""
    if each.kind == "tick":
        return ["yes"] if each.data else []
    return sorted(each.chosen()) if hasattr(each, "chosen") else [str(each._value())]


def differs(each: Any, stored: Form) -> bool:
    """Whether what was typed is not what is stored."""
    return each.name in stored and each.name not in OWN_FIELDS and shown(each) != shown(stored[each.name])


def shown(each: Any) -> str:
    """A field's value as words."""
    if each.kind == "moment":
        return f"{each.day_value} {each.clock_value}".strip()
    if each.kind == "tick":
        return "Yes" if each.data else "No"
    if hasattr(each, "options"):
        return ", ".join(option.label for option in each.options() if option.selected)
    return str(each._value())


@bp.route("/manage/cohorts/<int:cohort>/setup/details", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def details(cohort: int) -> ResponseReturnValue:
    """Headline, pilot dates, budget, stipend and awards."""
    return edit(cohort, pages.details_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/dates", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def dates(cohort: int) -> ResponseReturnValue:
    """Every date of the call, in Eastern time."""
    return edit(cohort, pages.dates_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/stages", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def stages(cohort: int) -> ResponseReturnValue:
    """Whether there is a pitch round and a feasibility review."""
    return edit(cohort, pages.stages_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/notice", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def notice_text(cohort: int) -> ResponseReturnValue:
    """The sections of the official notice."""
    return edit(cohort, pages.notice_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/eligibility", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def eligibility(cohort: int) -> ResponseReturnValue:
    """The conditions for taking part, and the questions of the eligibility check."""
    return edit(cohort, pages.eligibility_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/rubric", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def rubric(cohort: int) -> ResponseReturnValue:
    """Criteria, weights and anchors."""
    return edit(cohort, pages.rubric_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/documents", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def documents(cohort: int) -> ResponseReturnValue:
    """The files startups hand in."""
    return edit(cohort, pages.documents_page)


@bp.route("/manage/cohorts/<int:cohort>/setup/installments", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def installments(cohort: int) -> ResponseReturnValue:
    """Milestones and the amounts they release."""
    return edit(cohort, pages.installments_page)
