"""A bare app: enough for forms and templates, without a database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from pglab.web import assets, filters
from pglab.web.forms import Form
from pglab.web.kept_forms import page_to_name

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def bare_app() -> Flask:
    """The templates and filters of the product in an app of nothing else."""
    app = Flask("bare", root_path=str(ROOT), static_folder="static/dist", template_folder="templates")
    app.config.update(SECRET_KEY="unit-test", TESTING=True, WTF_CSRF_ENABLED=False)
    filters.register(app)
    assets.register(app)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.jinja_env.globals["page_to_name"] = page_to_name
    app.context_processor(lambda: {"current_user": SimpleNamespace(is_authenticated=False)})
    return app


@pytest.fixture
def post(bare_app: Flask) -> Iterator[Callable[..., Any]]:
    """Fill in and check a form: `post(SomeForm, name="x")` gives the checked form."""
    contexts = []

    def fill(form: type[Form], **posted: Any) -> Form:
        context = bare_app.test_request_context(method="POST", data=posted or {"other": "field"})
        context.push()
        contexts.append(context)
        filled = form()
        filled.submitted()
        return filled

    yield fill
    for context in reversed(contexts):
        context.pop()
