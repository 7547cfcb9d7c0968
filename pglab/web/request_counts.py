"""How many requests this process answered, how, and how fast: for monitoring, and by nothing that tells of a person.

Only the class of the status counts: requests by address would tell how often somebody submitted before the opening.
"""

import threading
from collections import Counter

from flask import Flask, Response

from pglab.web.request_log import milliseconds

SLOWEST = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; the upper edges of the histogram

_lock = threading.Lock()
_answers: Counter[str] = Counter()
_within: Counter[float] = Counter()
_seconds = [0.0]


def init_request_counts(app: Flask) -> None:
    """Count every answer of this process, errors included."""

    @app.after_request
    def count(response: Response) -> Response:
        seconds = milliseconds() / 1000
        with _lock:
            _answers[f"{response.status_code // 100}xx"] += 1
            _seconds[0] += seconds
            for edge in SLOWEST:
                _within[edge] += seconds <= edge
        return response


def request_lines() -> list[str]:
    """The counts in the text format of Prometheus."""
    with _lock:
        answers, within, seconds = dict(_answers), dict(_within), _seconds[0]
    total = sum(answers.values())
    return [
        "# TYPE pglab_requests_total counter",
        *(f'pglab_requests_total{{status="{status}"}} {count}' for status, count in sorted(answers.items())),
        "# TYPE pglab_request_seconds histogram",
        *(f'pglab_request_seconds_bucket{{le="{edge}"}} {within.get(edge, 0)}' for edge in SLOWEST),
        f'pglab_request_seconds_bucket{{le="+Inf"}} {total}',
        f"pglab_request_seconds_sum {seconds:.6f}",
        f"pglab_request_seconds_count {total}",
    ]
