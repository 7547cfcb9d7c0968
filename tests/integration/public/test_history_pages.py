"""The program's history as visitors read it: cohorts, pilots, companies; filters; what is not known; open data."""

import csv
import io
import re

import pytest

from pglab.cohorts.queries import find_history
from tests.factories.history import load_real_history, load_small_history
from tests.factories.payments import make_money
from tests.factories.rfps import make_draft_rfp, make_open_rfp
from tests.support.statements import counting

PAGES = ["/", "/cohorts", "/cohorts/1", "/pilots", "/alumni", "/alumni/acme", "/transparency"]


def main_of(page: str) -> str:
    """The text of the page's content."""
    return re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1].split("</main", 1)[0])


@pytest.fixture
def history(rolled_back):
    load_real_history()
    found = find_history()
    assert found is not None
    return found


def test_every_cohort_and_every_company_is_there(client, history):
    cohorts = client.get("/cohorts").text
    pilots, alumni = client.get("/pilots").text, client.get("/alumni").text

    assert "Cohorts 1 to 11" in cohorts or "cohorts 1 to 11" in cohorts
    for number in range(1, 12):
        assert f'href="/cohorts/{number}"' in cohorts
        page = client.get(f"/cohorts/{number}")
        assert page.status_code == 200
    assert pilots.count('class="pilot"') == 60
    assert alumni.count('class="area"') == 58
    for slug in history.companies:
        address = f'href="/alumni/{slug}"'
        assert address in cohorts and address in pilots and address in alumni
        assert client.get(f"/alumni/{slug}").status_code == 200


def test_a_past_cohort_shows_its_facts_its_disagreements_and_its_sources(client, history):
    page = client.get("/cohorts/1").text
    words = main_of(page)

    for said in (
        "April 27, 2016", "July 2016 to December 2016", "27", "Where sources disagree", "NEXTpittsburgh) versus",
        "Law Department", "Mayor’s release", "10th floor of the URA", "3 months",
    ):  # fmt: skip  # words of one page
        assert said in words, said
    assert 'href="https://nextpittsburgh.com/business-tech-news' in page
    assert all('rel="noopener external"' in link for link in re.findall(r"<a [^>]*href=\"http[^>]*>", page))


def test_the_cohort_known_only_by_its_call_says_so(client, history):
    words = main_of(client.get("/cohorts/11").text)

    assert "Only the call of this cohort is known." in words
    assert "August 25, 2025 to September 30, 2025" in words
    assert "No public list of the companies was found." in words


def test_what_is_not_known_is_said(client, history):
    words = main_of(client.get("/alumni/behaivior").text)

    assert words.count("Not known") == 3
    assert "What it makes is not known" in words and "Low confidence" in words
    assert "no announcement was found" in words


def test_a_company_of_two_cohorts_has_one_page(client, history):
    page = client.get("/alumni/beamdata").text

    assert page.index("Cohort 6, 2021") < page.index("Cohort 5, 2019")
    assert "Also written: Beamdata." in page


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("cohort=9", 4),
        ("host=acaa", 60),
        ("host=ura", 6),
        ("host=unknown", 14),
        ("outcome=known", 11),
        ("confidence=low", 6),
        ("words=renergé", 1),
        ("words=RENERGE", 1),
        ("words=water+sensors", 1),
        ("words=Aimilight", 1),
        ("cohort=7&confidence=medium", 3),
        ("cohort=99", 60),
        ("host=nobody&cohort=x", 60),
        ("words=%00", 60),
        ("words=" + "x" * 200, 60),
        ("cohort=9&cohort=8", 60),
    ],
)
def test_filters(client, history, query, number):
    page = client.get(f"/pilots?{query}").text
    assert page.count('class="pilot"') == number, page.count('class="pilot"')


def test_an_empty_answer_offers_the_way_back(client, history):
    assert "No pilot matches these filters." in client.get("/pilots?words=zeppelin").text
    assert "No alumni match. Remove a filter." in client.get("/alumni?words=zeppelin").text
    assert client.get("/alumni?cohort=9").text.count('class="area"') == 4


def test_printed_totals_stand_with_their_day_and_source_beside_our_count(client, history):
    words = " ".join(main_of(client.get("/cohorts").text).split())

    assert "October 30, 2017 Companies engaged: 8 City release, October 30, 2017" in words
    assert "2024 Companies that took part: 49; long-term city contracts: 1" in words
    assert "Companies that took part: 58; pilots: 60 Counted from the rows of this site, edition 1" in words


def test_the_history_and_a_call_of_this_site_live_side_by_side(client, history, login):
    make_open_rfp(12)
    make_draft_rfp(13)

    page = client.get("/cohorts").text
    assert page.index('href="/cohorts/12"') < page.index('href="/cohorts/11"')
    assert "Proposals are due" in client.get("/cohorts/12").text
    assert client.get("/cohorts/13").status_code == 404
    assert client.get("/cohorts/3/rfp").status_code == 404


def test_pilots_under_contract_stand_before_the_history(client, history):
    pilot = make_money().pilot

    page = client.get("/pilots").text
    assert page.index(pilot.organization.legal_name) < page.index("AiMiLi")
    assert pilot.organization.legal_name not in client.get("/pilots?cohort=9").text


def test_without_a_history_the_pages_say_so(client):
    assert "No pilot has been recorded here yet." in client.get("/pilots").text
    assert "has not been loaded here yet" in client.get("/alumni").text
    assert client.get("/alumni/kaarta").status_code == 404
    assert client.get("/cohorts/3").status_code == 404
    assert client.get("/transparency/participations.json").get_json()["rows"] == []


def test_names_and_texts_run_nothing(client):
    load_small_history("<b>Acme</b> & =Co", outcome="<script>alert(1)</script>")

    for address in ("/cohorts", "/cohorts/1", "/pilots", "/alumni", "/alumni/b-acme-b-co", "/"):
        page = client.get(address, check=False).text
        assert "&lt;b&gt;Acme" in page and "<b>Acme" not in page and "<script>alert" not in page, address


def test_open_data(client, history):
    rows = client.get("/transparency/participations.json").get_json()["rows"]
    table = list(csv.DictReader(io.StringIO(client.get("/transparency/participations.csv").data.decode("utf-8-sig"))))

    assert (len(rows), len(table)) == (60, 60)
    by_name = {row["company"]: row for row in rows if row["cohort"] == 8}
    assert by_name["Airviz"]["hosts"] == "Office of Sustainability and Resilience; Department of Public Works"
    assert by_name["Steel City Soils"]["hosts"] is None
    assert table[0]["company"] == rows[0]["company"] == "Ethos Collaborative"
    assert len(client.get("/transparency/past-cohorts.json").get_json()["rows"]) == 11
    assert len(client.get("/transparency/printed-totals.json").get_json()["rows"]) == 15
    assert 'href="/transparency/participations.csv"' in client.get("/transparency").text


def test_a_companys_name_is_no_formula_in_the_data(client):
    load_small_history("=1+1 Inc.")

    table = list(csv.DictReader(io.StringIO(client.get("/transparency/participations.csv").data.decode("utf-8-sig"))))
    assert table[0]["company"] == "'=1+1 Inc."


@pytest.mark.parametrize("address", PAGES)
def test_the_same_few_statements_however_long_the_history_is(client, address):
    load_small_history("Acme")
    client.get(address)
    with counting() as one:
        client.get(address)
    load_small_history("Acme", "Best", "Curb", cohorts=3)
    client.get(address)
    with counting() as three:
        assert client.get(address).status_code == 200
    assert len(three) == len(one)
    if address != "/transparency":
        assert len(one) <= 4, one


def test_a_visitors_copy_may_be_kept(client, history):
    for address in ("/cohorts", "/cohorts/3", "/pilots", "/alumni", "/alumni/zensors"):
        assert client.get(address).headers["Cache-Control"] == "public, max-age=0, must-revalidate"
