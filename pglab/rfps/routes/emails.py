"""What will be mailed about a call, to read before anybody gets it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from pglab.accounts.session import me
from pglab.adapters.mailer import render_mail
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.routes.blueprint import bp
from pglab.rfps.routes.manage import READERS
from pglab.subscriptions.queries import count_followers
from pglab.subscriptions.states import Topic
from pglab.web.filters import et_long
from pglab.web.security import requires

# A follower's own links stand in their mail; in the preview they lead nowhere.
OWN_PATH = "/updates/your-own-link"


@bp.get("/manage/cohorts/<int:cohort>/preview/emails")
@requires(*READERS)
def emails(cohort: int) -> ResponseReturnValue:
    """The mails of a publication with their real text: to followers of new calls, and to whoever prepared it."""
    rfp = queries.get_rfp(cohort, viewer=me())
    return render_template(
        "rfps/setup/emails.html",
        rfp=rfp,
        followers=count_followers(Topic.CALLS),
        preparer=queries.get_person(rfp.prepared_by_id),
        news=services.call_news(rfp),
        to_followers=news_mail(rfp),
        to_preparer=published_mail(rfp),
    )


def news_mail(rfp: Rfp) -> str:
    """What each follower will read."""
    links = {"path": OWN_PATH, "unsubscribe_path": f"{OWN_PATH}/unsubscribe"}
    text, _html = render_mail(
        "subscriptions/news", to="", subject="", about="", items=[services.call_news(rfp)], daily=False, **links
    )
    return text


def published_mail(rfp: Rfp) -> str:
    """What whoever prepared the call will read."""
    when = {"visible_from": et_long(rfp.publish_at), "deadline": et_long(rfp.closes_at)}
    preparer = queries.get_person(rfp.prepared_by_id)
    text, _html = render_mail("rfps/published", to=preparer, subject="", about=rfp, rfp=rfp, **when)
    return text
