"""The shape of the house: where things may stand, how large a room may be, and that nothing lies around unused."""

import re
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT

PYTHON = sorted((ROOT / "pglab").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DOMAIN_FILES = {
    *("__init__", "states", "models", "policy", "queries", "notices", "services"),
    *("jobs", "receivers", "forms", "routes", "cli"),
}
NOT_DOMAINS = {"core", "adapters", "web", "cli"}
VAGUE = re.compile(r"(^|/)(utils?|helpers?|common|misc|stuff)(\.|/|$)")


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def mentions(pattern: str, allowed: set[str]) -> list[str]:
    """The product's files outside `allowed` whose text matches."""
    found = re.compile(pattern)
    return [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if str(path.relative_to(ROOT)) not in allowed and found.search(path.read_text(encoding="utf-8"))
    ]


def test_only_one_module_commits():
    assert mentions(r"session\.(commit|rollback)\(", {"pglab/core/db.py"}) == []


def test_only_the_settings_read_the_environment():
    # The embedded servers hand an environment of their own to the processes they start.
    assert [path for path in mentions(r"os\.environ|os\.getenv", set()) if "adapters/" not in path] == []


def test_only_the_clock_reads_the_machines_time():
    assert mentions(r"datetime\.(now|utcnow|today)\(|date\.today\(", {"pglab/core/clock.py"}) == []


@pytest.mark.parametrize(
    ("paths", "limit"),
    [(PYTHON, 400), ([p for p in TEMPLATES if p.suffix == ".html"], 200), (TESTS, 400)],
    ids=["code", "templates", "tests"],
)
def test_files_stay_within_their_limits(paths: list[Path], limit: int):
    assert {str(path.relative_to(ROOT)): lines(path) for path in paths if lines(path) > limit} == {}


def test_domains_use_the_fixed_file_names():
    strange = [
        str(path.relative_to(ROOT))
        for domain in (ROOT / "pglab").iterdir()
        if domain.is_dir() and domain.name not in NOT_DOMAINS and not domain.name.startswith("__")
        for path in domain.iterdir()
        if path.name not in ("__pycache__", "data")
        and path.stem not in DOMAIN_FILES
        and path != ROOT / "pglab/accounts/session.py"
    ]
    assert strange == []


def test_no_room_is_called_by_a_name_that_says_nothing():
    assert [str(path) for path in [*PYTHON, *TEMPLATES, *TESTS] if VAGUE.search(str(path.relative_to(ROOT)))] == []


def test_every_template_compiles_and_is_used(app: Flask):
    for path in TEMPLATES:
        app.jinja_env.get_template(str(path.relative_to(ROOT / "templates")))
    texts = "\n".join(path.read_text(encoding="utf-8") for path in [*PYTHON, *TEMPLATES])
    unused = []
    for path in TEMPLATES:
        name = str(path.relative_to(ROOT / "templates"))
        # Mails are named without folder `emails/` and ending; Flask-Security looks its pages up by name.
        key = name.removeprefix("emails/").rsplit(".", 1)[0] if name.startswith("emails/") else name
        if key not in texts and not name.startswith("security/"):
            unused.append(name)
    assert unused == []
