"""Forms: what people type is tidied, checked and answered in plain words, the same way on every page.

A field says what it wants ("Enter your legal name"), keeps exactly what was typed when it refuses, and never relies on
the browser: no `required` attribute, no maximum length that cuts a pasted text. Rules of the business stand in
services; a refusal from there is put beside its field with `form.show(error)`. templates/_macros/form.html draws them.
"""

from pglab.web.forms.choices import (
    ChoiceField,
    ManyChoiceField,
    Option,
    SelectField,
    TickField,
    YesNoField,
    as_posted,
)
from pglab.web.forms.clashes import chosen_of, show_stored, takes_theirs
from pglab.web.forms.dates import DateField, EasternDateTimeField, read_day
from pglab.web.forms.form import (
    AskedField,
    FilterForm,
    Form,
    IdempotencyKeyField,
    Problem,
    UploadField,
    VersionField,
    in_sentence,
)
from pglab.web.forms.numbers import MoneyField, WholeNumberField
from pglab.web.forms.words import EmailField, HttpsUrlField, LineField, LongTextField, SecretField, TextField

__all__ = [
    "AskedField",
    "ChoiceField",
    "DateField",
    "EasternDateTimeField",
    "EmailField",
    "FilterForm",
    "Form",
    "HttpsUrlField",
    "IdempotencyKeyField",
    "LineField",
    "LongTextField",
    "ManyChoiceField",
    "MoneyField",
    "Option",
    "Problem",
    "SecretField",
    "SelectField",
    "TextField",
    "TickField",
    "UploadField",
    "VersionField",
    "WholeNumberField",
    "YesNoField",
    "as_posted",
    "chosen_of",
    "in_sentence",
    "read_day",
    "show_stored",
    "takes_theirs",
]
