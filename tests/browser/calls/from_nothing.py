"""Building a cohort of which nothing is copied: every part is written on its own page of the setup."""

from datetime import date, timedelta

from tests.browser.people import Reader
from tests.journeys.building import dates, details

SETUP = "/manage/cohorts/12/setup"
CHAMPION = "mona.abara@example.org"
ANCHORS = ("Not said", "Said without reasons", "Partly", "Mostly", "Fully", "Fully, with proof")
PARTS = (
    *("There is no challenge area.", "The official notice has no section.", "The proposal form asks nothing."),
    *("Weights must add up to 100%. They add up to 0%.", "They add up to $0"),
)


def build_from_nothing(manager: Reader, today: date) -> None:
    """Details, host and champion, a challenge, dates, the notice, a condition, a form whose second question depends on
    the first, a document, a rubric of 100, installments of the stipend: until nothing is left to put right."""
    manager.open("/manage").follow("Create a cohort")
    manager.press("Create the cohort", source="empty", **details(today), **dates(today)).sees(*PARTS)
    in_the_field(manager, today)
    what_startups_read(manager)
    what_startups_answer(manager)
    how_it_is_judged_and_paid(manager)
    manager.open(SETUP).does_not_see("Before it can be published", "to fix")


def in_the_field(manager: Reader, today: date) -> None:
    """A department that hosts, its challenge with a champion, and one date that moves."""
    manager.open("/manage/hosts").press("Add", name="Public Works", kind="city").sees(
        "Public Works can host pilots now"
    )
    manager.open(f"{SETUP}/areas").follow("Add a challenge area")
    host = manager.page.locator("#host_id option", has_text="Public Works").first.get_attribute("value")
    manager.press("Save", title="Quieter nights", teaser="Trucks wake people.", host_id=host, champion_email=CHAMPION)
    manager.open(SETUP).follow("“Quieter nights” does not say the problem.")
    told = {
        "problem": "Trucks idle at night, and nobody knows where or how long.",
        "affected": "People who live near three yards, about 900 of them.",
        "success": "We can name the ten loudest hours of a week and halve them.",
        "constraints": "No device may record speech.",
        "data_and_sites": "You may mount sensors on poles on two streets.",
    }
    manager.press("Save", **told)
    early = {"scores_due_at-date": (today + timedelta(days=2)).isoformat(), "scores_due_at-time": "16:00"}
    manager.open(f"{SETUP}/dates").press("Save", expect=422, **early)
    manager.press("Save", **{"scores_due_at-date": (today + timedelta(days=36)).isoformat()})


def what_startups_read(manager: Reader) -> None:
    """The official words, and who can take part."""
    manager.open(f"{SETUP}/notice").press("Add a section")
    manager.press("Save", title_1="Purpose", body_1="The City looks for a product that finds noise at night.")
    manager.open(f"{SETUP}/eligibility").press("Add a condition")
    manager.press(
        "Save", text_1="Your company is registered.", question_1="Is your company registered?", fitting_1="yes"
    )


def what_startups_answer(manager: Reader) -> None:
    """The rubric comes first, so that a section can inform a criterion of it."""
    manager.open(f"{SETUP}/rubric").press("Add a criterion").press("Add a criterion", **criterion(1, "Impact", 60))
    manager.press("Save", expect=422, **criterion(2, "Feasibility", 30)).sees("They add up to 90%.")
    manager.press("Save", weight_2="40")
    manager.open(f"{SETUP}/questions").follow("Add a section")
    impact = manager.page.locator("#criterion_id option", has_text="Impact").get_attribute("value")
    manager.press("Save", title="Costs", group="Your pilot", criterion_id=impact)
    manager.open(f"{SETUP}/questions").follow("Add a question")
    manager.press("Save", label="Does it cost the City anything?", kind="yes_no")
    manager.open(f"{SETUP}/questions").follow("Add a question")
    costs = manager.page.locator("#show_if option", has_text="cost the City anything?” is Yes").get_attribute("value")
    manager.press("Save", label="How much a month?", kind="money", show_if=costs)
    manager.open(f"{SETUP}/documents").press("Add a document")
    slot = {
        "title": "Pitch deck",
        "media_types": "application/pdf",
        "max_mb": "10",
        "max_pages": "12",
        "required": "yes",
    }
    manager.press("Save", **{f"{name}_1": value for name, value in slot.items()})


def criterion(place: int, title: str, weight: int) -> dict[str, str]:
    said = {"title": title, "weight": str(weight), "question": f"Is there {title.lower()}?"}
    said |= {f"anchor{points}": words for points, words in enumerate(ANCHORS)}
    return {f"{name}_{place}": value for name, value in said.items()}


def how_it_is_judged_and_paid(manager: Reader) -> None:
    """Two installments that make the stipend."""
    first = {"milestone_1": "Agreed plan", "done_when_1": "The plan is signed.", "due_after_days_1": "30"}
    second = {"milestone_2": "Proof", "done_when_2": "Ten nights are measured.", "due_after_days_2": "120"}
    manager.open(f"{SETUP}/installments").press("Add an installment")
    manager.press("Add an installment", **first, amount_cents_1="10,000")
    manager.press("Save", expect=422, **second, amount_cents_2="14,000").press("Save", amount_cents_2="15,000")
