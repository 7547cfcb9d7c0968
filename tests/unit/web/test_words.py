"""Word limits count the same on the page while typing and on the server."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pglab.core.text import count_words

ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "tests/support/word_vectors.json").read_text(encoding="utf-8"))
RUN = """
import { countWords } from "%s";
const vectors = JSON.parse(process.argv[1]);
console.log(JSON.stringify(vectors.map((vector) => countWords(vector.text))));
"""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_the_server_counts(vector: dict[str, str | int]) -> None:
    assert count_words(str(vector["text"])) == vector["words"]


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is only needed to build the scripts")
def test_the_page_counts_the_same() -> None:
    script = RUN % (ROOT / "static/src/js/parts/words.js").as_uri()
    command = [str(shutil.which("node")), "--input-type=module", "-e", script, json.dumps(VECTORS)]

    counted = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603  # our own script

    assert counted == [vector["words"] for vector in VECTORS]
