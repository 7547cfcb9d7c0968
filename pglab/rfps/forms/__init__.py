"""Forms of cohorts being built, and of the proposal form, which startups fill in and program managers preview."""

from pglab.rfps.forms.asked import as_answer, as_text, field_name, posted_questions
from pglab.rfps.forms.asked import section_form as asked_form
from pglab.rfps.forms.asking import KIND_WORDS, question_form, section_form
from pglab.rfps.forms.call import (
    DetailsForm,
    EditForm,
    HostForm,
    MoveForm,
    PublishForm,
    ReturnForm,
    ReviewForm,
    StagesForm,
    area_form,
    dates_form,
    new_cohort_form,
)
from pglab.rfps.forms.checking import eligibility_form
from pglab.rfps.forms.parts import (
    MEGABYTE,
    POINTS,
    Fields,
    Row,
    criterion_fields,
    fill_numbered,
    installment_fields,
    numbered,
    read_numbered,
    rearrange,
    retyped,
    rule_fields,
    slot_fields,
    typed_rows,
)
from pglab.rfps.forms.parts import section_fields as notice_fields

__all__ = [
    "KIND_WORDS",
    "MEGABYTE",
    "POINTS",
    "DetailsForm",
    "EditForm",
    "Fields",
    "HostForm",
    "MoveForm",
    "PublishForm",
    "ReturnForm",
    "ReviewForm",
    "Row",
    "StagesForm",
    "area_form",
    "as_answer",
    "as_text",
    "asked_form",
    "criterion_fields",
    "dates_form",
    "eligibility_form",
    "field_name",
    "fill_numbered",
    "installment_fields",
    "new_cohort_form",
    "notice_fields",
    "numbered",
    "posted_questions",
    "question_form",
    "read_numbered",
    "rearrange",
    "retyped",
    "rule_fields",
    "section_form",
    "slot_fields",
    "typed_rows",
]
