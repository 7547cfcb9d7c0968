"""Building a cohort: without scripts, and on every device. test_publishing.py walks on without a mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.checking import Inspector
from tests.browser.people import Reader
from tests.support.site import Site

pytestmark = pytest.mark.browser

RUBRIC, INSTALLMENTS = ("/manage/cohorts/13/setup/rubric", "/manage/cohorts/13/setup/installments")
PAGES = (
    *("setup", "setup/details", "setup/dates", "setup/stages", "setup/areas", "setup/areas/new"),
    *("setup/areas/drier-basements", "setup/notice", "setup/eligibility", "setup/rubric", "setup/documents"),
    *("setup/questions", "setup/questions/sections/new", "setup/questions/sections/privacy/new"),
    *("preview/form", "preview/form/sections/privacy?given=6.1.1", "preview/form/documents/pitch-deck"),
    *("preview/emails", "publication"),
)


def test_a_cohort_is_built_from_nothing_without_scripts(demo: Site, a_window: Callable[..., Reader]):
    manager = a_window(demo, "Priya Shah", scripts=False).be("Priya Shah").open("/manage").follow("Create a cohort")
    manager.press("Create the cohort", number="21", headline="Tests in the field").sees("Cohort 21", "Ready")
    setup = "/manage/cohorts/21/setup/"
    manager.open(f"{setup}eligibility").press("Move up Condition 2").sees("Not saved yet").press("Add a condition")
    manager.press(
        "Save", text_6="You have a mailing address.", question_6="Do you have a mailing address?", fitting_6="yes"
    )
    manager.open(f"{setup}rubric").press("Remove Criterion 5").press("Save", expect=422)
    manager.sees("Weights must add up to 100%. They add up to 90%.").press("Save", weight_1="35")
    manager.open(f"{setup}areas").page.locator("summary", has_text="Remove AI for City staff").click()
    manager.press("Remove for good AI for City staff").follow("Add a challenge area")
    host = manager.page.locator("#host_id option", has_text="Sustainability and Resilience").first.get_attribute(
        "value"
    )
    manager.press("Save", title="Quieter nights", teaser="Noise at night.", host_id=str(host)).sees("Quieter nights")
    manager.open("/manage/cohorts/21/setup").sees("“Quieter nights” does not say the problem.", "5 to fix")
    manager.follow("“Quieter nights” does not say the problem.")
    texts = dict.fromkeys(("problem", "affected", "success", "constraints", "data_and_sites"), "Trucks idle at night.")
    manager.press("Save", **texts)
    manager.open(f"{setup}questions").follow("Add a section").press("Save", title="Costs", group="Your pilot")
    manager.open(f"{setup}questions/sections/costs/new")
    manager.press("Save", label="Does it cost the City anything?", kind="yes_no")
    manager.open(f"{setup}questions/sections/costs/new")
    cost = manager.page.locator("#show_if option", has_text="Does it cost the City anything?” is Yes")
    manager.press("Save", label="How much?", kind="money", show_if=str(cost.get_attribute("value")))
    manager.press("Move up How much?").sees("Never asked").press("Move down How much?").does_not_see("Never asked")
    manager.open("/manage/cohorts/21/preview/form/sections/costs").does_not_see("How much?")
    manager.press("Save and continue", q1="yes").sees("How much?")
    manager.open("/manage/cohorts/21/publication").press("Send for review").sees("someone else must publish it")
    director = a_window(demo, "Helen Novak", scripts=False).be("Helen Novak").open("/manage/cohorts/21/publication")
    director.press("Publish cohort 21", checked="yes").open("/manage/cohorts/21/publication").sees(
        "Version 1", "SHA-256"
    )


def test_pages_of_the_setup_fit_every_device(demo: Site, a_window: Callable[..., Reader], inspector: Inspector):
    manager = a_window(demo, "Priya Shah").be("Priya Shah")
    manager.inspector = inspector
    for page in PAGES:
        manager.open(f"/manage/cohorts/13/{page}")
    manager.open("/manage/hosts").follow("Mobility and Infrastructure").open("/cohorts/12/eligibility")
    manager.open("/cohorts/12/eligibility?rule1=yes&rule2=no&rule3=yes&rule4=yes")
    inspector.is_content()


def test_the_sum_is_shown_while_it_is_typed_and_spoken_after_a_pause(
    demo: Site, a_window: Callable[..., Reader], inspector: Inspector
):
    manager = a_window(demo, "Priya Shah").be("Priya Shah")
    manager.inspector = inspector
    manager.open(RUBRIC)
    shown, spoken = (manager.page.locator(f"[data-sum] [{part}]") for part in ("data-shown", "data-spoken"))
    expect(shown).to_have_text("Total 100 of 100.")
    expect(spoken).to_have_text("")
    for typed, said in (
        ("20", "Total 95 of 100. Add 5."),
        ("30", "Total 105 of 100. Take away 5."),
        ("", "Total 75 of 100. Add 25."),
        ("x", "Total 75 of 100. Add 25."),
    ):
        manager.page.locator("#weight_1").fill(typed)
        expect(shown).to_have_text(said)
    expect(spoken).to_have_text("Total 75 of 100. Add 25.")
    assert spoken.get_attribute("role") == "status"

    manager.open(INSTALLMENTS)
    expect(shown).to_have_text("Total $25,000 of $26,000. Add $1,000.")
    manager.page.locator("#amount_cents_1").fill("$7,250.50")
    expect(shown).to_have_text("Total $26,000.50 of $26,000. Take away $0.50.")
    manager.page.locator("#amount_cents_1").fill("7250")
    expect(shown).to_have_text("Total $26,000 of $26,000.")
    inspector.is_content()


def test_without_scripts_the_page_is_as_it_was(demo: Site, a_window: Callable[..., Reader]):
    """Negative control: without the script nothing is said before the save, and the save says it."""
    manager = a_window(demo, "Priya Shah", scripts=False).be("Priya Shah").open(RUBRIC)
    assert manager.page.locator("[data-sum]").inner_text().strip() == ""
    manager.press("Save", expect=422, weight_1="20").sees("Weights must add up to 100%. They add up to 95%.")
