"""Names, answers and addresses: what is taken, how it is kept, and the sentence of each refusal."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from pglab.web.forms import EmailField, Form, HttpsUrlField, LineField, LongTextField, SecretField, TextField


class Answers(Form):
    """One field of each kind; all may be left empty."""

    name = LineField("Legal name", required=False)
    story = TextField("Story", required=False, max_length=10_000)
    impact = LongTextField("Impact", thing="your answer", word_limit=3, required=False)
    email = EmailField("Email", required=False)
    website = HttpsUrlField("Website", required=False)
    secret = SecretField("Password", required=False)


class Needed(Form):
    """Fields that must be answered."""

    name = LineField("Legal name")
    impact = LongTextField("Impact", word_limit=3, blank="Enter how residents will benefit")
    ein = LineField("EIN")


@pytest.mark.parametrize(
    "name",
    ["Łukasz Żółć", "Nguyễn Thị Ánh", "O'Brien-Smith", "José", "王小明", "محمد", "Å", "раypal",
     "👩‍🚒 Fire ®", "<b>x</b>", "{{7*7}}", "${7*7}", "%s", "' OR 1=1--", "../../"],
)  # fmt: skip
def test_names_are_kept_unchanged(post: Callable[..., Any], name: str) -> None:
    form = post(Answers, name=name)

    assert (form.name.data, form.problems) == (name, [])


def test_names_are_kept_composed_and_trimmed(post: Callable[..., Any]) -> None:
    form = post(Answers, name="\ufeff  " + unicodedata.normalize("NFD", "José   Café") + "\u200b \n")

    assert form.name.data == "José Café"


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\x07", "\x85", "\r\nBcc: b@y.org", "\n", "\t"]
)
def test_hidden_signs_are_refused_in_one_line(post: Callable[..., Any], sign: str) -> None:
    form = post(Answers, name=f"evil{sign}fdp.exe")

    assert [problem.message for problem in form.problems] == [
        "Legal name contains hidden characters. Remove them or type it again."
    ]
    assert form.name.data == ""


def test_several_lines_keep_their_breaks_and_refuse_nul(post: Callable[..., Any]) -> None:
    assert post(Answers, story="one\r\n\r\ntwo\rthree\t ").story.data == "one\n\ntwo\nthree"
    assert post(Answers, story="a\x00b").problems[0].message.startswith("Story contains hidden characters")


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0", "\u3164\u3164", "\u200b", "\r\n"])
def test_what_shows_as_nothing_is_empty(post: Callable[..., Any], blank: str) -> None:
    form = post(Needed, name=blank, impact=blank, ein=blank)

    assert [tuple(problem) for problem in form.problems] == [
        ("name", "Enter legal name"),
        ("impact", "Enter how residents will benefit"),
        ("ein", "Enter EIN"),
    ]


def test_length_is_said_with_both_counts(post: Callable[..., Any]) -> None:
    assert post(Answers, name="x" * 1_000_000).problems[0].message == (
        "Legal name must be 200 characters or fewer. It is 1,000,000 characters."
    )
    assert post(Answers, story="x" * 10_001).problems[0].message == (
        "Story must be 10,000 characters or fewer. It is 10,001 characters."
    )
    assert post(Answers, story="x" * 10_000).problems == []


def test_words_are_said_with_both_counts_and_the_text_is_kept(post: Callable[..., Any]) -> None:
    form = post(Answers, impact="one two three four")

    assert form.problems[0].message == "Your answer must be 3 words or fewer. It is 4 words."
    assert "one two three four" in str(form.impact())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Dana.Ruiz+lab@Example.COM ", "Dana.Ruiz+lab@example.com"),
        ("jürgen@münchen.de", "jürgen@münchen.de"),
        ("dana@curbsense.example", "dana@curbsense.example"),
    ],
)
def test_email_addresses(post: Callable[..., Any], typed: str, kept: str) -> None:
    assert post(Answers, email=typed).email.data == kept


@pytest.mark.parametrize("typed", ["a@b", '"a b"@x.org', "a@[127.0.0.1]", "dana", "a@x.org, b@x.org", "@x.org"])
def test_other_email_addresses_are_refused(post: Callable[..., Any], typed: str) -> None:
    assert post(Answers, email=typed).problems[0].message == "Enter an email address in the format name@example.com"


def test_an_email_address_cannot_carry_a_header_or_be_endless(post: Callable[..., Any]) -> None:
    assert "hidden characters" in post(Answers, email="a@x.org\nBcc:b@y.org").problems[0].message
    assert "254 characters or fewer" in post(Answers, email="a" * 300 + "@x.org").problems[0].message


@pytest.mark.parametrize("typed", ["https://curbsense.example", "https://a.example/x?y=1#z", "HTTPS://A.example:8443/"])
def test_web_addresses(post: Callable[..., Any], typed: str) -> None:
    assert post(Answers, website=typed).website.data == typed


@pytest.mark.parametrize(
    "typed",
    ["curbsense.example", "http://a.example", "javascript:alert(1)", "file:///etc/passwd", "http://169.254.169.254/",
     "https://user:pw@a.example", "https://", "https://localhost", "https://a.example/\"><script>", "//a.example",
     "https://[::1/", "https://a b.example"],
)  # fmt: skip
def test_other_web_addresses_are_refused(post: Callable[..., Any], typed: str) -> None:
    form = post(Answers, website=typed)

    assert (form.problems[0].message, form.website.data) == ("Enter a web address that starts with https://", "")


def test_a_password_is_taken_as_typed_and_never_shown(post: Callable[..., Any]) -> None:
    form = post(Answers, secret="  correct horse é  ")

    assert form.secret.data == "  correct horse é  "
    assert "horse" not in str(form.secret())
