"""P1: before the opening nothing of a proposal comes out of any route, for anybody but its own organization.

Sample: every route and method as each of fourteen people, with a proposal that carries 128 random bits in every answer,
file name, file, title and declaration, while its call is open and again when it has closed; lists also with words to
search for. Searched are bodies, headers and every line logged meanwhile: as they are, decompressed, and in hexadecimal,
base64 and UTF-16.
"""

import base64
import gzip
import io
import zipfile
from datetime import timedelta

import pytest

from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.rfps.models import Rfp
from tests.support.databases import OfficialClock
from tests.support.scoreboard import Scores
from tests.trust.sealing.rounds import City, sweep
from tests.trust.sealing.searching import Search
from tests.trust.world import PEOPLE

pytestmark = pytest.mark.slow

GROUPS = {
    "outsiders": ["visitor", "disabled", "founder", "teammate"],
    "rivals": ["rival", "onlooker", "champion"],
    "readers": ["evaluator", "conflicted", "auditor", "admin"],
    "deciders": ["manager", "director", "finance"],
}


def test_the_groups_are_everybody() -> None:
    assert sorted(role for roles in GROUPS.values() for role in roles) == sorted(PEOPLE)


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize("group", GROUPS)
def test_nothing_of_a_sealed_proposal_comes_out_of_any_route(
    city: City, scored: Scores, group: str, closed: bool
) -> None:
    clock = OfficialClock(city.app.config["SETTINGS"])
    if closed:
        with city.app.app_context():
            clock.move(db.session.get_one(Rfp, city.planted.rfp_id).closes_at - official_now() + timedelta(hours=2))
            db.session.remove()
    try:
        found = sweep(city, city.listed, GROUPS[group], searching=not closed)
    finally:
        clock.reset()
    assert found.leaks == {}
    assert found.answers >= 300 * len(GROUPS[group])
    scored(
        "P1",
        what=f"answers to others ({group}, call {'closed' if closed else 'open'}) with a canary of a sealed proposal",
        sample=found.answers,
    )


def test_its_own_team_does_see_it(city: City, scored: Scores) -> None:
    """Control: the same search finds canaries of every kind in the pages of the startup itself."""
    kinds = {place.rpartition(" ")[2] for place in city.own}
    assert {"name", "body", "title", "declaration", "reference", "refusal", "receipt", "hash"} <= kinds
    assert any(place.startswith("unsent answer") for place in city.own)
    assert any(place.startswith("sent answer") for place in city.own)
    scored("P1", control=f"the same search finds {len(city.own)} canaries in the pages of the startup itself")


def test_the_search_knows_every_way_of_writing() -> None:
    search = Search({"here": (word := "0123456789abcdef0123456789abcdef")})
    raw, packed = word.encode(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.xml", b"x" * 50 + raw)
    written = [raw, raw.hex().encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), gzip.compress(b"x" + raw)]
    written += [base64.b64encode(b"z" * before + raw + b"zz") for before in range(7)]
    found = [search.in_bytes(b"... " + content + b" ...") or content for content in written]
    assert [*found, search.in_bytes(packed.getvalue())] == [{"here"}] * (len(written) + 1)
