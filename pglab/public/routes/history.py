"""What earlier pilots tried, and the companies that took part: the program's history, with its sources."""

from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from pglab.cohorts.queries import History, Wanted, find_history
from pglab.core.errors import NotFoundError
from pglab.pilots.queries import list_public_pilots
from pglab.public.forms import CompanyFilter, PilotFilter
from pglab.public.routes.blueprint import bp
from pglab.web.security import public_page

Filter = TypeVar("Filter", bound=CompanyFilter)


@bp.get("/pilots")
@public_page
def pilots() -> ResponseReturnValue:
    """What the City tried with startups, where, and what came of it; the newest cohort first."""
    history = find_history()
    form = read_filter(PilotFilter(), history)
    wanted = form.wanted()
    return render_template(
        "public/pilots.html",
        history=history,
        filter=form,
        rows=history.list_entries(wanted) if history else [],
        is_filtered=wanted != Wanted(),
        ours=list_public_pilots(),
    )


@bp.get("/alumni")
@public_page
def alumni() -> ResponseReturnValue:
    """Every company that took part, by name."""
    history = find_history()
    form = read_filter(CompanyFilter(), history)
    wanted = form.wanted()
    rows = history.list_companies(wanted) if history else []
    return render_template(
        "public/alumni.html", history=history, filter=form, rows=rows, is_filtered=wanted != Wanted()
    )


@bp.get("/alumni/<slug>")
@public_page
def company(slug: str) -> ResponseReturnValue:
    """One company: what it tried in each cohort, with whom, what came of it, and who says so."""
    history = find_history()
    if history is None:
        raise NotFoundError("The program’s history has not been loaded here yet.")
    return render_template("public/company.html", history=history, company=history.get_company(slug))


def read_filter(form: Filter, history: History | None) -> Filter:
    """The filter as the address has it, with the choices this history offers; what cannot be read is said beside it."""
    if history:
        form.offer(history)
    form.process(request.args)
    form.validate()
    return form
