"""The notice as a file: the same words as the page, tagged for screen readers, made once, and no word of it is code."""

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from pglab.adapters import pdf
from pglab.core.db import transaction
from pglab.rfps import services
from pglab.rfps.queries import latest_version
from pglab.rfps.queries.differences import leaves
from pglab.web.filters import et_long
from tests.factories.addenda import cancel, make_addendum
from tests.factories.rfps import make_draft_rfp, make_open_rfp, make_program_people, new_cohort
from tests.support.deadlines import words_of_pdf

HOSTILE = "#panic(1) $x$ *bold* _it_ \\ <b>b</b> @ref `raw` // no [x] ~ = 1"


def test_the_file_says_what_the_page_says(client):
    rfp = make_open_rfp()
    version = latest_version(rfp.id)
    content = client.get("/cohorts/12.json").json["content"]

    answer = client.get("/cohorts/12/rfp.pdf")
    said = words_of_pdf(answer.data)

    assert answer.content_type == "application/pdf"
    assert et_long(rfp.closes_at) in said
    assert version.sha256 in said
    assert "Version 1, frozen" in said
    expected = [part["title"] for part in content["sections"]] + [area["title"] for area in content["areas"]]
    expected += [line["title"] for line in content["criteria"]] + [slot["title"] for slot in content["documents"]]
    expected += [part["milestone"] for part in content["installments"]]
    assert [each for each in expected if " ".join(each.split()) not in said] == []


def test_the_file_leaves_no_frozen_word_out_and_keeps_the_order_of_the_page(client):
    make_open_rfp()
    content = client.get("/cohorts/12.json").json["content"]
    del content["eligibility_check"]  # Help to read the conditions, no condition of its own.

    said = words_of_pdf(client.get("/cohorts/12/rfp.pdf").data)

    keys = ("title", "body", "problem", "affected", "success", "constraints", "data_and_sites", "host", "label", "hint")
    keys += ("milestone", "done_when", "question", "group", "criterion")
    frozen = [str(value) for key, value in leaves(content) if key.rpartition(".")[2] in keys or ".anchors." in key]
    solid = said.replace(" ", "")
    told = [value for value in [*frozen, *content["eligibility"]] if value != "None"]
    assert [value for value in told if "".join(value.split()) not in solid] == []
    assert "PDF, PNG or JPEG, up to 25 MB and 10 pages" in said
    assert f"4. {content['eligibility'][3]}" in said, "addenda name conditions by their number"
    assert "All criteria 100%" in said
    in_order = ["RFP published", "Last day to ask", "Last day for", "Proposals due", "Scores due", "Decisions on"]
    in_order += ["The problem", "Who has the problem", "What success looks like", "Constraints", "Data and sites"]
    places = [said.rindex("12. Dates")]
    for each in in_order:
        places.append(said.index(each, places[-1]))


def test_the_file_says_what_each_addendum_changed_and_that_a_call_was_cancelled(client):
    rfp = make_open_rfp()
    assert "Amended by" not in words_of_pdf(client.get("/cohorts/12/rfp.pdf").data)
    make_addendum(rfp, {"eligibility.0": "Your company is registered in Pennsylvania."})
    make_addendum(rfp)

    said = words_of_pdf(client.get("/cohorts/12/rfp.pdf").data)

    assert "Version 3, as amended by Addenda 1 to 2" in said
    assert 'As amended by <a href="/cohorts/12/addenda">Addenda 1 to 2</a>' in client.get("/cohorts/12/rfp").text
    assert "Amended by Addendum 1: Condition 1 Before: Your company is legally registered." in said
    assert "After: Your company is registered in Pennsylvania." in said
    assert "This call was cancelled" not in said
    cancel(rfp)
    assert "This call was cancelled" in words_of_pdf(client.get("/cohorts/12/rfp.pdf").data)


def test_the_file_is_tagged_and_says_its_title_and_language(client):
    make_open_rfp()

    with pikepdf.open(io.BytesIO(client.get("/cohorts/12/rfp.pdf").data)) as file:
        assert str(file.Root.Lang) == "en-US"
        assert str(file.docinfo.Title) == "Request for proposals RFP-12"
        assert file.Root.MarkInfo.Marked
        assert file.Root.ViewerPreferences.DisplayDocTitle
        kinds = set(kinds_under(file.Root.StructTreeRoot))
        with file.open_metadata() as told:
            assert told.get("pdfuaid:part") == "1"
    assert {"/H1", "/H2", "/Table", "/TH", "/L"} <= kinds


def kinds_under(node: pikepdf.Object) -> list[str]:
    found, left = [], [node]
    while left:
        each = left.pop()
        if isinstance(each, pikepdf.Array):
            left.extend(each)
        elif isinstance(each, pikepdf.Dictionary):
            found += [str(each.S)] if "/S" in each else []
            left += [each.K] if "/K" in each else []
    return found


def test_a_draft_has_no_file(client):
    make_draft_rfp()

    assert client.get("/cohorts/12/rfp.pdf").status_code == 404


@pytest.mark.parametrize("written", [HOSTILE, "王小明 and José O’Neil", "ends in a backslash \\", "🏙 emoji"])
def test_no_word_is_code_and_no_letter_breaks_it(client, written):
    preparer, publisher = make_program_people()
    with transaction():
        rfp = services.create_cohort(replace(new_cohort(), headline=written), actor=preparer)
    with transaction():
        services.send_for_review(rfp, actor=preparer)
    with transaction():
        services.publish_rfp(rfp, version=rfp.version, actor=publisher)

    answer = client.get("/cohorts/12/rfp.pdf")

    assert answer.status_code == 200
    with pikepdf.open(io.BytesIO(answer.data)) as file:
        assert "/StructTreeRoot" in file.Root
    if written is HOSTILE:
        assert "#panic(1) $x$ *bold* _it_ \\ <b>b</b> @ref `raw` // no [x] ~ = 1" in words_of_pdf(answer.data)


def test_a_file_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = []
    monkeypatch.setattr(pdf, "make_pdf", lambda _template, written: made.append(written) or (b"%PDF", True))

    for told in ({"a": 1}, {"a": 1}, {"a": 2}):
        assert pdf.kept_pdf("pdf/rfp.typ", told, folder=tmp_path) == b"%PDF"

    assert len(made) == 2
    (tmp_path / "a file").write_bytes(b"")
    assert pdf.kept_pdf("pdf/rfp.typ", {"a": 3}, folder=tmp_path / "a file") == b"%PDF"
