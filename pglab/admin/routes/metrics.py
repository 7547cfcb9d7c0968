"""Figures for the City's monitoring, in the text format of Prometheus."""

import hmac

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from pglab.admin import queries
from pglab.admin.routes.blueprint import bp
from pglab.core.errors import NotFoundError
from pglab.web.request_counts import request_lines
from pglab.web.security import public


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """How this process and the work behind the pages are; for whoever sends METRICS_TOKEN, nothing for anybody else."""
    token = current_app.config["SETTINGS"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFoundError("There is nothing here.")
    lines = [f"# TYPE {name} gauge\n{name} {number:g}" for name, number in queries.list_gauges().items()]
    return Response("\n".join([*request_lines(), *lines, ""]), mimetype="text/plain")
