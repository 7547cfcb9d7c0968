"""Following without an account, and feeds of calls and results. The link of a mail changes nothing by being opened."""

from datetime import UTC, datetime

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pglab.accounts.queries import real_now
from pglab.accounts.services import MAIL_LIMITS, count_try
from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.core.errors import NotFoundError, RuleError
from pglab.subscriptions import queries, services
from pglab.subscriptions.forms import ButtonForm, follow_form, subscribe_form, topic_choices
from pglab.subscriptions.models import FollowRequest
from pglab.subscriptions.queries import News
from pglab.subscriptions.states import NEWS_OF, Frequency, Topic, Wish
from pglab.web.kept_pages import keep_until
from pglab.web.security import one_click, public, public_page

bp = Blueprint("subscriptions", __name__)

NEWEST = 100
# The program began in 2016; a feed has to say when it last changed, also one that never did.
BEGINNING = datetime(2016, 1, 1, tzinfo=UTC)


@bp.route("/updates/subscribe", methods=["GET", "POST"])
@public
def subscribe() -> ResponseReturnValue:
    """An address, topics, how often; the answer never tells whether the address follows something already."""
    running, status = queries.list_running_cohorts(official_now()), 422
    asked_for = {Wish(Topic.COHORT, cohort.number) for cohort in running}
    first = [wish for wish in asked_for if str(wish.cohort) == request.args.get("cohort")] or [Wish(Topic.CALLS)]
    form = subscribe_form(running)(wishes=first, frequency=Frequency.NOW)
    if form.submitted():
        try:
            count_mail()
            with transaction():
                services.ask_to_follow(email=form.email.data, wishes=form.wishes.data, frequency=form.frequency.data)
        except RuleError as error:
            form.show(error)
            status = error.status
        else:
            return redirect(url_for(".sent"), 303)
    return render_template("subscriptions/subscribe.html", form=form), status if form.problems else 200


def count_mail() -> None:
    """One mail more from this place; too many have to wait, whichever form they come from."""
    with transaction():
        count_try(MAIL_LIMITS, "mail", request.remote_addr)


@bp.get("/updates/sent")
@public
def sent() -> ResponseReturnValue:
    """Look into your mailbox; the same page whoever asked."""
    return render_template("subscriptions/sent.html")


@bp.route("/updates/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """A button, so that a mail scanner that opens the link subscribes nobody."""
    try:
        asked = queries.get_request(token)
    except NotFoundError:
        return render_template("subscriptions/link_trouble.html", trouble="unknown"), 404
    trouble = trouble_with(asked)
    form = ButtonForm()
    if trouble:
        page = render_template("subscriptions/link_trouble.html", trouble=trouble, asked=asked, token=token, form=form)
        return page, 410
    if form.submitted():
        with transaction():
            follower = services.confirm_follow(asked)
            settings = services.new_link(follower)
        flash("You’re subscribed. You can change everything here, and every email has a link to this page.", "success")
        return redirect(settings, 303)
    wishes = [label for wish, label, _ in choices_with(asked) if str(wish) in asked.wishes]
    page = render_template("subscriptions/confirm.html", form=form, asked=asked, wishes=wishes)
    return page, 422 if form.problems else 200


def trouble_with(asked: FollowRequest) -> str:
    """Why a link no longer works: `used`, `expired`, or nothing."""
    if asked.used_at is not None:
        return "used"
    return "expired" if asked.expires_at <= real_now() else ""


def choices_with(asked: FollowRequest) -> list[tuple[Wish, str, str]]:
    """Every topic by its name, also of a cohort that is over by now."""
    wishes = [Wish.read(each) for each in asked.wishes]
    return topic_choices(queries.list_cohorts(wish.cohort for wish in wishes if wish.cohort is not None))


@bp.post("/updates/confirm/<token>/again")
@public
def send_again(token: str) -> ResponseReturnValue:
    """A new link for one that was used or has expired, to the same address."""
    form, status = ButtonForm(), 422
    asked = queries.get_request(token)
    if form.submitted():
        try:
            count_mail()
            with transaction():
                services.ask_again(asked)
        except RuleError as error:
            form.show(error)
            status, asked = error.status, queries.get_request(token)
        else:
            return redirect(url_for(".sent"), 303)
    trouble = trouble_with(asked) or "unused"
    page = render_template("subscriptions/link_trouble.html", trouble=trouble, asked=asked, token=token, form=form)
    return page, status


@bp.route("/updates/<token>", methods=["GET", "POST"])
@public
def settings(token: str) -> ResponseReturnValue:
    """What this follower gets, and how often; for whoever holds the link of one of their mails."""
    try:
        follower = queries.get_follower(token)
    except NotFoundError:
        return render_template("subscriptions/link_trouble.html", trouble="unknown"), 404
    if follower.unsubscribed_at is not None:
        return render_template("subscriptions/stopped.html")
    wishes = queries.list_wishes(follower)
    cohorts = queries.list_cohorts_to_choose(official_now(), wishes)
    form = follow_form(cohorts)(wishes=wishes, frequency=follower.frequency)
    if form.submitted():
        try:
            with transaction():
                services.change_follows(follower, wishes=form.wishes.data, frequency=form.frequency.data)
        except RuleError as error:
            form.show(error)
            follower = queries.get_follower(token)
        else:
            flash("Your changes are saved.", "success")
            return redirect(url_for(".settings", token=token), 303)
    page = render_template("subscriptions/settings.html", form=form, follower=follower, token=token)
    return page, 422 if form.problems else 200


@bp.route("/updates/<token>/unsubscribe", methods=["GET", "POST"])
@one_click
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop everything. Mail programs send it by themselves (RFC 8058), so no form is needed and nobody is sent on."""
    try:
        follower = queries.get_follower(token)
    except NotFoundError:
        return render_template("subscriptions/link_trouble.html", trouble="unknown"), 404
    if request.method == "POST":
        with transaction():
            services.stop_following(follower)
    if follower.unsubscribed_at is not None:
        return render_template("subscriptions/stopped.html")
    return render_template("subscriptions/stop.html", token=token)


@bp.get("/updates/calls.atom")
@public_page
def calls_feed() -> ResponseReturnValue:
    """Every call as it opens, moves or is cancelled, for feed readers."""
    return feed_of_all(Topic.CALLS, "calls for proposals")


@bp.get("/updates/results.atom")
@public_page
def results_feed() -> ResponseReturnValue:
    """Who was selected, cohort by cohort, for feed readers."""
    return feed_of_all(Topic.RESULTS, "results")


def feed_of_all(topic: Topic, name: str) -> Response:
    """The newest of one topic in all cohorts."""
    now = official_now()
    news = queries.find_call_news(now, kinds=NEWS_OF[topic], limit=NEWEST)
    keep_until(now, news.changes)
    return atom(news, title=f"PGH Lab: {name}", page="/cohorts")


def atom(news: News, *, title: str, page: str) -> Response:
    """News as an Atom feed (RFC 4287). The id of a feed is its address here without the host, so that it stays."""
    items, later = news.items[:NEWEST], queries.overtaken(news.items)
    text = render_template(
        "subscriptions/feed.xml", items=items, later=later, beginning=BEGINNING, title=title, page=page
    )
    return Response(text, mimetype="application/atom+xml")
