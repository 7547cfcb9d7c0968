"""`flask history load`: the real file, corrected rows, rows that went missing, and files that are not in order."""

import json

import pytest
from sqlalchemy import select

from pglab.audit.models import AuditEvent
from pglab.audit.queries import verify_chain
from pglab.cohorts.cli import HISTORY
from pglab.cohorts.models import HistoryEdition, HostOrganization, Participation, PastCohort
from pglab.cohorts.queries import find_history
from pglab.cohorts.services import HistoryFileError, load_history
from pglab.core.db import db, transaction

REAL = HISTORY.read_bytes()
ZENSORS = b"""      - name: Zensors
        product: AI software that turns ordinary cameras into sensors
        pilot: Tested smart-camera software
        host_organizations: [ppa]
        outcome: null
        status: listed_and_announced
        confidence: high
        sources: [pr2018_c3, alumni_page]
"""


def load(content: bytes = REAL, **how):
    with transaction():
        return load_history(content, **how)


def edited(old: str | bytes, new: str | bytes) -> bytes:
    """The real file with one place changed; the place has to be there exactly once."""
    old, new = (each.encode() if isinstance(each, str) else each for each in (old, new))
    assert REAL.count(old) == 1, old
    return REAL.replace(old, new)


def counts() -> tuple[int, ...]:
    tables = (PastCohort, Participation, HistoryEdition, HostOrganization)
    return tuple(len(db.session.scalars(select(table)).all()) for table in tables)


def events() -> list[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.action == "history.loaded").order_by(AuditEvent.seq)
    return list(db.session.scalars(query))


def test_the_real_history_is_loaded_once(rolled_back):
    first = load()
    again = load()

    assert first.edition is not None and again.edition is None
    assert counts() == (11, 60, 1, 29)
    assert len(events()) == 1
    history = find_history()
    assert history is not None
    assert (len(history.rounds), len(history.entries), len(history.companies)) == (11, 60, 58)
    assert [entry.cohort for entry in history.get_company("beamdata").entries] == [6, 5]
    assert (history.rounds[0].row.number, history.rounds[0].entries) == (11, ())
    assert len(history.totals) == 9


def test_what_is_not_known_stays_unknown(rolled_back):
    load()

    history = find_history()
    assert history is not None
    behaivior = history.get_company("behaivior").entries[0]
    assert (behaivior.product, behaivior.tried, behaivior.hosts, behaivior.outcome) == (None, None, None, None)
    second = history.find_round(2)
    assert second is not None
    assert (second.row.applicants, second.row.opened, second.row.pilot_end) == (None, None, "2017-09")


def test_a_correction_changes_its_row_only_and_is_on_the_log(rolled_back):
    load()
    before = find_history()

    report = load(edited("pilot: Street-light inventory", "pilot: Inventory of street lights"), reason="Said better")

    assert (report.added, report.changed, report.withdrawn) == ([], ["Cohort 5: Allvision IO"], [])
    assert counts() == (11, 60, 2, 29)
    entry = events()[-1]
    change = json.loads(entry.change)
    assert change["before"]["Cohort 5: Allvision IO, tried"] == "Street-light inventory"
    assert change["after"]["Cohort 5: Allvision IO, tried"] == "Inventory of street lights"
    assert (entry.reason, entry.subject, verify_chain().broken_at) == ("Said better", "History, edition 2", None)
    now = find_history()
    assert before is not None and now is not None
    assert before.get_company("allvision-io").entries[0].tried == "Street-light inventory"
    assert now.get_company("allvision-io").entries[0].tried == "Inventory of street lights"


def test_only_the_words_around_the_rows_changed(rolled_back):
    load()

    assert load(REAL + b"# a remark\n").edition is None
    assert load(edited("compiled_on: 2026-11-21", "compiled_on: 2026-12-01")).edition is not None
    assert counts() == (11, 60, 2, 29)


def test_a_row_that_is_missing_is_named_and_not_dropped(rolled_back):
    load()

    with pytest.raises(HistoryFileError, match=r"Cohort 3: Zensors stands on the site and is not in the file"):
        load(edited(ZENSORS, b""))

    history = find_history()
    assert history is not None and "zensors" in history.companies


def test_a_withdrawn_row_leaves_the_pages_stays_on_record_and_can_come_back(rolled_back):
    load()

    assert load(edited(ZENSORS, b""), withdraw=True, reason="Was a mistake").withdrawn == ["Cohort 3: Zensors"]
    history = find_history()
    assert history is not None and "zensors" not in history.companies
    assert counts() == (11, 60, 2, 29)
    assert json.loads(events()[-1].change)["after"]["rows withdrawn"] == "Cohort 3: Zensors"

    assert load().changed == ["Cohort 3: Zensors"]
    history = find_history()
    assert history is not None and "zensors" in history.companies


def test_a_company_keeps_its_address_when_its_name_is_corrected(rolled_back):
    load()

    report = load(edited("- name: Zensors\n", "- name: Zensors Inc.\n        slug: zensors\n"))

    assert report.changed == ["Cohort 3: Zensors"]
    history = find_history()
    assert history is not None and history.get_company("zensors").name == "Zensors Inc."


def test_a_department_that_is_here_already_is_not_made_twice(rolled_back):
    db.session.add(HostOrganization(name="Pittsburgh Parking Authority"))
    db.session.flush()

    load()

    named = select(HostOrganization).where(HostOrganization.name == "Pittsburgh Parking Authority")
    assert [host.key for host in db.session.scalars(named)] == ["ppa"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- name: Zensors\n", "- nam: Zensors\n", r"Line \d+, cohort 3, company 8: name is missing"),
        ("pilot: Street-light inventory", "pilto: Street-light inventory", "pilto is not a word of this file"),
        ("pilot: Street-light inventory", "pilot: 12", "pilot has to be text"),
        ("pilot: Street-light inventory", "pilot: '  '", "leave null what is not known"),
        (ZENSORS, ZENSORS * 2, "cohort 3, Zensors: this company is listed twice in the cohort"),
        (ZENSORS, ZENSORS.replace(b"confidence: high", b"confidence: sure"), "one of high, medium, low"),
        (ZENSORS, ZENSORS.replace(b"[ppa]", b"[nasa]"), "names nasa, which the file does not explain"),
        (ZENSORS, ZENSORS.replace(b"[pr2018_c3, alumni_page]", b"[]"), "every row says where it comes from"),
        (ZENSORS, ZENSORS.replace(b"null", b'"\\u202e"'), "one line of up to"),
        (ZENSORS, ZENSORS.replace(b"Zensors", b"\xe7\x8e\x8b"), "the name makes no address"),
        ("application_open: 2016-04-27", "application_open: 2016-02-30", "has to be a real date"),
        ("application_close: 2017-11-30", "application_close: 2017-09-30", "the call closes before it opens"),
        ("planned_duration_months: {min: 3, max: 3}\n    compensated: false\n    applicants: 27",
         "planned_duration_months: {min: 3, max: 3}\n    compensated: maybe\n    applicants: 0", "true or false"),
        ("meta:\n  program", "meta:\n  program: X\n  program", "Line 12: “program” stands here twice"),
        ("  program: PGH Lab", "  program: &name PGH Lab\n  operator: *name", r"12: a reference \(\*\) is not"),
        ("  program: PGH Lab", "  program: !!python/name:os.system", "could not determine a constructor"),
        ("  program: PGH Lab", "  program: [PGH", "Line"),
        ("url: https://route-fifty.com/emerging-tech/2016", "url: javascript:alert(1)//", "has to be a web address"),
        ("source: kaine_eval", "source: nobody", "names nobody, which the file does not explain"),
        ("long_term_city_contracts: 1", "contracts: 1", "contracts is not a word of this file"),
        ("compiled_on: 2026-11-21", "compiled_on: 2026-11", "a whole date"),
        ("name: Office of the Mayor,", "name: Department of Finance,", "two organizations are called"),
    ],
)  # fmt: skip  # one case a line
def test_a_file_that_is_not_in_order_is_refused_with_the_line(rolled_back, old, new, said):
    load()
    before = counts()

    with pytest.raises(HistoryFileError, match=said):
        load(edited(old, new))

    assert (counts(), len(events())) == (before, 1)


@pytest.mark.parametrize("content", [b"", b"- a\n", b"\xff\xfe\x00", b"a: [" * 3000, b"x" * 2_000_001, b"\x00"])
def test_what_is_no_history_file_at_all_is_refused(rolled_back, content):
    with pytest.raises(HistoryFileError):
        load(content)
    assert counts() == (0, 0, 0, 0)


def test_the_command_tells_every_fault_and_loads_nothing(app, rolled_back, tmp_path):
    file = tmp_path / "history.yaml"
    file.write_bytes(REAL.replace(b"confidence: high", b"confidence: sure"))

    told = app.test_cli_runner().invoke(args=["history", "load", str(file)])

    assert (told.exit_code, counts()) == (1, (0, 0, 0, 0))
    line = REAL[: REAL.index(b"  confidence: high")].count(b"\n") + 1
    assert f"Line {line}, cohort 1, HiberSense: confidence has to be one of high, medium, low." in told.output
    assert "… and 26 more faults." in told.output
    assert "Nothing was loaded." in told.output


def test_the_command_says_what_it_did(app, rolled_back, tmp_path):
    file = tmp_path / "history.yaml"
    file.write_bytes(edited("pilot: Street-light inventory", "pilot: Inventory of street lights"))
    run = app.test_cli_runner().invoke

    assert "edition 1: 100 rows added." in run(args=["history", "load"]).output
    assert run(args=["history", "load"]).output == "The history is up to date.\n"
    corrected = run(args=["history", "load", str(file), "--reason", "Said better"]).output
    assert "edition 2: 1 row corrected." in corrected and "corrected: Cohort 5: Allvision IO" in corrected
