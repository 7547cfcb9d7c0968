"""Finishing a section: the answers once more, whether it is completed, how many are left; the way there and back."""

import pytest

from pglab.accounts.models import MemberRole
from pglab.core.db import db, transaction
from pglab.core.errors import AccessDeniedError, RuleError
from pglab.proposals import queries, services
from pglab.proposals.models import SectionCheck
from pglab.rfps import queries as rfp_queries
from tests.factories.proposals import close, fill, make_draft, representative_of, submit
from tests.factories.rfps import make_open_rfp
from tests.integration.proposals.teamwork.test_tasks import join, section_of
from tests.support.person import Person

pytestmark = pytest.mark.usefixtures("rolled_back")


def path(proposal, rest: str = "") -> str:
    return f"/apply/proposals/{proposal.reference}{rest}"


def test_saving_leads_to_the_check_and_that_to_the_task_list(login):
    proposal = make_draft(make_open_rfp())
    person = Person(login(representative_of(proposal.organization))).open(path(proposal, "/sections/impact"))

    person.press("Save and continue", q1="We count near misses.").sees("Have you completed this section?", "Saved.")
    person.press("Save", expect=422).sees("Select whether you’ve completed this section")
    person.press("Save", done="yes").sees("Section completed. 5 left.")

    assert db.session.query(SectionCheck).one().done


def test_save_and_return_saves(login):
    proposal = make_draft(make_open_rfp())
    person = Person(login(representative_of(proposal.organization))).open(path(proposal, "/sections/impact"))

    person.press("Save and return to task list", q1="We count near misses.").sees("Saved.", "sections completed")

    assert [answer.text for answer in queries.answers_by_question(proposal).values()] == ["We count near misses."]
    person.open(path(proposal, "/sections/impact")).sees("Last changed by", "today")


def test_the_way_from_the_check_page_leads_back_there(login):
    proposal = make_draft(make_open_rfp())
    person = Person(login(representative_of(proposal.organization)))

    person.open(path(proposal, "/sections/impact?return=check")).press("Save and continue", q1="Words.")

    person.sees("Check your answers")


def test_what_is_to_fix_keeps_a_section_from_being_completed(login):
    proposal = make_draft(make_open_rfp())
    actor = representative_of(proposal.organization)
    person = Person(login(actor)).open(path(proposal, "/sections/impact/check"))

    person.sees("to fix in this section", "Not answered")
    person.press("Save", done="yes", expect=422).sees("in this section first, or select")
    person.press("Save", done="no").sees("You can come back to this section at any time.")

    assert not db.session.query(SectionCheck).one().done
    with pytest.raises(RuleError), transaction():
        services.check_section(proposal, section_of(proposal), done=True, actor=actor)


def test_the_last_section_says_so(login):
    proposal = fill(make_draft(make_open_rfp()))
    actor = representative_of(proposal.organization)
    *others, last = rfp_queries.list_form_sections(proposal.rfp_id)
    for part in others:
        with transaction():
            services.check_section(proposal, part, done=True, actor=actor)

    person = Person(login(actor)).open(path(proposal, f"/sections/{last.slug}/check")).press("Save", done="yes")

    person.sees("Section completed. All sections are completed.", "6 of 6 sections completed.")


def test_a_submission_needs_no_check_and_a_check_makes_no_unsent_changes():
    proposal = fill(make_draft(make_open_rfp()))
    submit(proposal)

    with transaction():
        services.check_section(
            proposal, section_of(proposal), done=True, actor=representative_of(proposal.organization)
        )

    assert not proposal.has_unsent_changes


def test_a_viewer_reads_the_check_and_says_nothing(login):
    proposal = make_draft(make_open_rfp())
    viewer = join(proposal.organization, "Vic Viewer", MemberRole.VIEWER)

    page = login(viewer).get(path(proposal, "/sections/impact/check"))
    sent = login(viewer).post(path(proposal, "/sections/impact/check"), data={"done": "no"})

    assert "Have you completed this section?" not in page.text
    assert sent.status_code == 403
    with pytest.raises(AccessDeniedError), transaction():
        services.check_section(proposal, section_of(proposal), done=False, actor=viewer)


def test_checks_go_on_after_the_deadline_as_typing_does(login, clock):
    proposal = fill(make_draft(make_open_rfp()))
    close(proposal.rfp, clock)

    person = Person(login(representative_of(proposal.organization))).open(path(proposal, "/sections/impact/check"))

    person.press("Save", done="yes").sees("Section completed.")
    person.open(path(proposal, "/sections/impact/check")).does_not_see("Ask a teammate")


def test_a_question_has_an_address_of_its_own(login):
    proposal = make_draft(make_open_rfp())
    client = login(representative_of(proposal.organization))

    there = client.get(path(proposal, "/sections/impact/1"))
    missing = client.get(path(proposal, "/sections/impact/99"))

    assert there.status_code == 302
    assert there.location.startswith(path(proposal, "/sections/impact#q1"))
    assert missing.status_code == 404


def test_everything_fits_on_one_page_for_paper_and_documents_have_a_list(login):
    proposal = fill(make_draft(make_open_rfp()), "Three sensors.")
    client = login(representative_of(proposal.organization))

    paper, files = client.get(path(proposal, "/answers")).text, client.get(path(proposal, "/documents")).text

    assert paper.count("Three sensors.") > 3
    for slot in rfp_queries.list_slots(proposal.rfp_id):
        assert slot.title in paper
        assert slot.title in files
    assert files.count("3 pages") == len(rfp_queries.list_slots(proposal.rfp_id))
    assert "Upload:" not in files


def test_a_document_that_is_missing_is_offered_first(login):
    proposal = make_draft(make_open_rfp())
    first = rfp_queries.list_slots(proposal.rfp_id)[0]

    page = login(representative_of(proposal.organization)).get(path(proposal, "/documents")).text

    assert f"Upload: {first.title}" in page


def test_a_check_is_on_the_log():
    proposal = make_draft(make_open_rfp())
    actor = representative_of(proposal.organization)
    with transaction():
        services.check_section(proposal, section_of(proposal), done=False, actor=actor)

    entry = queries.read_history(proposal)[0]

    assert (entry.who, entry.what) == (actor.name, "Said that “Impact on residents” is not completed yet")
