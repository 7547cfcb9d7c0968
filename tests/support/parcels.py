"""A browser's part in an upload, without a browser: the same requests, one part after the other."""

import hashlib
import re
import urllib.error
import urllib.request
from typing import Any

from tests.support.client import Client


def ticket_on(page: str) -> str:
    """The ticket a page gave its script."""
    found = re.search(r'data-ticket="([^"]+)"', page)
    assert found, "the page has no ticket"
    return found[1]


def begin(client: Client, ticket: str, content: bytes, filename: str = "deck.pdf", **given: Any) -> Any:
    """Announce a file; gives the answer."""
    announced = {
        "ticket": ticket,
        "filename": filename,
        "size": len(content),
        "fingerprint": hashlib.sha256(content).hexdigest(),
        **given,
    }
    return client.post("/uploads", data=announced, headers={"Accept": "application/json"})


def put(url: str, content: bytes) -> int:
    """Send one part to the store; the store's answer."""
    request = urllib.request.Request(url, data=content, method="PUT")  # noqa: S310  (the store's own address)
    request.add_header("Content-Type", "")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  (as above)
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def send(client: Client, ticket: str, content: bytes, filename: str = "deck.pdf") -> str:
    """Send a whole file in parts; gives the name of the upload."""
    state = begin(client, ticket, content, filename).json
    while state["part"]:
        part = state["part"]
        assert put(part["url"], content[part["start"] : part["end"]]) == 200
        state = client.get(f"/uploads/{state['id']}").json
    return str(state["id"])
