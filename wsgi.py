"""The web server's entrance: `granian --interface wsgi wsgi:app`."""

from config import Settings
from pglab.app import create_app

app = create_app(Settings.from_env())
