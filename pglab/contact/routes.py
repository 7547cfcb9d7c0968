"""The contact page, and the inbox of those who answer."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts.session import me
from pglab.contact import policy, queries, services
from pglab.contact.forms import CloseForm, MessageForm, ReplyForm
from pglab.contact.models import Message
from pglab.contact.states import MessageState, Topic
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import RuleError
from pglab.web.forms import Form
from pglab.web.security import public, requires

bp = Blueprint("contact", __name__)


@bp.route("/contact", methods=["GET", "POST"])
@public
def contact() -> ResponseReturnValue:
    """How to reach the program: phone, mail, office, and a form. No account is needed."""
    form, status = MessageForm(data=known()), 422
    if form.submitted():
        try:
            with transaction():
                services.count_message(request.remote_addr)
            with transaction():
                message = services.send_message(form.written(), sender=me() if current_user.is_authenticated else None)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            session["message_sent"] = message.reference
            return redirect(url_for(".sent"), 303)
    return render_template("contact/contact.html", form=form), status if form.problems else 200


def known() -> dict[str, object]:
    """What the form need not ask: who is signed in, and the page somebody came from."""
    told: dict[str, object] = {}
    page = request.args.get("page", "")
    if page.startswith("/"):
        told |= {"page": page[:300], "topic": Topic.PAGE}
    if current_user.is_authenticated:
        told |= {"name": me().name, "email": me().email}
    return told


@bp.get("/contact/sent")
@public
def sent() -> ResponseReturnValue:
    """The message is there; its reference is shown to whoever sent it."""
    return render_template("contact/sent.html", reference=session.get("message_sent"))


@bp.get("/manage/messages")
@requires(*policy.ANSWERERS)
def messages() -> ResponseReturnValue:
    """What visitors wrote: what waits first."""
    state = next((each for each in MessageState if each.value == request.args.get("state")), MessageState.WAITING)
    counts = queries.count_by_state()
    pages = max(1, -(-counts[state] // queries.PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    return render_template(
        "contact/messages.html",
        state=state,
        counts=counts,
        messages=queries.list_messages(state, page=page),
        page=page,
        pages=pages,
        now=official_now(),
    )


@bp.route("/manage/messages/<reference>", methods=["GET", "POST"])
@requires(*policy.ANSWERERS)
def message(reference: str) -> ResponseReturnValue:
    """One message with its answers; the form mails another."""
    found = queries.get_message(reference, viewer=me())
    form = ReplyForm()
    if form.submitted():
        with transaction():
            services.answer_message(found, form.text.data, actor=me())
        flash(f"Your answer to {found.reference} is on its way.", "success")
        return redirect(url_for(".messages"), 303)
    return show(found, form)


@bp.route("/manage/messages/<reference>/closing", methods=["GET", "POST"])
@requires(*policy.ANSWERERS)
def closing(reference: str) -> ResponseReturnValue:
    """Put a message aside, with the reason."""
    found = queries.get_message(reference, viewer=me())
    form = CloseForm()
    if form.submitted():
        with transaction():
            services.close_message(found, reason=form.reason.data, actor=me())
        flash(f"{found.reference} is put aside.", "success")
        return redirect(url_for(".messages"), 303)
    return render_template("contact/closing.html", message=found, form=form), 422 if form.problems else 200


@bp.post("/manage/messages/<reference>/reopening")
@requires(*policy.ANSWERERS)
def reopening(reference: str) -> ResponseReturnValue:
    """Take up a message again that was put aside."""
    found = queries.get_message(reference, viewer=me())
    with transaction():
        services.reopen_message(found, actor=me())
    return redirect(url_for(".message", reference=found.reference), 303)


def show(found: Message, form: Form) -> ResponseReturnValue:
    """The page of one message."""
    page = render_template("contact/message.html", message=found, form=form, now=official_now())
    return page, 422 if form.problems else 200
