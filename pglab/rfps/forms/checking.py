"""The form of the eligibility check. It is sent in the address and changes nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from pglab.web.forms import FilterForm, YesNoField


def eligibility_form(asked: Iterable[Mapping[str, Any]]) -> FilterForm:
    """One yes or no question for each condition that a startup can check itself."""
    fields = {
        f"rule{each['rule']}": YesNoField(each["question"], blank=f"Select yes or no: {each['question']}")
        for each in asked
    }
    made: type[FilterForm] = type("EligibilityForm", (FilterForm,), fields)
    return made()
