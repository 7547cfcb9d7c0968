"""P16: honest files with bytes changed, and the whole hostile corpus, through both programs that parse: each answers
within its limits, and what it says has the agreed shape."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pglab.adapters import renderer
from pglab.adapters.inspector import JPEG, PDF, PNG, inspect_file
from tests.support import files
from tests.support.hostile import GROUPS, corpus
from tests.support.scoreboard import Scores

pytestmark = pytest.mark.slow

ALL = frozenset({PDF, PNG, JPEG})
HONEST = [files.make_pdf(2), files.make_picture("PNG"), files.make_picture("JPEG")]
CHANGED = 120


def changed(number: int) -> Iterator[bytes]:
    """So many honest files, each with up to eight bytes changed, cut out or doubled; the same ones every time."""
    chance = random.Random(16)  # noqa: S311 - to be repeatable, not to be secret
    for n in range(number):
        content = bytearray(HONEST[n % len(HONEST)])
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(content))
            match chance.randrange(3):
                case 0:
                    content[place] = chance.randrange(256)
                case 1:
                    del content[place : place + chance.randint(1, 16)]
                case _:
                    content[place:place] = content[place : place + chance.randint(1, 16)]
        yield bytes(content)


def through_both(contents: Iterator[bytes], path: Path) -> tuple[int, int, int]:
    """How many files went through, were taken in, and had a first page drawn. Nothing raises."""
    tried = taken = drawn = 0
    for content in contents:
        path.write_bytes(content)
        tried += 1
        found = inspect_file(path, allowed=ALL, max_pages=None)
        assert bool(found.problems) != (found.media_type in ALL)
        taken += not found.problems
        page = renderer.draw_page(path, 1)
        drawn += page is not None
        if page is not None:
            assert page.image.startswith(b"\xff\xd8\xff") and max(page.width, page.height) <= renderer.LARGEST_SIDE
    return tried, taken, drawn


def test_changed_and_hostile_files_go_through_both_programs(tmp_path: Path, scored: Scores):
    """Also what the first program would have refused is given to the second: it stands on its own."""
    hostile = (each.content for group in GROUPS for each in corpus(group))
    bad, _, _ = through_both(hostile, tmp_path / "file")
    mutated, taken, drawn = through_both(changed(CHANGED), tmp_path / "file")
    honest, all_taken, all_drawn = through_both(iter(HONEST), tmp_path / "file")

    assert bad + mutated >= 300
    assert (all_taken, all_drawn) == (honest, honest), "refusing everything would be no proof"
    assert 0 < taken < mutated, "some changes matter and some do not"
    assert drawn > 0
    scored("P16", what="hostile and changed files through both programs, answers out of shape", sample=bad + mutated)


@pytest.mark.full
def test_ten_thousand_changed_files_go_through_both_programs(tmp_path: Path, scored: Scores):
    tried, _, _ = through_both(changed(10_000), tmp_path / "file")
    scored("P16", what="changed files through both programs, answers out of shape", sample=tried)
