"""What code and pages must say about themselves, and how long they may go on: read from the source, not run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT

PRODUCT = sorted((ROOT / "pglab").rglob("*.py"))
OURS = [*PRODUCT, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py")), ROOT / "config.py"]
PAGES = sorted((ROOT / "templates").rglob("*.html"))
RULE_FILES = {"services", "queries", "policy"}
FUNCTION_LINES, ROUTE_LINES, CLASS_LINES, FILES_IN_A_FOLDER = 50, 35, 120, 20
# Words of other trades: the glossary's own are proposal, startup, evaluator, award, not selected.
FOREIGN_WORDS = re.compile(
    r"\b(winners?|rejected|rejection|judges|bidders?|grantees?|blacklist\w*|whitelist\w*)\b", re.I
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def nodes(paths: list[Path], kind: type | tuple[type, ...]) -> Iterator[tuple[Path, ast.AST]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield path, node


def length(node: ast.AST) -> int:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def is_rule(path: Path) -> bool:
    """Whether the file, or the package it lies in, is one of a domain's files of rules."""
    return path.stem in RULE_FILES or path.parent.name in RULE_FILES


def test_functions_fit_on_a_screen():
    found = [where(path, node) for path, node in nodes(OURS, Function) if length(node) > FUNCTION_LINES]
    assert found == []


def test_routes_hold_no_rule_so_they_are_short():
    routes = [path for path in PRODUCT if path.stem == "routes" or path.parent.name == "routes"]
    views = [
        (path, node) for path, node in nodes(routes, Function) if isinstance(node, Function) and node.decorator_list
    ]
    assert len(views) > 100
    assert [where(path, node) for path, node in views if length(node) > ROUTE_LINES] == []


def test_tables_stay_readable():
    models = [path for path in PRODUCT if path.stem == "models" or path.parent.name == "models"]
    assert [where(path, node) for path, node in nodes(models, ast.ClassDef) if length(node) > CLASS_LINES] == []


def test_folders_are_not_heaps():
    folders: dict[Path, int] = {}
    for path in [*OURS, *PAGES]:
        folders[path.parent] = folders.get(path.parent, 0) + (path.name != "__init__.py")
    assert {str(folder): count for folder, count in folders.items() if count > FILES_IN_A_FOLDER} == {}


def test_public_rules_say_what_they_rule():
    """Every public function of services, queries and policy states its rule or effect in words."""
    silent = [
        where(path, node)
        for path in PRODUCT
        if is_rule(path)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, Function) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_and_every_table_says_what_it_is_about():
    silent = [
        str(path.relative_to(ROOT))
        for path in OURS
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    models = [path for path in PRODUCT if path.stem == "models" or path.parent.name == "models"]
    silent += [
        where(path, node)
        for path, node in nodes(models, ast.ClassDef)
        if isinstance(node, ast.ClassDef) and not ast.get_docstring(node)
    ]
    assert silent == []


def test_an_exception_to_a_rule_gives_its_reason():
    """`noqa: X` and `type: ignore[x]` are followed by words on the same line."""
    bare = re.compile(r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type:\s*ignore(\[[\w, -]+\])?)\s*$")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in OURS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_nothing_is_put_off():
    waiting = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    texts = [path for path in [*OURS, *PAGES] if path != Path(__file__)]
    assert [str(path) for path in texts if waiting.search(path.read_text(encoding="utf-8"))] == []


def test_pages_carry_no_script_and_no_style_of_their_own():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.I)
    assert [str(path) for path in PAGES if inline.search(path.read_text(encoding="utf-8"))] == []


def test_pages_and_mails_use_the_glossary():
    texts = [*PAGES, *sorted((ROOT / "templates").rglob("*.txt"))]
    found = {
        str(path.relative_to(ROOT)): FOREIGN_WORDS.findall(path.read_text(encoding="utf-8"))
        for path in texts
        if FOREIGN_WORDS.search(path.read_text(encoding="utf-8"))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "<script>go()</script>",
        '<p style="color: red">',
        '<a onclick="go()">',
    ],
)
def test_the_search_for_inline_code_finds_it(line: str):
    """Negative control of the test above it."""
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", line, re.I)
