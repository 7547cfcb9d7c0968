"""What changed in a cohort: on its page, on a page of its own, and in feeds that any reader understands."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from pglab.core.clock import official_now
from pglab.core.db import transaction
from pglab.rfps.models import Rfp
from pglab.rfps.services import send_for_review
from pglab.subscriptions.models import NewsItem
from pglab.subscriptions.services import announce
from pglab.subscriptions.states import Frequency, NewsKind
from tests.factories.accounts import make_director, make_program_manager
from tests.factories.followers import CALLS, RESULTS, make_follower
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.client import Client
from tests.support.databases import OfficialClock
from tests.support.statements import counting

pytestmark = pytest.mark.usefixtures("rolled_back")
ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["/cohorts/12/updates.atom", "/updates/calls.atom"]
FEW = ["/cohorts/12/questions.atom", "/cohorts/12/addenda.atom", "/updates/results.atom"]
KINDS = [["answers"], ["deadline", "addendum"], ["results"]]
HOSTILE = '<script>alert("1")</script> & ]]> Ω'


def tell(rfp: Rfp, title: str, kind: NewsKind = NewsKind.ADDENDUM, later: timedelta = timedelta()) -> NewsItem:
    with transaction():
        path = f"/cohorts/{rfp.cohort.number}/rfp"
        at = official_now() + later
        return announce(kind, rfp.cohort, title=title, summary=f"{title}: more.", path=path, visible_at=at)


def read_feed(client: Client, path: str) -> ElementTree.Element:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.data)  # noqa: S314  (our own answer)


def faults(feed: ElementTree.Element) -> list[str]:
    """What RFC 4287 asks of a feed and this one lacks."""
    found = [] if feed.tag == f"{ATOM}feed" else ["no feed"]
    entries = feed.findall(f"{ATOM}entry")
    for place, part in enumerate([feed, *entries]):
        for name in ("id", "title", "updated"):
            if len(part.findall(f"{ATOM}{name}")) != 1 or not part.findtext(f"{ATOM}{name}"):
                found.append(f"{place}: one {name}")
        if not re.match(r"^(urn|tag|https?):\S+$", part.findtext(f"{ATOM}id", "")):
            found.append(f"{place}: an id that is an IRI")
        if datetime.fromisoformat(part.findtext(f"{ATOM}updated", "1999-01-01")).tzinfo is None:
            found.append(f"{place}: a time with its zone")
        links = [(link.get("rel"), link.get("href", "")) for link in part.findall(f"{ATOM}link")]
        if [rel for rel, _ in links if rel == "alternate"] != ["alternate"]:
            found.append(f"{place}: one alternate link")
        if not all(href.startswith("http://localhost/") for _, href in links):
            found.append(f"{place}: absolute links")
    if feed.find(f"{ATOM}author/{ATOM}name") is None:
        found.append("an author")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    return found if len(ids) == len(set(ids)) else [*found, "ids that differ"]


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_are_valid_with_no_one_and_many_items(client: Client, path: str):
    assert faults(read_feed(client, "/updates/calls.atom")) == [], "nothing was ever announced"
    rfp = make_open_rfp(12)
    assert faults(read_feed(client, path)) == []
    for number in range(1, 31):
        tell(rfp, f"Addendum {number}")
    tell(rfp, HOSTILE, NewsKind.DEADLINE)

    feed = read_feed(client, path)

    assert faults(feed) == []
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == HOSTILE
    assert len(feed.findall(f"{ATOM}entry")) == {"/cohorts/12/updates.atom": 32, "/updates/calls.atom": 2}[path]


def test_the_check_of_feeds_notices_what_is_missing(client: Client):
    """Negative control of the test above."""
    make_open_rfp(12)
    text = client.get(FEEDS[0]).text
    for broken in ("<updated>.*?</updated>", "<author>.*?</author>", "http://localhost"):
        feed = ElementTree.fromstring(re.sub(broken, "", text).encode())  # noqa: S314  (our own answer)
        assert faults(feed) != []


def test_an_entry_keeps_its_id_and_time_and_a_feed_is_as_new_as_its_newest_entry(client: Client):
    rfp = make_open_rfp(12)
    before = read_feed(client, FEEDS[0])
    item = tell(rfp, "Addendum 1")
    after = read_feed(client, FEEDS[0])

    def entries(feed: ElementTree.Element) -> list[tuple[str | None, str | None]]:
        return [(e.findtext(f"{ATOM}id"), e.findtext(f"{ATOM}updated")) for e in feed.findall(f"{ATOM}entry")]

    assert entries(after)[1:] == entries(before)
    assert after.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert datetime.fromisoformat(after.findtext(f"{ATOM}updated", "")) == item.visible_at


def test_the_cohorts_page_says_what_changed_and_where_the_rest_is(client: Client):
    rfp = make_open_rfp(12)
    assert "What changed" not in client.get("/cohorts/12").text, "that it opened is no change"
    for number in range(1, 6):
        tell(rfp, f"Addendum {number}")
    tell(rfp, "Coming soon", later=timedelta(days=1))

    page, all_of_it = client.get("/cohorts/12").text, client.get("/cohorts/12/updates").text

    assert [f"Addendum {number}<" in page for number in range(1, 6)] == [False, False, True, True, True]
    assert [f"Addendum {number}<" in all_of_it for number in range(1, 6)] == [True] * 5
    assert "Coming soon" not in page + all_of_it
    assert 'href="/cohorts/12/updates.atom"' in page
    assert 'href="/updates/subscribe?cohort=12"' in page


def test_a_bookmark_marks_what_is_newer(client: Client):
    rfp = make_open_rfp(12)
    tell(rfp, "Addendum 1")
    [bookmark] = re.findall(r'href="(/cohorts/12/updates\?since=[^"]+)"', client.get("/cohorts/12/updates").text)
    assert ">New<" not in client.get(bookmark).text
    tell(rfp, "Addendum 2")
    tell(rfp, "Addendum 3")

    assert client.get(bookmark).text.count(">New<") == 2
    for strange in ("x", "", "2026-01-01", "%00"):
        assert ">New<" not in client.get(f"/cohorts/12/updates?since={strange}").text


def test_news_of_a_call_that_is_not_public_does_not_exist(client: Client, login):
    rfp = make_draft_rfp(12)
    tell(rfp, "Secret")
    for path in ("/cohorts/12/updates", "/cohorts/12/updates.atom", "/cohorts/11/updates.atom"):
        assert client.get(path).status_code == 404
    assert login(make_program_manager()).get("/cohorts/12/updates").status_code == 200


def test_thirty_addenda_take_as_many_statements_as_one(client: Client):
    few, many = make_open_rfp(12), make_open_rfp(13)
    tell(few, "Addendum 1")
    for number in range(30):
        tell(many, f"Addendum {number}")
    for path, statements_sent in (("/cohorts/{}", 3), ("/cohorts/{}/updates", 2), ("/cohorts/{}/updates.atom", 2)):
        sent = []
        for number in (12, 13):
            with counting() as statements:
                assert client.get(path.format(number)).status_code == 200
            sent.append(len(statements))
        assert sent == [statements_sent, statements_sent]


def test_the_home_page_offers_updates_whether_a_call_is_open_or_not(client: Client):
    assert 'class="usa-button" href="/updates/subscribe">Get updates' in client.get("/").text
    make_open_rfp(12)
    assert 'Not ready yet? <a href="/updates/subscribe">Get updates' in client.get("/").text


def test_whoever_publishes_sees_how_many_are_told(login):
    rfp = make_draft_rfp(12)
    make_follower(CALLS)
    make_follower(CALLS, RESULTS, frequency=Frequency.DAILY)
    make_follower(RESULTS)
    with transaction():
        send_for_review(rfp, actor=make_program_manager())

    assert "2 followers of open calls" in login(make_director()).get("/manage/cohorts/12/publication").text


@pytest.mark.parametrize(("path", "kinds"), list(zip(FEW, KINDS, strict=True)))
def test_feeds_of_one_kind_tell_nothing_else(client: Client, path: str, kinds: list[str]):
    rfp = make_open_rfp(12)
    assert faults(read_feed(client, path)) == [], "before anything was said"
    for kind in (NewsKind.ADDENDUM, NewsKind.DEADLINE, NewsKind.ANSWERS, NewsKind.SESSION, NewsKind.RESULTS):
        tell(rfp, kind.value, kind)

    feed = read_feed(client, path)

    assert faults(feed) == []
    assert [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")] == kinds
    assert path not in FEW[:2] or client.get(path.replace("12", "13")).status_code == 404


def test_a_date_that_was_overtaken_says_so_wherever_news_are_read(client: Client, clock: OfficialClock):
    rfp, other = make_open_rfp(12), make_open_rfp(13)
    assert "Changed since" not in client.get("/updates/calls.atom").text + client.get("/cohorts/12/updates").text
    first = tell(rfp, "The deadline moves to Friday", NewsKind.DEADLINE, timedelta(minutes=1))
    last = tell(rfp, "The deadline moves to Monday", NewsKind.DEADLINE, timedelta(minutes=2))
    clock.freeze(last.visible_at)

    entries = read_feed(client, "/updates/calls.atom").findall(f"{ATOM}entry")

    told = {entry.findtext(f"{ATOM}title", ""): entry for entry in entries}
    overtaken = [told[first.title], *(told[title] for title in told if title.startswith("PGH Lab Cohort 12 is open"))]
    assert len(overtaken) == 2
    for entry in overtaken:
        assert entry.findtext(f"{ATOM}summary", "").startswith(f"Changed since: {last.title}. ")
        assert entry.findtext(f"{ATOM}updated") == last.visible_at.isoformat()
        assert entry.findtext(f"{ATOM}published") != last.visible_at.isoformat()
    assert "Changed since" not in told[last.title].findtext(f"{ATOM}summary", "")
    assert client.get("/cohorts/12/updates").text.count("Changed since:") == 2
    assert "Changed since" not in client.get(f"/cohorts/{other.cohort.number}/updates").text
