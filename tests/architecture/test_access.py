"""Every view says who may open it, or the application does not start."""

import pytest
from flask import Flask

from config import ROOT, Settings
from pglab import app as composition
from pglab.app import create_app
from pglab.web.security import UndeclaredViewError, check_declarations

ROUTES = ROOT / "docs" / "routes.txt"


def test_every_view_declares_its_access(app: Flask):
    assert [name for name, view in app.view_functions.items() if not hasattr(view, "access")] == []


def test_a_route_without_a_declaration_does_not_start(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Negative control of the test above: one silent route is planted, and the start fails."""
    whole = composition.declare_library_views

    def plant(app: Flask, declarations: dict) -> None:
        whole(app, declarations)
        app.add_url_rule("/planted", "planted", lambda: "open to all")

    monkeypatch.setattr(composition, "declare_library_views", plant)
    with pytest.raises(UndeclaredViewError, match="planted"):
        create_app(settings)


def test_declarations_are_checked_as_the_last_step(app: Flask):
    check_declarations(app)


def test_the_list_of_addresses_is_the_committed_one(app: Flask):
    """`flask docs routes` writes the file; a new address is a reviewed change."""
    from pglab.cli.docs import route_lines  # noqa: PLC0415  (the command module imports every domain)

    assert ROUTES.read_text().splitlines() == route_lines(app)
