"""How long it takes to say that there is nothing here tells nothing either (P3).

Looking for a proposal that somebody may not see costs PostgreSQL a moment more than looking for one that does not
exist: its row is found, and the policies are asked. Two tenths of a millisecond cannot be heard in one answer, but in
thousands. So every refusal about an address that names a proposal leaves at the next full slice of time.
"""

import time

from flask import Flask, Response, request

from pglab.web.request_log import milliseconds

SLICE_MS = 10
REFUSALS = (403, 404)
NAMES_A_PROPOSAL = {"reference", "proposal"}


def init_even_time(app: Flask) -> None:
    """Let refusals about proposals wait for the end of their slice."""
    app.after_request(leave_with_the_slice)


def leave_with_the_slice(response: Response) -> Response:
    """The answer as it is; a refusal about a proposal once its time is a whole number of slices."""
    if response.status_code in REFUSALS and NAMES_A_PROPOSAL & (request.view_args or {}).keys():
        time.sleep(-milliseconds() % SLICE_MS / 1000)
    return response
