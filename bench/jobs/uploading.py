"""Files: how fast they reach the store through us, as a share of putting them there directly, and what that holds."""

import http.client
import io
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from urllib.parse import urlencode, urlsplit

import pikepdf

from bench.client import Load
from bench.jobs.processes import largest, memory
from bench.measuring import alternate, report
from bench.people import SignedIn, signed_in
from bench.server import Server, product
from bench.world import OPEN_COHORT, add_proposals, city, submitted_in
from tests.support import services

SIZE, FILES, AT_ONCE, PEOPLE, CROWD = 4 * 1024 * 1024, 12, 2, 96, 20
SLOT = "pitch-deck"


@cache
def content() -> bytes:
    """A PDF of four mebibytes that does not shrink."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pdf.make_stream(b"% " + secrets.token_hex(SIZE // 2).encode() + b"\n")
        made = io.BytesIO()
        pdf.save(made, compress_streams=False)
        return made.getvalue()


def megabytes(load: Load) -> float:
    """Megabytes a second."""
    return load.rate * len(content()) / 1e6


class Browser:
    """One person who puts a file into their draft over one connection."""

    def __init__(self, server: Server, person: SignedIn, number: int) -> None:
        self.person = person
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.page = f"/apply/proposals/L{OPEN_COHORT}-{number:04}/documents/{SLOT}"

    def ask(self, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded") -> tuple[int, bytes]:
        """One request; its status and text."""
        headers = {"Host": "localhost", "Cookie": self.person.cookie, "Accept": "text/html"}
        if body:
            headers["Content-Type"] = kind
        self.connection.request("POST" if body else "GET", path, body or None, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def send_form(self) -> None:
        """The file with the form; turned away, they try again."""
        edge = "pglab-bench-7MA4YWxkTrZu0gW"
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.person.token}\r\n'
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        body = head.encode() + content() + f"\r\n--{edge}--\r\n".encode()
        self._until_taken(lambda: self.ask(self.page, body, f"multipart/form-data; boundary={edge}"))

    def send_parts(self) -> None:
        """The file in parts to the store, as the script of the page does, and then the form that names it."""
        status, page = self.ask(self.page)
        ticket = re.search(rb'data-ticket="([^"]+)"', page)
        if status != 200 or ticket is None:
            raise RuntimeError(f"the page with the form was answered with {status}")
        told = {"csrf_token": self.person.token, "ticket": ticket[1].decode(), "filename": "plan.pdf"}
        announced = {**told, "size": len(content()), "fingerprint": secrets.token_hex(16), "over": "yes"}
        status, text = self.ask("/uploads", urlencode(announced).encode())
        state = json.loads(text) if status == 201 else {}
        while state.get("part"):
            part = state["part"]
            put(part["url"], content()[part["start"] : part["end"]])
            state = json.loads(self.ask(f"/uploads/{state['id']}")[1])
        sent = urlencode({"csrf_token": self.person.token, "file_upload": state["id"]}).encode()
        self._until_taken(lambda: self.ask(self.page, sent))

    def _until_taken(self, send: Callable[[], tuple[int, bytes]]) -> None:
        while True:
            status, text = send()
            if status == 303:
                return
            if status != 503:
                raise RuntimeError(f"a file was answered with {status}: {text[-2000:]!r}")
            time.sleep(0.5)


def put(url: str, piece: bytes) -> None:
    """One part to the store."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=60)
    connection.request("PUT", f"{where.path}?{where.query}", piece, {"Content-Type": ""})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"the store answered {answer.status}")


def timed(works: Iterable[Callable[[], None]], at_once: int = AT_ONCE) -> Load:
    """Do all of these, so many at once."""

    def do(work: Callable[[], None]) -> float:
        began = time.perf_counter()
        work()
        return (time.perf_counter() - began) * 1000

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        times = list(pool.map(do, works))
    return Load(time.perf_counter() - began, times)


def put_directly() -> None:
    """What any code that hands a file to the store must do: one request of boto3 with the same bytes."""
    address = services.store()
    address.client().put_object(Bucket=address.bucket, Key=f"bench-{secrets.token_hex(12)}", Body=content())


def measure(job: str, way: Callable[[Browser], None]) -> None:
    """Our way of sending a file against boto3 on the same store, two at once."""
    with city() as (settings, load):
        add_proposals(load, submitted_in(load, OPEN_COHORT), PEOPLE, cohort=OPEN_COHORT)
        people = iter(
            enumerate(signed_in(settings, *(f"founder{n}@example.org" for n in range(1, PEOPLE + 1))), start=1)
        )
        with product(settings) as server:

            def ours() -> Load:
                browsers = [Browser(server, person, number) for number, person in (next(people) for _ in range(FILES))]
                return timed(partial(way, browser) for browser in browsers)

            pair = alternate(ours, lambda: timed([put_directly] * FILES))
    p50, p99 = (round(pair.ours.percentile(share), 2) for share in (0.5, 0.99))
    report(job, value=megabytes(pair.ours), unit="MB/s", floor=megabytes(pair.floor), ratio=pair.ratio, p50_ms=p50,
           p99_ms=p99, n=len(pair.ours.times), size=len(content()))  # fmt: skip


def upload_form() -> None:
    """Files of four mebibytes with their form: through the web process, looked into, hashed, stored, recorded."""
    measure("upload_form", Browser.send_form)


def upload_parts() -> None:
    """The same files in parts: from the browser to the store, then read back, looked into, hashed, recorded."""
    measure("upload_parts", Browser.send_parts)


def memory_uploads() -> None:
    """The largest web worker at its largest while twenty people send four mebibytes each, against the same before."""
    with city() as (settings, load):
        add_proposals(load, submitted_in(load, OPEN_COHORT), CROWD + 2, cohort=OPEN_COHORT)
        people = signed_in(settings, *(f"founder{n}@example.org" for n in range(1, CROWD + 3)))
        with product(settings) as server:
            crowd = [Browser(server, person, number) for number, person in enumerate(people, start=1)]
            timed([crowd.pop().send_form, crowd.pop().send_form])  # what the first file loads stays loaded
            before, peak, done, workers = largest(server), [0.0], threading.Event(), server.workers()

            def look() -> None:
                while not done.wait(0.05):
                    peak[0] = max(peak[0], *(memory(worker) for worker in workers))

            looking = threading.Thread(target=look)
            looking.start()
            timed([browser.send_form for browser in crowd], at_once=CROWD)
            done.set()
            looking.join()
    report("memory_uploads", value=peak[0], unit="MiB", floor=before, ratio=before / peak[0], n=CROWD)
