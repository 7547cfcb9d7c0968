"""What everyone may do: read the official answers, ask, and confirm a question by the link from the mailbox."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts.forms import ButtonForm
from pglab.accounts.models import User
from pglab.accounts.services import MAIL_LIMITS, count_try
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import GoneError, RuleError
from pglab.questions import policy, queries, services
from pglab.questions.forms import AnswerFilter, AskForm
from pglab.questions.queries import Wanted
from pglab.questions.routes.blueprint import bp
from pglab.questions.routes.words import about_words
from pglab.questions.states import QuestionStatus
from pglab.rfps.models import Rfp
from pglab.rfps.queries import Call, get_call
from pglab.rfps.routes.words import changes
from pglab.web.kept_pages import keep_until
from pglab.web.security import public, public_page


def viewer() -> User | None:
    """The person at the screen, or nobody."""
    return me() if current_user.is_authenticated else None


def context(call: Call) -> dict[str, Any]:
    """What every page of a call's answers shows, and until when it reads like that."""
    keep_until(call.now, changes(call.rfp, call.now))
    return {
        "call": call,
        "rfp": call.rfp,
        "number": call.rfp.cohort.number,
        "takes_questions": policy.takes_questions(call.rfp, call.now),
        "answers_to_come": call.now <= call.rfp.answers_due_at,
        "about": about_words(call.content["areas"]),
    }


@bp.get("/cohorts/<int:cohort>/questions")
@public_page
def answers(cohort: int) -> ResponseReturnValue:
    """All official answers of a call, newest first: searched, filtered, fifty a page."""
    call = get_call(cohort, viewer=viewer())
    form = AnswerFilter()
    wanted = form.read(call.content["areas"])
    found = queries.list_answers(call.rfp.id, wanted, page=page_number())

    def page_url(page: int) -> str:
        kept = {name: value for name, value in request.args.items() if name in form and value}
        return f"{request.path}?{urlencode({**kept, 'page': page})}"

    return render_template(
        "questions/answers.html",
        found=found,
        filter=form,
        is_filtered=wanted != Wanted(),
        page_url=page_url,
        **context(call),
    )


def page_number() -> int:
    """Which page of the list the address names; the first when it names none."""
    written = request.args.get("page", "1")
    return max(1, int(written)) if written.isascii() and written.isdigit() and len(written) < 6 else 1


@bp.get("/cohorts/<int:cohort>/questions/<int:number>")
@public_page
def answer(cohort: int, number: int) -> ResponseReturnValue:
    """One answer under its number for good, with the editions before it."""
    call = get_call(cohort, viewer=viewer())
    editions = queries.get_editions(call.rfp.id, number)
    return render_template("questions/answer.html", editions=editions, answer=editions[0], **context(call))


@bp.route("/cohorts/<int:cohort>/questions/new", methods=["GET", "POST"])
@public
def ask(cohort: int) -> ResponseReturnValue:
    """Send one question; without a signed-in account the address is confirmed by a link. 410 once questions closed."""
    call = get_call(cohort, viewer=viewer())
    form, person, status = AskForm(call.content["areas"]), viewer(), 422
    if person is not None:
        del form.email
    if not policy.takes_questions(call.rfp, call.now):
        raise GoneError(services.why_closed(call.rfp, call.now))
    if form.submitted():
        try:
            count_question()
            asked = send(call.rfp, form, person)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            return redirect(url_for(".sent" if asked is None else ".received", cohort=cohort), 303)
    page = render_template("questions/ask.html", form=form, person=person, **context(call))
    return page, status if form.problems else 200


def count_question() -> None:
    """One question more from this place; too many have to wait."""
    with transaction():
        count_try(MAIL_LIMITS, "mail", request.remote_addr)


def send(rfp: Rfp, form: AskForm, person: User | None) -> datetime | None:
    """Ask; returns when the question was confirmed, None when a link has to be opened first."""
    with transaction():
        email = person.email if person is not None else form.email.data
        return services.ask_question(rfp, form.asked, email=email, actor=person).confirmed_at


@bp.get("/cohorts/<int:cohort>/questions/sent")
@public
def sent(cohort: int) -> ResponseReturnValue:
    """Look into your mailbox; the same page whatever address was given."""
    return render_template("questions/sent.html", **context(get_call(cohort, viewer=viewer())))


@bp.get("/cohorts/<int:cohort>/questions/received")
@public
def received(cohort: int) -> ResponseReturnValue:
    """The question is in, and what happens next."""
    return render_template("questions/received.html", **context(get_call(cohort, viewer=viewer())))


@bp.route("/questions/confirmation/<token>", methods=["GET", "POST"])
@public
def confirmation(token: str) -> ResponseReturnValue:
    """A button, so that a mail scanner that opens the link sends nothing. A link that was used says what it did; one
    whose day is over shows the question, so that it can be asked again."""
    form, now = ButtonForm(), official_now()
    question = services.read_link(token)
    done = redirect(url_for(".received", cohort=question.rfp.cohort.number), 303)
    if question.status is not QuestionStatus.UNCONFIRMED:
        return done
    if now > services.link_expires_at(question):
        open_still = policy.takes_questions(question.rfp, now)
        return render_template("questions/expired.html", question=question, open_still=open_still), 410
    if form.submitted():
        with transaction():
            services.confirm_question(token)
        return done
    return render_template("questions/confirmation.html", form=form, question=question), 422 if form.problems else 200
