"""Challenge areas of a draft, in any number and order, and the departments that can host them."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.models import StaffRole
from pglab.accounts.session import me
from pglab.cohorts.models import HostOrganization
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.rfps import forms, queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.editing import EditPage, answers
from pglab.rfps.routes.setup import draft, edit
from pglab.web.forms import Form
from pglab.web.security import requires

TEXTS = ("title", "teaser", "problem", "affected", "success", "constraints", "data_and_sites")
LEDE = "Describe the problem and leave the solution to the startups. Publication asks for every box but the champion."
STEPS = {"up": -1, "down": 1}


@bp.get("/manage/cohorts/<int:cohort>/setup/areas")
@requires(StaffRole.PROGRAM_MANAGER)
def areas(cohort: int) -> ResponseReturnValue:
    """The challenges in their order."""
    rfp = draft(cohort)
    return render_template("rfps/setup/areas.html", rfp=rfp, areas=queries.list_areas(rfp.cohort_id))


@bp.route("/manage/cohorts/<int:cohort>/setup/areas/new", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def new_area(cohort: int) -> ResponseReturnValue:
    """One more challenge, after the others."""
    return edit(cohort, new_area_page, back=".areas")


@bp.route("/manage/cohorts/<int:cohort>/setup/areas/<slug>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def area(cohort: int, slug: str) -> ResponseReturnValue:
    """One challenge: the problem, the host, the champion."""
    return edit(cohort, lambda rfp: area_page(rfp, slug), back=".areas")


@bp.post("/manage/cohorts/<int:cohort>/setup/areas/<slug>/order")
@requires(StaffRole.PROGRAM_MANAGER)
def move_area(cohort: int, slug: str) -> ResponseReturnValue:
    """One challenge moved by a place, or taken out."""
    rfp = draft(cohort)
    moved = queries.get_area(rfp.cohort_id, slug)

    def step(which: str, version: int) -> None:
        if which == "out":
            services.remove_area(moved, rfp=rfp, version=version, actor=me())
        else:
            services.move_area(moved, STEPS[which], rfp=rfp, version=version, actor=me())

    return after_step(step, moved.title, url_for(".areas", cohort=cohort))


def after_step(step: Callable[[str, int], None], name: str, back: str) -> ResponseReturnValue:
    """Take the step that was asked for, and go back to the list with what happened."""
    form = forms.MoveForm()
    if not form.submitted():
        flash("Nothing was changed. Press the button again.", "warning")
        return redirect(back, 303)
    try:
        with transaction():
            step(form.step.data, form.version.data or 0)
    except RuleError as error:
        flash(error.message, "warning")
    else:
        flash(f"“{name}” was {'removed' if form.step.data == 'out' else 'moved'}.", "success")
    return redirect(back, 303)


def new_area_page(rfp: Rfp) -> EditPage:
    """An empty challenge."""
    form, hosts = host_choices()

    def save(filled: Form, version: int) -> None:
        services.add_area(rfp, area_text(filled, hosts), version=version, actor=me())

    return EditPage("New challenge", LEDE, form, {}, save, asked_later=TEXTS, done="The challenge is added.")


def area_page(rfp: Rfp, slug: str) -> EditPage:
    """One challenge area."""
    found = queries.get_area(rfp.cohort_id, slug)
    form, hosts = host_choices()
    stored = {name: getattr(found, name) for name in TEXTS}
    people = {"host_id": str(found.host_id), "champion_email": found.champion.email if found.champion else ""}

    def save(filled: Form, version: int) -> None:
        services.change_area(found, area_text(filled, hosts), rfp=rfp, version=version, actor=me())

    return EditPage(found.title, LEDE, form, stored | people, save, asked_later=TEXTS)


def host_choices() -> tuple[type[Form], dict[UUID, HostOrganization]]:
    """The form of a challenge, and the hosts it offers."""
    hosts = {host.id: host for host in queries.list_hosts()}
    return forms.area_form(hosts.values()), hosts


def area_text(form: Form, hosts: dict[UUID, HostOrganization]) -> services.AreaText:
    """A challenge as it was typed."""
    given = answers(form)
    return services.AreaText(host=hosts[UUID(given.pop("host_id"))], **given)


@bp.route("/manage/hosts", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def hosts() -> ResponseReturnValue:
    """The departments and authorities that can host pilots."""
    form = forms.HostForm()
    if form.submitted():
        try:
            with transaction():
                services.add_host(services.HostText(form.name.data, form["kind"].data), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{form.name.data} can host pilots now.", "success")
            return redirect(url_for(".hosts"), 303)
    page = render_template("rfps/setup/hosts.html", form=form, hosts=queries.list_hosts())
    return page, 422 if form.problems else 200


@bp.route("/manage/hosts/<uuid:host_id>", methods=["GET", "POST"])
@requires(StaffRole.PROGRAM_MANAGER)
def host(host_id: UUID) -> ResponseReturnValue:
    """One of them: its name and kind, and the cohorts in which it has a challenge."""
    found = queries.get_host(host_id)
    form = forms.ChangedHostForm(data={"name": found.name, "kind": found.kind, "version": found.version})
    if form.submitted():
        text = services.HostText(form.name.data, form["kind"].data)
        try:
            with transaction():
                services.change_host(found, text, version=form["version"].data or 0, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{text.name}: your changes are saved.", "success")
            return redirect(url_for(".hosts"), 303)
    page = render_template("rfps/setup/host.html", form=form, host=found, hosted=queries.list_hosted(host_id))
    return page, 422 if form.problems else 200
