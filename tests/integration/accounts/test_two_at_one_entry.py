"""Two people change one startup's entry at once: nothing is overwritten unseen, and nothing that was typed is lost."""

from collections.abc import Callable

import pytest

from pglab.accounts import queries
from pglab.accounts.models import Organization, User
from tests.factories.accounts import make_user
from tests.support.accounts import ENTRY
from tests.support.client import Client
from tests.support.person import Person

Login = Callable[[User], Client]


@pytest.fixture
def page(login: Login) -> str:
    """The form of a startup that Dana has just registered."""
    answer = login(make_user("Dana Ruiz")).post("/apply/organizations/new", data={**ENTRY, "ownership": "women"})
    return f"{answer.location}/profile"


def entry() -> Organization:
    found = queries.find_organization_by_name("CurbSense Inc.")
    assert found is not None
    return found


def two_tabs(login: Login, page: str) -> tuple[Person, Person]:
    """The same form open twice."""
    dana = entry().memberships[0].user
    return Person(login(dana)).open(page), Person(login(dana)).open(page)


def test_a_field_that_only_the_other_changed_stays_theirs(login: Login, page: str) -> None:
    one, other = two_tabs(login, page)
    one.press("Save changes", city="Etna", ownership=["women", "workers"])
    other.press("Save changes", people="9").sees("What a colleague changed meanwhile stays: city and who owns most")

    found = entry()
    assert (found.city, found.people, found.ownership) == ("Etna", 9, ["women", "workers"])


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Mine Rd"), ("theirs", "Theirs Rd"), ("combine", "Both Rd")])
def test_the_person_chooses_between_the_two_texts(login: Login, page: str, choice: str, kept: str) -> None:
    """Red where the second save is taken without a look: it then ends in 303 with only its own text."""
    one, other = two_tabs(login, page)
    one.press("Save changes", street="Theirs Rd", city="Etna")
    other.press("Save changes", street="Mine Rd", people="9", expect=409)
    other.sees("Nothing was overwritten", "Dana Ruiz", "Mine Rd", "Theirs Rd", "Use mine", "Use theirs", "Combine")
    assert (entry().street, entry().people, entry().version) == ("Theirs Rd", 4, 2)

    typed = {"street": kept} if choice == "combine" else {}
    other.press("Save changes", **{"street-keep": choice}, **typed)
    assert (entry().street, entry().city, entry().people) == (kept, "Etna", 9)


def test_lists_are_chosen_whole(login: Login, page: str) -> None:
    one, other = two_tabs(login, page)
    one.press("Save changes", ownership=["workers"], registration_state="Ohio")
    other.press("Save changes", ownership=["women", "minority"], registration_state="Texas", expect=409)
    other.sees("People of color", "cooperative", "Ohio", "Texas").does_not_see("Combine")
    other.press("Save changes", **{"ownership-keep": "mine", "registration_state-keep": "theirs"})

    assert (entry().ownership, entry().registration_state) == (["women", "minority"], "Ohio")


def test_a_third_text_in_between_is_shown_again(login: Login, page: str) -> None:
    one, other = two_tabs(login, page)
    one.press("Save changes", street="Theirs Rd")
    other.press("Save changes", street="Mine Rd", expect=409)
    one.open(page).press("Save changes", street="Third Rd")
    other.press("Save changes", expect=409).sees("Third Rd", "Mine Rd")
    other.press("Save changes")

    assert entry().street == "Mine Rd"


@pytest.mark.parametrize("seen", ["", "99", "0", "x"])
def test_a_page_that_does_not_say_what_it_saw_overwrites_nothing(login: Login, page: str, seen: str) -> None:
    dana = entry().memberships[0].user
    answer = login(dana).post(page, data={**ENTRY, "city": "Etna", "version": seen})

    assert answer.status_code in (409, 422)
    assert (entry().city, entry().version) == ("Pittsburgh", 1)
    assert 'value="Etna"' in answer.text
