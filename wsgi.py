"""The web server's entrance: `granian --interface wsgi wsgi:app`."""

import gc

# What is loaded here stays: looking for garbage among it would take a fifth of the start, and a tenth of a second again
# and again while pages wait.
gc.disable()

from config import Settings  # noqa: E402  (after the line above, which is about what is loaded)
from pglab.app import create_app  # noqa: E402  (as above)

app = create_app(Settings.from_env())

gc.freeze()
gc.enable()
