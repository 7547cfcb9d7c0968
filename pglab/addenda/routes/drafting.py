"""Where program managers prepare an addendum: its words, the fields it changes, and what it would look like."""

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.addenda import forms, policy, queries, services
from pglab.addenda.models import Addendum
from pglab.addenda.routes.blueprint import bp
from pglab.addenda.states import AddendumKind, AddendumStatus
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.rfps import queries as rfp_queries
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Call
from pglab.web.security import requires


@bp.get("/manage/cohorts/<int:cohort>/addenda")
@requires(*policy.READERS)
def manage(cohort: int) -> ResponseReturnValue:
    """The issued addenda, what is in preparation, and the ways to a new one."""
    call = published_call(cohort)
    return render_template(
        "addenda/manage.html",
        rfp=call.rfp,
        addenda=queries.list_issued(call.rfp),
        draft=queries.find_open_addendum(call.rfp, AddendumKind.CONTENT),
        extension=queries.find_open_addendum(call.rfp, AddendumKind.DEADLINE),
        cancellation=queries.find_cancellation(call.rfp),
        may_prepare=policy.may_prepare(me()),
        changeable=changeable(call.rfp),
    )


@bp.route("/manage/cohorts/<int:cohort>/addenda/new", methods=["GET", "POST"])
@requires(*policy.PREPARERS)
def new(cohort: int) -> ResponseReturnValue:
    """Begin an addendum with its title and summary."""
    call = published_call(cohort)
    form = forms.WordsForm(data={"version": 1})
    if form.submitted():
        try:
            with transaction():
                services.prepare_addendum(call.rfp, words_in(form), actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The draft is begun. Now choose what changes.", "success")
            return redirect(url_for(".fields", cohort=cohort), 303)
    services.call_state(call.rfp, official_now())
    page = render_template("addenda/words.html", rfp=call.rfp, form=form, late=is_late(call.rfp), draft=None)
    return page, 422 if form.problems else 200


@bp.route("/manage/cohorts/<int:cohort>/addenda/draft/words", methods=["GET", "POST"])
@requires(*policy.PREPARERS)
def words(cohort: int) -> ResponseReturnValue:
    """Reword the title, summary and reason of the draft."""
    call = published_call(cohort)
    draft = queries.get_open_addendum(call.rfp)
    form = forms.WordsForm(obj=draft)
    if form.submitted():
        try:
            with transaction():
                services.change_words(draft, words_in(form), version=form.version.data or 0, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash("The words are saved.", "success")
            return redirect(url_for(".draft", cohort=cohort), 303)
    page = render_template("addenda/words.html", rfp=call.rfp, form=form, late=is_late(call.rfp), draft=draft)
    return page, 422 if form.problems else 200


@bp.get("/manage/cohorts/<int:cohort>/addenda/draft/fields")
@requires(*policy.PREPARERS)
def fields(cohort: int) -> ResponseReturnValue:
    """Everything of the RFP that an addendum may change, with what it says now."""
    call = published_call(cohort)
    draft = queries.get_open_addendum(call.rfp)
    offered: dict[str, list[queries.EditableField]] = {}
    for each in queries.list_fields(call.content):
        offered.setdefault(each.part, []).append(each)
    return render_template("addenda/fields.html", rfp=call.rfp, parts=offered, draft=draft, spoken=rfp_queries.spoken)


@bp.route("/manage/cohorts/<int:cohort>/addenda/draft/fields/<field>", methods=["GET", "POST"])
@requires(*policy.PREPARERS)
def field(cohort: int, field: str) -> ResponseReturnValue:
    """One field: what it says now, and what it will say."""
    call = published_call(cohort)
    draft = queries.get_open_addendum(call.rfp)
    chosen = queries.get_field(call.content, field)
    form = forms.change_form(chosen, read_value(chosen, draft.changes.get(field, chosen.value)))
    if form.submitted():
        try:
            with transaction():
                given, version = form["value"].data, form["version"].data or 0
                services.propose_change(draft, field, "" if given is None else given, version=version, actor=me())
        except RuleError as error:
            form.show(error)
        else:
            flash(f"{chosen.label}: the change is in the draft.", "success")
            return redirect(url_for(".draft", cohort=cohort), 303)
    if form["version"].data is None:
        form["version"].data = draft.version
    page = render_template(
        "addenda/field.html", rfp=call.rfp, form=form, field=chosen, now_says=rfp_queries.spoken(chosen.value)
    )
    return page, 422 if form.problems else 200


@bp.post("/manage/cohorts/<int:cohort>/addenda/draft/fields/<field>/removal")
@requires(*policy.PREPARERS)
def drop(cohort: int, field: str) -> ResponseReturnValue:
    """Leave one field as it is."""
    draft = queries.get_open_addendum(published_call(cohort).rfp)
    form = forms.StepForm()
    if form.submitted():
        with transaction():
            services.drop_change(draft, field, version=form.version.data or 0, actor=me())
        flash("This field stays as it is.", "success")
    return redirect(url_for(".draft", cohort=cohort), 303)


def published_call(cohort: int) -> Call:
    """The call with its newest version; before its publication there is nothing to amend."""
    call = rfp_queries.get_call(cohort, viewer=me())
    if call.version is None:
        raise StateError(f"{call.rfp.reference} is not published. Change the draft itself.")
    return call


def changeable(rfp: Rfp) -> bool:
    """Whether the call may still change in any way."""
    try:
        services.call_state(rfp, official_now())
    except StateError:
        return False
    return True


def is_late(rfp: Rfp) -> bool:
    """Whether an addendum issued now has to say why it comes so late."""
    return services.needs_reason(rfp, official_now())


def words_in(form: forms.WordsForm) -> services.AddendumWords:
    """What was typed."""
    return services.AddendumWords(
        form.title.data, form.summary.data, form.reason.data or "", bool(form.needs_acknowledgement.data)
    )


def read_value(field: queries.EditableField, value: Any) -> Any:
    """A value of the frozen content as its control takes it."""
    if field.kind == "moment":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if field.kind == "day" else value


def may_edit(draft: Addendum) -> bool:
    """Whether the person at the screen may change the draft."""
    return policy.may_prepare(me()) and draft.status is AddendumStatus.DRAFT
