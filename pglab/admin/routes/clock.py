"""For developers: the official time, moved so that a demo can be seen in every phase."""

from datetime import timedelta

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.admin import queries, services
from pglab.admin.forms import MoveClockForm, SetClockForm
from pglab.admin.routes.blueprint import bp
from pglab.core.errors import RuleError
from pglab.web.forms import Form
from pglab.web.security import development_only


@bp.get("/dev/clock")
@development_only
def clock() -> ResponseReturnValue:
    """Both times, and the ways to move the official one."""
    return clock_page(MoveClockForm(), SetClockForm(), None)


def clock_page(move: Form, to: Form, failed: Form | None) -> ResponseReturnValue:
    """The page with its two forms; `failed` is the one whose problems stand at the top."""
    page = render_template("admin/clock.html", times=queries.read_clock(), move=move, to=to, error_form=failed)
    return page, 422 if failed else 200


def owner_url() -> str:
    """The address with which the database's owner signs in; the web server has it in development only."""
    return str(current_app.config["SETTINGS"].database_owner_url)


@bp.post("/dev/clock/moves")
@development_only
def move_clock() -> ResponseReturnValue:
    """On or back by days and hours."""
    form = MoveClockForm()
    if form.submitted():
        try:
            services.move_clock(owner_url(), by=timedelta(days=form.days.data or 0, hours=form.hours.data or 0))
        except RuleError as error:
            form.show(error)
        else:
            return moved()
    return clock_page(form, SetClockForm(formdata=None), form)


@bp.post("/dev/clock/time")
@development_only
def set_clock() -> ResponseReturnValue:
    """To an instant."""
    form = SetClockForm()
    if form.submitted() and form.at.data:
        try:
            services.set_clock(owner_url(), at=form.at.data, stopped=form.stopped.data)
        except RuleError as error:
            form.show(error)
        else:
            return moved()
    return clock_page(MoveClockForm(formdata=None), form, form)


@bp.post("/dev/clock/reset")
@development_only
def reset_clock() -> ResponseReturnValue:
    """Back to the machine's time."""
    services.reset_clock(owner_url())
    return moved()


def moved() -> ResponseReturnValue:
    """Show the clock again."""
    flash("The official time is set.", "success")
    return redirect(url_for(".clock"), 303)
