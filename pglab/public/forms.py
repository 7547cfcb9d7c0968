"""Filters of the history pages: read from the address, so that a filtered list can be shared."""

from pglab.cohorts.queries import KNOWN, UNKNOWN, History, Wanted
from pglab.cohorts.states import Confidence
from pglab.web.forms import FilterForm, LineField, SelectField

LONGEST_SEARCH = 100


class SearchForm(FilterForm):
    """What to look for."""

    q = LineField("Search", required=False, max_length=LONGEST_SEARCH, thing="what you look for")


class CompanyFilter(FilterForm):
    """Which companies the alumni page shows."""

    words = LineField("Search", required=False, max_length=LONGEST_SEARCH)
    cohort = SelectField("Cohort", required=False, nothing="All cohorts", coerce=int)

    def offer(self, history: History) -> None:
        """Offer the cohorts there are, each with the number of its companies."""
        self.cohort.choices = [
            (each.row.number, f"Cohort {each.row.number}, {each.row.year} ({len(each.entries)})")
            for each in history.rounds
            if each.entries
        ]

    def wanted(self) -> Wanted:
        """What the reader looks for; a choice that cannot be read looks for everything."""
        return Wanted(cohort=self.cohort.data, words=self.words.data or "")


class PilotFilter(CompanyFilter):
    """Which pilots the list shows."""

    host = SelectField("Host", required=False, nothing="All hosts")
    outcome = SelectField(
        "Outcome",
        required=False,
        nothing="Known or not",
        choices=[(KNOWN, "An outcome is known"), (UNKNOWN, "Outcome not known")],
    )
    confidence = SelectField(
        "How sure we are",
        required=False,
        nothing="Any",
        coerce=Confidence,
        choices=[(each, f"{each.value.capitalize()} confidence") for each in Confidence],
    )

    def offer(self, history: History) -> None:
        """Offer also the hosts there are, the busiest first, and those whose host is not known."""
        super().offer(history)
        unknown = sum(entry.hosts is None for entry in history.entries)
        hosts = [(host.key, f"{host.name} ({count})") for host, count in history.hosted]
        self.host.choices = [*hosts, (UNKNOWN, f"Host not known ({unknown})")]

    def wanted(self) -> Wanted:
        """What the reader looks for."""
        return Wanted(
            cohort=self.cohort.data,
            words=self.words.data or "",
            host=self.host.data,
            outcome=self.outcome.data,
            confidence=self.confidence.data,
        )
