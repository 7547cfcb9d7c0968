"""What ends an answer's way: the second reader's page, and the small forms that return, decline, point or correct."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.forms import ButtonForm
from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError, StateError
from pglab.questions import policy, queries, services
from pglab.questions.forms import DeclineForm, PointForm, PublishForm, ReturnForm
from pglab.questions.models import Question
from pglab.questions.routes.blueprint import bp
from pglab.questions.routes.words import about_words
from pglab.questions.states import TO_READ
from pglab.rfps.queries import get_call
from pglab.web.filters import plural
from pglab.web.forms import Form
from pglab.web.security import requires


@bp.route("/manage/cohorts/<int:cohort>/questions/publication", methods=["GET", "POST"])
@requires(*policy.READERS)
def publication(cohort: int) -> ResponseReturnValue:
    """Every answer that waits for a second reader, whole; what they tick is published together, as one news."""
    call = get_call(cohort, viewer=me())
    waiting = [each for each in queries.list_open(call.rfp.id) if each.status in TO_READ]
    mine = [each for each in waiting if each.drafted_by and policy.may_publish(me(), each, drafter=each.drafted_by)]
    form = PublishForm(mine)
    if form.submitted():
        try:
            with transaction():
                published = services.publish_answers(call.rfp, form.chosen, actor=me())
        except RuleError as error:
            form.show(RuleError(error.message))
        else:
            flash(f"{plural(len(published), 'answer')} published. Whoever asked was told.", "success")
            return redirect(url_for(".inbox", cohort=cohort), 303)
    return render_template(
        "questions/publication.html",
        call=call,
        number=cohort,
        waiting=waiting,
        options={str(option.value).partition(":")[0]: option for option in form.read.options()},
        form=form,
        about=about_words(call.content["areas"]),
    ), 422 if form.problems else 200


def close(
    cohort: int, question_id: UUID, form: Form, template: str, do: Callable[[Question], str]
) -> ResponseReturnValue:
    """One small form about one question: shown, then done; back to the inbox with a word on what happened."""
    found = queries.get_question(cohort, question_id, viewer=me())
    if form.submitted():
        try:
            with transaction():
                said = do(found)
        except RuleError as error:
            form.show(error)
        else:
            flash(said, "success")
            return redirect(url_for(".inbox", cohort=cohort), 303)
    page = render_template(template, number=cohort, question=found, form=form)
    return page, 422 if form.problems else 200


@bp.route("/manage/cohorts/<int:cohort>/questions/<uuid:question_id>/return", methods=["GET", "POST"])
@requires(*policy.READERS)
def return_draft(cohort: int, question_id: UUID) -> ResponseReturnValue:
    """Give an answer back with what has to change."""
    form = ReturnForm()

    def do(found: Question) -> str:
        services.return_draft(found, reason=form.reason.data, actor=me())
        return "The answer was returned."

    return close(cohort, question_id, form, "questions/return.html", do)


@bp.route("/manage/cohorts/<int:cohort>/questions/<uuid:question_id>/decline", methods=["GET", "POST"])
@requires(*policy.WRITERS)
def decline(cohort: int, question_id: UUID) -> ResponseReturnValue:
    """Close a question without an answer; the asker reads why."""
    form = DeclineForm()

    def do(found: Question) -> str:
        services.decline_question(found, reason=form.reason.data, actor=me())
        return "The question is closed. Whoever asked was told why."

    return close(cohort, question_id, form, "questions/decline.html", do)


@bp.route("/manage/cohorts/<int:cohort>/questions/<uuid:question_id>/pointer", methods=["GET", "POST"])
@requires(*policy.WRITERS)
def point(cohort: int, question_id: UUID) -> ResponseReturnValue:
    """Answer by pointing to an answer that is public already."""
    form = PointForm(data={"number": request.args.get("number", type=int)})

    def do(found: Question) -> str:
        services.point_to_answer(found, number=form.number.data or 0, actor=me())
        return f"The question is closed. Whoever asked was pointed to question {form.number.data}."

    return close(cohort, question_id, form, "questions/pointer.html", do)


@bp.post("/manage/cohorts/<int:cohort>/questions/<uuid:question_id>/correction")
@requires(*policy.WRITERS)
def start_correction(cohort: int, question_id: UUID) -> ResponseReturnValue:
    """Begin a newer edition of a published answer."""
    return press(
        cohort, question_id, services.start_correction, "Write the corrected answer. The old one stays public."
    )


@bp.post("/manage/cohorts/<int:cohort>/questions/<uuid:question_id>/correction/end")
@requires(*policy.WRITERS)
def drop_correction(cohort: int, question_id: UUID) -> ResponseReturnValue:
    """Give up a correction."""
    return press(cohort, question_id, services.drop_correction, "The correction was dropped. Nothing public changed.")


def press(cohort: int, question_id: UUID, do: Callable[..., None], said: str) -> ResponseReturnValue:
    """A button of the question's own page; a rule against it is a page of its own, for there is no field."""
    found = queries.get_question(cohort, question_id, viewer=me())
    if ButtonForm().submitted():
        try:
            with transaction():
                do(found, actor=me())
        except RuleError as error:
            raise StateError(error.message) from error
        flash(said, "success")
    return redirect(url_for(".question", cohort=cohort, question_id=question_id), 303)
