"""Pitches and feasibility reviews: on, all that tells dates tells theirs in order; off, nothing names them."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pglab.core.clock import EASTERN
from pglab.core.db import db, transaction
from pglab.core.errors import RuleError
from pglab.rfps import queries, services
from pglab.rfps.models import Rfp
from pglab.rfps.routes.words import changes, end_of, key_dates
from pglab.web.filters import et_date
from tests.factories.accounts import make_program_manager
from tests.factories.addenda import extend, make_addendum
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people
from tests.support.deadlines import words_of_pdf
from tests.support.person import Person

DAY = timedelta(days=1)
BOTH = services.Stages(has_pitch=True, has_feasibility=True)
SAID = ("pitch", "feasibility")


def days_after(rfp: Rfp) -> tuple[date, date]:
    scores = rfp.scores_due_at.astimezone(EASTERN).date()
    return scores + 5 * DAY, scores + 9 * DAY


def with_days(rfp: Rfp, pitch_on: date | None, feasibility_on: date | None) -> services.CallDates:
    given = {name: getattr(rfp, name) for name in queries.DATES}
    return services.CallDates(**given | {"pitch_on": pitch_on, "feasibility_on": feasibility_on})


def make_staged_rfp(*, published: bool = True) -> Rfp:
    """A cohort with both stages and their days."""
    preparer, publisher = make_program_people()
    rfp = make_draft_rfp(actor=preparer)
    with transaction():
        services.change_stages(rfp, BOTH, version=rfp.version, actor=preparer)
    with transaction():
        services.change_dates(rfp, with_days(rfp, *days_after(rfp)), version=rfp.version, actor=preparer)
    if published:
        with transaction():
            services.send_for_review(rfp, actor=preparer)
        with transaction():
            services.publish_rfp(rfp, version=rfp.version, actor=publisher)
    return rfp


def in_order(page: str, *said: str) -> bool:
    """Whether each of these comes after the one before it."""
    places = [page.find(each) for each in said]
    return places == sorted(places) and -1 not in places


def test_every_surface_names_both_stages_between_scores_and_decisions(client):
    rfp = make_staged_rfp()
    days = [et_date(day) for day in (*days_after(rfp), rfp.decision_on)]

    for page in ("/cohorts/12", "/cohorts/12/rfp"):
        shown = client.get(page).text
        timeline = shown[shown.index("Scores due") :]
        assert in_order(timeline, "Pitches", days[0], "Feasibility reviews", f"Done by {days[1]}", "Decisions"), page
    decides = client.get("/cohorts/12/how-we-decide").text
    assert in_order(decides, "Pitches are on", days[0], "Reviews are done by", days[1], "Decision", days[2])
    file = words_of_pdf(client.get("/cohorts/12/rfp.pdf").data)
    assert in_order(file, "Scores due", "Pitches", days[0], "Feasibility reviews done by", days[1], days[2])
    entries = {
        str(each["uid"]): each["dtstart"].dt
        for each in Calendar.from_ical(client.get("/cohorts/12.ics").data).walk("VEVENT")
    }
    assert entries["cohort-12-pitches@pghlab"] == rfp.pitch_on
    assert entries["cohort-12-feasibility-reviews@pghlab"] == rfp.feasibility_on
    content = client.get("/cohorts/12.json").json["content"]
    assert content["stages"] == {"pitch": True, "feasibility": True}
    assert (content["dates"]["pitch_on"], content["dates"]["feasibility_on"]) == tuple(map(str, days_after(rfp)))


def test_without_them_no_surface_names_any(client):
    make_open_rfp()

    for page in ("/cohorts/12", "/cohorts/12.ics"):
        assert not [said for said in ("Pitches", "pitches", "easibility review") if said in client.get(page).text], page
    for page in ("/cohorts/12/rfp", "/cohorts/12/how-we-decide"):
        assert not [said for said in ("Pitches", "Feasibility review") if said in client.get(page).text], page
    file = words_of_pdf(client.get("/cohorts/12/rfp.pdf").data)
    assert "Pitches" not in file and "Feasibility reviews" not in file
    assert not {"pitch_on", "feasibility_on"} & set(client.get("/cohorts/12.json").json["content"]["dates"])


def test_the_setup_asks_for_the_days_of_the_stages_that_are_on(login):
    person = make_program_manager()
    rfp = make_draft_rfp(actor=person)
    manager = Person(login(person)).open("/manage/cohorts/12/setup/dates")
    assert "Pitches" not in manager.text and "Feasibility" not in manager.text

    manager.open("/manage/cohorts/12/setup/stages").press("Save", has_pitch="yes", has_feasibility="yes")
    manager.open("/manage/cohorts/12/setup").sees("the day of the pitches is not set", "it is not said by when")
    assert 'href="/manage/cohorts/12/setup/dates#pitch_on"' in manager.text
    manager.open("/manage/cohorts/12/publication").sees("Not set yet").press("Send for review", expect=422)
    manager.open("/manage/cohorts/12/setup/dates")
    assert in_order(manager.text, "Scores are due", "Pitches", "Feasibility reviews done by", "Decisions on or after")
    pitch, review = days_after(rfp)
    manager.press("Save", pitch_on=pitch.isoformat(), feasibility_on=review.isoformat())
    manager.open("/manage/cohorts/12/setup").sees("Pitch and feasibility")
    manager.open("/manage/cohorts/12/publication").press("Send for review").sees("Waiting for review")


@pytest.mark.parametrize(
    ("pitch", "review", "field"),
    [(-30, 9, "pitch_on"), (5, 4, "feasibility_on"), (5, 90, "decision_on"), (90, None, "decision_on")],
)
def test_the_days_follow_the_scores_and_each_other(rolled_back, pitch, review, field):
    rfp, manager = make_staged_rfp(published=False), make_program_manager()
    scores = rfp.scores_due_at.astimezone(EASTERN).date()
    given = with_days(rfp, scores + pitch * DAY, None if review is None else scores + review * DAY)

    with pytest.raises(RuleError, match="must come after") as refused, transaction():
        services.change_dates(rfp, given, version=rfp.version, actor=manager)

    assert refused.value.field == field


def test_the_days_may_coincide(rolled_back):
    rfp, manager = make_staged_rfp(published=False), make_program_manager()
    with transaction():
        services.change_dates(rfp, with_days(rfp, rfp.decision_on, rfp.decision_on), version=rfp.version, actor=manager)
    assert rfp.pitch_on == rfp.feasibility_on == rfp.decision_on


def test_a_stage_that_goes_takes_its_day_along(rolled_back):
    rfp, manager = make_staged_rfp(published=False), make_program_manager()
    pitch, review = days_after(rfp)
    with transaction():
        services.change_stages(rfp, services.Stages(False, True), version=rfp.version, actor=manager)
    assert (rfp.pitch_on, rfp.feasibility_on) == (None, review)
    with transaction():
        services.change_dates(rfp, with_days(rfp, pitch, review), version=rfp.version, actor=manager)
    assert rfp.pitch_on is None


def test_a_day_counts_until_its_last_instant(rolled_back):
    rfp = make_staged_rfp()
    last = end_of(rfp.pitch_on)
    states = {
        at: {name: (state, coming) for name, _when, state, coming in key_dates(rfp, at)}
        for at in (last, last + timedelta(microseconds=1))
    }
    assert states[last]["Pitches"] == ("less than a minute left", True)
    assert [state["Pitches"][0] for state in states.values()][1] == "Done"
    assert last + timedelta(microseconds=1) in changes(rfp, last - DAY)


def test_an_addendum_moves_them_and_an_extension_takes_them_along(rolled_back):
    rfp = make_staged_rfp()
    pitch, review = days_after(rfp)
    make_addendum(rfp, {"dates.pitch_on": pitch + DAY})
    assert rfp.pitch_on == pitch + DAY
    before = rfp.closes_at, rfp.decision_on
    extend(rfp, rfp.closes_at + 28 * DAY)
    assert rfp.closes_at == before[0] + 28 * DAY
    assert rfp.scores_due_at.astimezone(EASTERN).date() <= rfp.pitch_on <= rfp.feasibility_on <= rfp.decision_on
    assert rfp.pitch_on >= pitch + 29 * DAY and rfp.feasibility_on >= review + 28 * DAY
    changed = {change.key for change in queries.get_amendment(rfp, 2).changes}
    assert {"dates.pitch_on", "dates.feasibility_on", "dates.decision_on"} <= changed


def write(sql: str, rfp: Rfp) -> None:
    with transaction():
        db.session.execute(text(sql), {"id": rfp.id})


@pytest.mark.parametrize("change", ["pitch_on = pitch_on + 1", "feasibility_on = NULL"])
def test_sql_moves_no_day_of_a_published_call(rolled_back, change):
    with pytest.raises(DBAPIError, match="stages of a published RFP are frozen"):
        write(f"UPDATE rfps SET {change} WHERE id = :id", make_staged_rfp())


@pytest.mark.parametrize("change", ["has_pitch = false", "pitch_on = decision_on + 1", "feasibility_on = pitch_on - 1"])
def test_sql_makes_no_draft_whose_days_are_out_of_order(rolled_back, change):
    with pytest.raises(DBAPIError, match=r"stages_in_order|no_day_without_its_stage"):
        write(f"UPDATE rfps SET {change} WHERE id = :id", make_staged_rfp(published=False))


def test_a_timeline_that_leaves_a_stage_out_is_noticed(client, monkeypatch):
    """Negative control: with the days of the stages left out of the timeline, the page no longer passes."""
    make_staged_rfp()
    monkeypatch.setattr("pglab.rfps.routes.words.stage_days", lambda _rfp: [])
    shown = client.get("/cohorts/12").text
    assert not in_order(shown[shown.index("Scores due") :], "Pitches", "Feasibility reviews", "Decisions")
