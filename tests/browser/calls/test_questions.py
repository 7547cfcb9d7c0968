"""Asking and answering in a browser that runs no scripts. test_publishing.py does both without a mouse."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from pglab.core.db import db
from pglab.outbox.models import Notice
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

QUESTION = "May two startups send one proposal together?"
WORDING = "Can two startups apply together?"
ANSWER = "Yes. One of them signs the agreement."


def link_from_mail(site: Site) -> str:
    """The address in the newest mail with a link to confirm a question."""
    with site.app.app_context():
        newest = select(Notice.body_text).where(Notice.kind == "question_link").order_by(Notice.created_at.desc())
        found = re.search(r"/questions/confirmation/\S+", db.session.scalars(newest).first() or "")
        db.session.remove()
    assert found
    return found[0]


def test_a_question_goes_to_the_public_page_without_scripts(demo: Site, a_window: Callable[..., Reader]):
    asker = a_window(demo, "visitor", scripts=False).open("/cohorts/12").follow("Questions and answers")
    asker.follow("Ask a question").press("Send question", expect=422, email="")
    asker.sees("Enter your question", "Select what your question is about")
    asker.press("Send question", text=QUESTION, about="eligibility", email="new.asker@example.org")
    asker.sees("Check your email").open(link_from_mail(demo)).sees(QUESTION)
    asker.press("Send my question").sees("We got your question")

    writer = a_window(demo, "Priya Shah", scripts=False).be("Priya Shah").open("/manage/cohorts/12")
    writer.sees("questions about cohort 12 waiting").open("/manage/cohorts/12/questions").follow(QUESTION)
    writer.sees("new.asker@example.org").press("Send to a second reader", wording=WORDING, answer=ANSWER)
    writer.sees("is with a second reader")

    reader = a_window(demo, "Helen Novak", scripts=False).be("Helen Novak")
    reader.open("/manage/cohorts/12/questions").follow("Read and publish").sees(WORDING, ANSWER)
    card = reader.page.locator("section.qa", has_text=WORDING)
    ticked = card.locator("input[name=read]").get_attribute("value")
    reader.press("Publish the ticked answers", read=ticked).sees("1 answer published")

    asker.open("/cohorts/12/questions").sees(WORDING, ANSWER).does_not_see(QUESTION, "new.asker")
    asker.press("Filter", q="together").sees("1 answer, newest first", WORDING)
