"""The site as people meet it: served on this machine over a database of its own, with everything really committed."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from config import ROOT, Settings
from pglab.app import create_app
from tests.support import databases, services


class QuietRequests(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_request(self, *_given: object) -> None:
        pass


@dataclass
class Site:
    """One running copy of the product, its database and its official clock."""

    app: Flask
    settings: Settings
    address: str
    clock: databases.OfficialClock

    def work(self) -> None:
        """Do what pages left for later, as `flask worker` does, until nothing waits."""
        given = {
            **os.environ,
            **services.settings(),
            "PGLAB_ENVIRONMENT": "development",
            "DATABASE_URL": self.settings.database_url,
            "DATABASE_OWNER_URL": self.settings.database_owner_url,
            "BASE_URL": self.address,
            "MAIL_SERVER": self.settings.mail_server or "",
            "MAIL_PORT": str(self.settings.mail_port),
        }
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--once"]
        subprocess.run(  # noqa: S603  (our own command)
            command, cwd=ROOT, env=given, check=True, capture_output=True, timeout=60
        )


@contextmanager
def served(settings: Settings, *, host: str = "127.0.0.1") -> Iterator[Site]:
    """Serve the product as on a developer's machine (demo people, kept mail, official time) on a free port of this
    machine, called by its address or by name."""
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True, request_handler=QuietRequests)
    address = f"http://{host}:{server.port}"
    here = replace(settings, environment="development", base_url=address, trusted_hosts=("127.0.0.1", "localhost"))
    server.app = app = create_app(here)  # only now, for the app is told its address
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600  # as in production: built files are named after their content
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Site(app, here, address, databases.OfficialClock(settings))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        databases.hang_up(app)
