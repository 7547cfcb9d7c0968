"""The frame, the pages of plain text and the error pages: one heading, a title of the pattern, nothing inline."""

import re

import pytest
from flask import Flask, flash, render_template, render_template_string

TEXT_PAGES = ["accessibility", "privacy", "public_records", "terms"]
STATUSES = [400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503]
SPLIT_PAGE = """
{% extends "_layouts/page.html" %}{% block title %}Your proposal – L12-7K3Q{% endblock %}
{% block heading %}<h1>CurbSense</h1>{% endblock %}{% block content %}<p>Body</p>{% endblock %}
{% block aside_label %}Deadline{% endblock %}{% block aside %}<p>Soon</p>{% endblock %}
"""


def assert_well_formed(page: str) -> None:
    """What every page of the site keeps."""
    assert page.count("<h1") == 1
    assert re.search(r"<title>(Error: )?[^<]+ – PGH Lab</title>", page)
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page)
    assert "None" not in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", TEXT_PAGES)
def test_text_pages(bare_app: Flask, name: str) -> None:
    with bare_app.test_request_context("/"):
        assert_well_formed(render_template(f"public/{name}.html", demo_notice=True))


@pytest.mark.parametrize("status", STATUSES)
def test_error_pages_give_typed_text_back_as_text(bare_app: Flask, status: int) -> None:
    kept = [("answer", "<b>My text</b>")]
    with bare_app.test_request_context("/apply", method="POST"):
        page = render_template("errors/page.html", status=status, title="Title", message="", kept=kept, resend=True)

    assert_well_formed(page)
    assert "&lt;b&gt;My text&lt;/b&gt;" in page


def test_the_footer_has_its_links_in_one_order(bare_app: Flask) -> None:
    with bare_app.test_request_context("/"):
        page = render_template_string(SPLIT_PAGE)

    footer = page[page.index("<footer") :]
    assert re.findall(r'href="(/[a-z-]+)"', footer) == [
        "/help",
        "/contact",
        "/accessibility",
        "/privacy",
        "/public-records",
        "/search",
    ]
    assert_well_formed(page)


def test_the_aside_stands_between_heading_and_content(bare_app: Flask) -> None:
    with bare_app.test_request_context("/"):
        page = render_template_string(SPLIT_PAGE)

    assert page.index("CurbSense") < page.index('aria-label="Deadline"') < page.index("Body")


def test_what_just_happened_is_said_once_and_as_text(bare_app: Flask) -> None:
    with bare_app.test_request_context("/"):
        flash("<b>Acme</b> is saved.", "success")
        page = render_template_string(SPLIT_PAGE)

    assert page.count("&lt;b&gt;Acme&lt;/b&gt; is saved.") == 1
    assert 'usa-alert--success" role="status"' in page
