"""A call from its first word to a deadline that moved: built from nothing by clicks, then published, answered for and
amended by two people without a mouse; and at the end every place that names the deadline names the same one.

Mail goes to a real server, and what people do with it they do from there. Every page on the way is given to axe.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message

import pytest
from sqlalchemy import select

from pglab.accounts.models import StaffRole
from pglab.core.clock import EASTERN, official_now
from pglab.core.db import db
from pglab.core.workdays import is_workday
from pglab.rfps.models import Rfp
from pglab.web.filters import et_long, time_left
from tests.browser.calls.from_nothing import CHAMPION, build_from_nothing
from tests.browser.checking import DESK, Inspector
from tests.browser.people import Reader
from tests.browser.typists import Typist
from tests.factories.accounts import make_organization, make_user
from tests.support import databases
from tests.support.deadlines import names, said_in
from tests.support.mail_server import Mailbox, mail_server
from tests.support.site import Site, served

pytestmark = pytest.mark.browser

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MANAGE = "/manage/cohorts/12"
FOUNDER, FOLLOWER, ASKER = "dana.ruiz@example.org", "follower@example.org", "asker@example.org"
PUBLIC = ("/", "/cohorts", "/cohorts/12", "/cohorts/12/rfp")
FEEDS = ("/cohorts/12/updates.atom", "/updates/calls.atom")
QUESTION = "May PermitPal Inc. hang one sensor on a pole?"
WORDING = "May a startup hang one sensor on a pole?"
ANSWER = "Yes. The department asks for the permit. That takes three weeks."


@dataclass
class Call:
    """Everybody in this story, each at a window, and what they talk about."""

    site: Site
    mailbox: Mailbox
    begins: datetime
    manager: Typist
    director: Typist
    founder: Reader
    visitor: Reader
    first_deadline: datetime
    reference: str = ""
    printed: str = ""
    passed: timedelta = timedelta()

    def later(self) -> None:
        """A quarter of an hour goes by, so that news does not join what came before."""
        self.passed += 15 * MINUTE
        self.site.clock.freeze(self.begins + self.passed)

    def mails_to(self, address: str, *, after: int = 0) -> list[str]:
        """What the mail server has taken for one address, after so many mails to anybody."""
        return [in_words(mail) for mail in self.mailbox.messages[after:] if mail["To"] == address]

    def link_to(self, address: str, path: str) -> str:
        """The newest link of this kind that one address was sent."""
        found = [re.search(rf"{re.escape(self.site.address)}({path}/\S+)", mail) for mail in self.mails_to(address)]
        return [link[1] for link in found if link][-1]

    def deadline(self) -> datetime:
        with self.site.app.app_context():
            return db.session.scalars(select(Rfp)).one().closes_at


def in_words(mail: Message) -> str:
    """A mail as it arrived: its subject, its text, and the calendar that came with it."""
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return "\n".join(
        [str(make_header(decode_header(mail["Subject"]))), *(said_in(each, "text/plain") for each in parts)]
    )


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    """A mail server that keeps what it takes."""
    with mail_server(None) as running:
        yield running


@pytest.fixture
def site(post: tuple[Mailbox, int]) -> Iterator[Site]:
    """The product over an empty database, sending mail, with the City's people and one startup."""
    name = databases.run_name("publishing")
    with ExitStack() as open_until_the_end:
        own = open_until_the_end.enter_context(databases.copy_of(databases.empty_database(), name))
        own = replace(own, mail_server="127.0.0.1", mail_port=post[1])
        site = open_until_the_end.enter_context(served(own))
        with site.app.app_context():
            make_user("Priya Shah", StaffRole.PROGRAM_MANAGER, email="priya.shah@example.org")
            make_user("Helen Novak", StaffRole.DIRECTOR, email="helen.novak@example.org")
            make_user("Mona Abara", email=CHAMPION)
            make_organization(make_user("Dana Ruiz", email=FOUNDER), name="CurbSense Inc.")
        yield site


@pytest.fixture
def inspector() -> Inspector:
    """Looks at each kind of page once, as on a desk; every width is walked elsewhere."""
    return Inspector(widths=(DESK,))


@pytest.fixture
def call(site: Site, post: tuple[Mailbox, int], inspector: Inspector, a_window: Callable[..., Reader]) -> Call:
    with site.app.app_context():
        begins = (official_now() + DAY).astimezone(EASTERN).replace(hour=11, minute=0, second=0, microsecond=0)
    while not is_workday(begins.date()):
        begins += DAY
    site.clock.freeze(begins)
    manager, director, founder = (
        a_window(site, name, inspector).be(name) for name in ("Priya Shah", "Helen Novak", "Dana Ruiz")
    )
    visitor = a_window(site, "visitor", inspector)
    return Call(site, post[0], begins, Typist(manager), Typist(director), founder, visitor, begins)


def test_a_call_is_built_published_answered_for_and_amended(call: Call, inspector: Inspector):
    build_from_nothing(call.manager.reader, call.begins.date())
    it_is_previewed_and_published(call)
    people_follow_it_and_ask(call)
    the_question_is_answered(call)
    an_addendum_is_issued(call)
    the_deadline_moves(call)
    every_surface_names_the_same_deadline(call)
    inspector.is_content()


def it_is_previewed_and_published(call: Call) -> None:
    """The form is walked as a startup will; one person hands the call over, another publishes it."""
    manager, director = call.manager, call.director
    manager.reader.open(f"{MANAGE}/preview").sees("Quieter nights", "Your company is registered.")
    manager.reader.open(f"{MANAGE}/preview/form/sections/costs").does_not_see("How much a month?")
    manager.reader.press("Save and continue", q1="yes").sees("How much a month?")
    call.visitor.open("/cohorts/12", expect=404)
    manager.reader.open("/manage")
    manager.follow("Cohort 12").follow("Check and send for review").press("Send for review")
    director.reader.open("/manage")
    director.follow("Cohort 12").follow("Check before publication").press("Publish cohort 12", expect=422)
    director.tick("checked").press("Publish cohort 12")
    director.reader.sees("is published")
    call.first_deadline = call.deadline()
    call.visitor.open("/cohorts/12").sees("Quieter nights", et_long(call.first_deadline))


def people_follow_it_and_ask(call: Call) -> None:
    """Somebody follows by mail, a founder begins a proposal, and somebody asks with the keyboard alone."""
    visitor, keys = call.visitor, Typist(call.visitor)
    visitor.open("/updates/subscribe?cohort=12").press("Subscribe", email=FOLLOWER, frequency="now")
    call.founder.open("/apply/cohorts/12")
    area = call.founder.page.locator("[name=area]").first.get_attribute("value")
    call.founder.press("Start proposal", area=area)
    call.reference = call.founder.path.split("/")[3]
    visitor.open("/cohorts/12")
    keys.follow("Questions and answers").follow("Ask a question").press("Send question", expect=422)
    keys.enter("text", QUESTION).enter("about", "Quieter").enter("email", ASKER).press("Send question")
    call.site.work()
    visitor.open(call.link_to(ASKER, "/questions/confirmation")).sees(QUESTION)
    keys.press("Send my question")
    visitor.open(call.link_to(FOLLOWER, "/updates/confirm")).press("Yes, send me updates")


def the_question_is_answered(call: Call) -> None:
    """One person writes, another reads and publishes, both without a mouse; nobody learns who asked."""
    call.later()
    manager, director = call.manager, call.director
    manager.reader.open(MANAGE)
    manager.follow("Questions and answers").follow(QUESTION)
    manager.page.keyboard.press("Shift+Tab")
    manager.go_to(name="wording").page.keyboard.press("Control+A")
    manager.type(WORDING).enter("answer", ANSWER).press("Send to a second reader")
    manager.reader.sees("is with a second reader")
    director.reader.open("/manage")
    director.follow("Read").tick("read").press("Publish the ticked answers")
    director.reader.sees("1 answer published")
    call.visitor.open("/cohorts/12/questions").sees(WORDING, ANSWER).does_not_see("PermitPal", ASKER)
    call.site.work()
    assert [mail for mail in call.mails_to(ASKER) if "/cohorts/12/questions/1" in mail]


def an_addendum_is_issued(call: Call) -> None:
    """One sentence of the notice changes; the founder has to say that they read it."""
    call.later()
    manager, director = call.manager, call.director
    manager.reader.open(MANAGE)
    manager.follow("Addenda and deadline").follow("Prepare an addendum").press("Save", expect=422)
    manager.enter("title", "What is measured").enter("summary", "We measure sound, not smell.")
    manager.go_to(name="needs_acknowledgement").choose("Yes").press("Save")
    manager.follow("Purpose: text")
    manager.go_to(name="value").page.keyboard.press("Control+A")
    manager.type("The City looks for a product that measures sound at night.").press("Put into the draft")
    manager.press("Send to a second person")
    director.reader.open("/manage")
    director.follow("Look at it").tick("checked").press("Issue addendum")
    director.reader.sees("Addendum 1 is issued")
    call.founder.open(f"/apply/proposals/{call.reference}").follow("Acknowledge addenda").press(
        "Save", addendum_1="yes"
    )
    call.founder.sees("Your acknowledgment is saved.")


def the_deadline_moves(call: Call) -> None:
    """A week later for everyone, asked for by one and confirmed by the other, without a mouse."""
    call.later()
    manager, director = call.manager, call.director
    call.printed = kept_file(call, "/cohorts/12/rfp.pdf")
    manager.reader.open(f"{MANAGE}/addenda")
    manager.follow("Move the deadline later").press("Send to a second person", expect=422)
    manager.enter_moment("closes_at", call.first_deadline + 7 * DAY + 37 * MINUTE)
    manager.enter("reason", "Two libraries are closed this week.").press("Send to a second person")
    director.reader.open("/manage")
    director.follow("Look at it").tick("checked").press("Extend and notify")
    assert call.deadline() == call.first_deadline + 7 * DAY + 37 * MINUTE


def every_surface_names_the_same_deadline(call: Call) -> None:
    """Pages, paper, calendar, data, feeds, mails and the time left: all name the new deadline, none the old one."""
    call.later()
    sent = len(call.mailbox.messages)
    call.site.work()
    now, before = call.deadline(), call.first_deadline
    read = {
        **{path: kept_file(call, path) for path in ("/cohorts/12/rfp.pdf", "/cohorts/12.ics", "/cohorts/12.json")},
        **{path: page(call.visitor, path) for path in PUBLIC},
        **{path: page(call.founder, path) for path in ("/apply/cohorts/12", f"/apply/proposals/{call.reference}")},
        **{f"newest of {path}": newest_entry(call, path) for path in FEEDS},
        **{f"mail to {who}": "".join(call.mails_to(who, after=sent)) for who in (FOLLOWER, FOUNDER)},
    }
    assert {where: said for where, said in read.items() if not names(said, now)} == {}
    assert [where for where, said in read.items() if names(said, before)] == []
    assert (names(call.printed, before), names(call.printed, now)) == (True, False), "what is kept too long is noticed"
    left = call.founder.page.locator("[data-deadline][data-ready]")
    assert left.get_attribute("data-deadline") == str(int(now.timestamp() * 1000))
    shown = left.locator("[data-left]").inner_text().split(". Your device’s clock")[0]  # which was not moved
    assert shown == time_left(call.begins + call.passed, now)


def page(reader: Reader, path: str) -> str:
    """What stands on a page, also in what only programs read of it."""
    return said_in(reader.open(path).page.content().encode(), "text/html")


def kept_file(call: Call, path: str) -> str:
    """What a file says that leaves the site."""
    answer = call.visitor.page.request.get(call.site.address + path)
    assert answer.status == 200
    return said_in(answer.body(), answer.headers["content-type"].partition(";")[0])


def newest_entry(call: Call, path: str) -> str:
    """The first entry of a feed."""
    entries = call.visitor.page.request.get(call.site.address + path).text().split("<entry>")
    return said_in(entries[1].encode(), "text/xml")
