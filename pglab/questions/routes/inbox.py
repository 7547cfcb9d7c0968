"""Where program staff answer: the inbox by age, one question, and its draft."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from pglab.accounts.session import me
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.questions import policy, queries, services
from pglab.questions.forms import DraftForm, draft_values
from pglab.questions.models import Question
from pglab.questions.routes.blueprint import bp
from pglab.questions.routes.words import about_words, age
from pglab.questions.services import StaleDraftError
from pglab.questions.states import TO_READ, TO_WRITE
from pglab.rfps.queries import Call, get_call
from pglab.web.security import requires


@dataclass(frozen=True)
class Conflict:
    """Somebody else saved first: who, when, and where their text differs from what was typed."""

    who: str
    at: datetime | None
    rows: list[tuple[str, str, str]]


@bp.get("/manage/cohorts/<int:cohort>/questions")
@requires(*policy.READERS)
def inbox(cohort: int) -> ResponseReturnValue:
    """Every question that waits, the oldest first; what a second person has to read; what was closed."""
    call = get_call(cohort, viewer=me())
    waiting = queries.list_open(call.rfp.id)
    return render_template(
        "questions/inbox.html",
        call=call,
        number=cohort,
        to_write=[(each, age(each, call.now)) for each in waiting if each.status in TO_WRITE],
        to_read=[(each, age(each, call.now)) for each in waiting if each.status in TO_READ],
        closed=[(each, age(each, call.now)) for each in queries.list_closed(call.rfp.id)],
        published=queries.last_number(call.rfp.id),
        about=about_words(call.content["areas"]),
    )


@bp.route("/manage/cohorts/<int:cohort>/questions/<uuid:question_id>", methods=["GET", "POST"])
@requires(*policy.READERS)
def question(cohort: int, question_id: UUID) -> ResponseReturnValue:
    """One question as it was asked, what looks like it, and its draft; a stale save is shown beside the newer (409)."""
    call = get_call(cohort, viewer=me())
    found = queries.get_question(cohort, question_id, viewer=me())
    form, conflict = DraftForm(call.content["areas"], data=draft_values(found)), None
    if form.submitted():
        try:
            return save(found, form)
        except StaleDraftError:
            conflict = find_conflict(call, form, queries.get_question(cohort, question_id, viewer=me()))
        except RuleError as error:
            form.show(error)
    page = show(call, found, form, conflict)
    return page, 409 if conflict else 422 if form.problems else 200


def save(found: Question, form: DraftForm) -> Response:
    """Save the draft, or hand it to a second reader, as the button says."""
    cohort = found.rfp.cohort.number
    if request.form.get("then") == "send":
        with transaction():
            services.send_to_second_reader(found, form.draft, version=form.version.data, actor=me())
        flash("Your answer is with a second reader. They were told.", "success")
        return redirect(url_for(".inbox", cohort=cohort), 303)
    with transaction():
        services.save_draft(found, form.draft, version=form.version.data, actor=me())
    flash("Your draft is saved. Nobody outside the program sees it.", "success")
    return redirect(url_for(".question", cohort=cohort, question_id=found.id), 303)


def find_conflict(call: Call, form: DraftForm, stored: Question) -> Conflict:
    """What is stored now where it differs from what was typed; the form may then be saved over it."""
    form.version.raw_data, form.version.data = None, stored.version
    saved = DraftForm(call.content["areas"], formdata=None, data=draft_values(stored))
    titles = {str(choice[0]): choice[1] for choice in form.about.choices}
    pairs = [(form.wording, saved.wording), (form.answer, saved.answer)]
    rows = [(mine.label.text, mine.data, theirs.data) for mine, theirs in pairs if mine.data != theirs.data]
    if form.about.data != saved.about.data:
        rows.insert(0, ("About", titles[form.about.data], titles[saved.about.data]))
    return Conflict(stored.drafted_by.name if stored.drafted_by else "", stored.drafted_at, rows)


def show(call: Call, found: Question, form: DraftForm, conflict: Conflict | None) -> str:
    """The page of one question."""
    drafter = found.drafted_by
    return render_template(
        "questions/question.html",
        call=call,
        number=call.rfp.cohort.number,
        question=found,
        state=age(found, call.now),
        form=form if policy.may_draft(me(), found) else None,
        conflict=conflict,
        alike=queries.list_alike(found) if policy.may_draft(me(), found) else [],
        history=queries.history_of(found),
        about=about_words(call.content["areas"]),
        may_publish=drafter is not None and policy.may_publish(me(), found, drafter=drafter),
        may_write=me().has_staff_role(*policy.WRITERS),
    )
