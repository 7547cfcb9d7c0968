"""The city in which one more startup has applied, for the proofs of the seal; made once a worker."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask

from pglab.accounts.models import User
from pglab.adapters.storage import StartedParts, current_store
from pglab.app import create_app
from pglab.core.clock import official_now
from pglab.core.db import db
from pglab.documents.models import Upload
from pglab.reports.routes import DATASETS
from tests.support import databases
from tests.support.client import client_for
from tests.support.demo import demo_database
from tests.support.undoing import undone
from tests.trust.sealing.canaries import Planted, plant
from tests.trust.sealing.rounds import City
from tests.trust.world import IDS, Place, places, proposal_of


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """Its own people have looked at everything before, so whatever may be kept for the next reader is kept."""
    with databases.copy_of(demo_database(), databases.run_name("canary")) as settings:
        app = create_app(replace(settings, metrics_token="m" * 32))
        app.config["PROPAGATE_EXCEPTIONS"] = False  # a fault becomes a page, as it does for people
        with app.app_context():
            planted = plant(databases.OfficialClock(settings))
            made = City(app, planted, [*about(app, planted), *datasets()])
            db.session.remove()
        look_as_its_owner(made)
        yield made
        with app.app_context():
            tidy_store(planted)
        databases.hang_up(app)


def about(app: Flask, planted: Planted) -> list[Place]:
    """Every route and method, about the planted proposal instead of the demo's own."""
    theirs = proposal_of("sealed", "CurbSense")
    swaps = {
        theirs.reference: planted.names["reference"],
        str(theirs.id): planted.names["proposal"],
        str(IDS["refusal_id"]()): planted.names["refusal"],
        str(IDS["request_id"]()): planted.names["request"],
        str(UUID(int=0)): planted.names["upload"],
    }
    return [swapped(place, swaps) for place in places(app) if place.endpoint != "static"]


def swapped(place: Place, swaps: dict[str, str]) -> Place:
    address = place.address
    for theirs, ours in swaps.items():
        address = address.replace(theirs, ours)
    return replace(place, address=address)


def datasets() -> list[Place]:
    """Every open dataset; the matrix asks for one."""
    return [
        Place(f"reports.dataset_{kind}", name, "GET", f"/transparency/{name}.{kind}")
        for name in DATASETS
        for kind in ("csv", "json")
        if name != "cohorts"
    ]


def look_as_its_owner(city: City) -> None:
    """Its representative opens every page there is."""
    with undone(city.app):
        client = client_for(city.app).sign_in(db.session.get_one(User, city.planted.owner_id))
        for place in city.listed:
            if place.method == "GET":
                response = client.get(place.address, check=False)
                city.own |= city.search_for(place.address).in_response(response)
                response.close()


def tidy_store(planted: Planted) -> None:
    """Leave nothing of it in the bucket that all tests share."""
    db.session.execute(db.text("SELECT set_config('pglab.viewer', 'worker', true)"))
    upload = db.session.get_one(Upload, UUID(planted.names["upload"]))
    current_store().drop_parts(StartedParts(upload.storage_key, upload.store_upload_id, official_now()))
    for key in planted.keys:
        current_store().delete(key)
