"""A session for everyone: its page with the way to sign up, its calendar file, and the page behind a mail's link."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from pglab.accounts.models import User
from pglab.accounts.services import MAIL_LIMITS, count_try
from pglab.accounts.session import me
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import GoneError, NotFoundError, RuleError
from pglab.info_sessions import queries, services
from pglab.info_sessions.forms import ButtonForm, PlaceForm
from pglab.info_sessions.models import InfoSession
from pglab.info_sessions.routes.blueprint import bp
from pglab.info_sessions.services.attending import find_obstacle
from pglab.rfps.routes.files import base_url, calendar_answer
from pglab.web.kept_pages import keep_until
from pglab.web.security import public, public_page


def viewer() -> User | None:
    """The person at the screen, or nobody."""
    return me() if current_user.is_authenticated else None


@bp.route("/cohorts/<int:cohort>/info-sessions/<int:number>", methods=["GET", "POST"])
@public
def session_page(cohort: int, number: int) -> ResponseReturnValue:
    """When, where, how many places are left; whoever signs up gets a link first. The answer is the same for every
    address."""
    session, form, status = queries.get_session(cohort, number, viewer=viewer()), PlaceForm(), 422
    if form.submitted():
        try:
            with transaction():
                count_try(MAIL_LIMITS, "mail", request.remote_addr)
            with transaction():
                services.ask_for_place(session, name=form.name.data, email=form.email.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            return redirect(url_for(".sent"), 303)
    return render_template("info_sessions/session.html", form=form, **told(session)), status if form.problems else 200


def told(session: InfoSession) -> dict[str, object]:
    """What the page of a session shows."""
    now = official_now()
    return {
        "session": session,
        "cohort": session.rfp.cohort,
        "state": queries.gathering_of(session).state(now),
        "over": now >= session.ends_at,
        "obstacle": find_obstacle(session),
        "left": queries.places_left(session),
    }


@bp.get("/cohorts/<int:cohort>/info-sessions/<int:number>.ics")
@public_page
def session_calendar(cohort: int, number: int) -> ResponseReturnValue:
    """The session for a calendar; without the link to join."""
    session = queries.get_session(cohort, number, viewer=viewer())
    keep_until(official_now(), [])
    written = queries.write_session(session, base_url=base_url())
    return calendar_answer(written, f"pgh-lab-cohort-{cohort}-session-{number}")


@bp.get("/info-sessions/sent")
@public
def sent() -> ResponseReturnValue:
    """Look into your mailbox; the same page whoever asked."""
    return render_template("info_sessions/sent.html")


@bp.route("/info-sessions/places/<token>", methods=["GET", "POST"])
@public
def place(token: str) -> ResponseReturnValue:
    """A button that takes the place, so that a mail scanner that opens the link takes none; afterwards the place."""
    try:
        asked = queries.get_place(token)
    except NotFoundError:
        return render_template("info_sessions/link_trouble.html"), 404
    form = ButtonForm()
    if form.submitted():
        try:
            with transaction():
                services.confirm_place(token)
        except GoneError as error:
            asked = queries.get_place(token)
            page = render_template("info_sessions/no_place.html", session=asked.session, said=error.message)
            return page, error.status
        flash("You have a place. An email with the details is on its way.", "success")
        return redirect(url_for(".place", token=token), 303)
    if asked.given_up_at is not None:
        return render_template("info_sessions/no_place.html", session=asked.session, said="You gave your place up.")
    obstacle = "" if asked.is_held else find_obstacle(asked.session)
    if obstacle:
        return render_template("info_sessions/no_place.html", session=asked.session, said=obstacle), 410
    page = render_template("info_sessions/place.html", place=asked, session=asked.session, token=token, form=form)
    return page, 422 if form.problems else 200


@bp.post("/info-sessions/places/<token>/give-up")
@public
def give_up(token: str) -> ResponseReturnValue:
    """The place is free for somebody else."""
    asked, form = queries.get_place(token), ButtonForm()
    if form.submitted():
        with transaction():
            services.give_up_place(token)
        return redirect(url_for(".place", token=token), 303)
    page = render_template("info_sessions/place.html", place=asked, session=asked.session, token=token, form=form)
    return page, 422
