"""Official changes in the demo: addenda, a later deadline and a cancellation, each by two people."""

from datetime import timedelta
from typing import Any

from pglab.addenda import queries, services
from pglab.addenda.models import Addendum
from pglab.addenda.states import AddendumKind
from pglab.cli.demo import city
from pglab.rfps import queries as rfp_queries


def prepare(number: int, words: services.AddendumWords, key: str, value: Any) -> None:
    """The first program manager prepares an addendum with one change and hands it over."""
    actor = city.person("Priya Shah")
    addendum = services.prepare_addendum(city.rfp(number), words, actor=actor)
    services.propose_change(addendum, key, value, version=addendum.version, actor=actor)
    services.ask_issue(addendum, version=addendum.version, actor=actor)


def issue(number: int, kind: AddendumKind = AddendumKind.CONTENT) -> None:
    """The second person issues what waits."""
    addendum = queries.get_open_addendum(city.rfp(number), kind)
    services.issue_addendum(addendum, seen=seen(addendum), actor=city.person("Helen Novak"))


def seen(addendum: Addendum) -> services.Seen:
    """What the second person looks at."""
    return services.Seen(addendum.version, rfp_queries.latest_version(addendum.rfp_id).number)


def ask_later_deadline(number: int, by: timedelta, reason: str) -> None:
    """The first program manager asks for a later deadline."""
    rfp = city.rfp(number)
    services.ask_extension(rfp, services.Extension(rfp.closes_at + by, reason), actor=city.person("Priya Shah"))


def extend(number: int) -> None:
    """The second person moves the deadline."""
    issue(number, AddendumKind.DEADLINE)


def ask_to_cancel(number: int, reason: str) -> None:
    """The first program manager asks to cancel."""
    services.ask_cancellation(city.rfp(number), reason=reason, actor=city.person("Priya Shah"))


def cancel(number: int) -> None:
    """The second person cancels."""
    services.confirm_cancellation(city.rfp(number), request=1, actor=city.person("Helen Novak"))
