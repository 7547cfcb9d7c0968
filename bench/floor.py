"""The least code that could do each job on the same server, database and store: no sign-in, no ORM, no checks."""

import os
import secrets
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response, redirect, request
from jinja2 import Template
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool(
    os.environ["DATABASE_URL"].replace("postgresql+psycopg", "postgresql"),
    min_size=1,
    max_size=4,
    open=True,
    kwargs={"options": "-c pglab.viewer=worker"},
)
page = Template(Path(os.environ["FLOOR_PAGE"]).read_text(encoding="utf-8").replace("{", "(") + "{{ reference }}")
table = Template("<!doctype html><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>"
                 "{% endfor %}</tr>\n{% endfor %}</table>")  # fmt: skip
key = Ed25519PrivateKey.generate()
WORDS = "We test three sensors with the crew. " * 100


def store() -> Any:
    """The same file store, one client for each process."""
    if not hasattr(app, "store"):
        app.store = boto3.client(  # type: ignore[attr-defined]  # kept on the application
            "s3",
            endpoint_url=os.environ["S3_ENDPOINT"],
            aws_access_key_id=os.environ["S3_ACCESS_KEY"],
            aws_secret_access_key=os.environ["S3_SECRET_KEY"],
            region_name=os.environ.get("S3_REGION", "us-east-1"),
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
    return app.store  # type: ignore[attr-defined]  # as above


@app.get("/page")
def plain() -> str:
    """A page of the same size from a template alone."""
    return page.render(reference="RFP-90")


@app.get("/queried")
def queried() -> str:
    """The same page with the one query it cannot do without."""
    with pool.connection() as connection:
        row = connection.execute("SELECT reference FROM rfps LIMIT 1").fetchone()
    return page.render(reference=row)


@app.get("/ranking/<int:cohort>")
def ranking(cohort: int) -> str:
    """The whole ranking in one query, as a bare table."""
    query = """
        SELECT p.reference, o.legal_name, round(avg(t.total), 1), count(*) FROM proposals p
        JOIN organizations o ON o.id = p.organization_id
        JOIN (SELECT s.proposal_id, s.id, sum(c.weight * x.points) / 5.0 AS total FROM score_sheets s
              JOIN scores x ON x.sheet_id = s.id JOIN criteria c ON c.id = x.criterion_id
              WHERE s.status = 'signed' GROUP BY s.proposal_id, s.id) t ON t.proposal_id = p.id
        JOIN rfps r ON r.id = p.rfp_id JOIN cohorts h ON h.id = r.cohort_id
        WHERE h.number = %s GROUP BY p.reference, o.legal_name ORDER BY 3 DESC, 1"""
    with pool.connection() as connection:
        return table.render(rows=connection.execute(query, [cohort]).fetchall())


@app.get("/list/<int:cohort>")
def listing(cohort: int) -> str:
    """The opened proposals of a cohort in one query, as a bare table."""
    query = """
        SELECT p.reference, o.legal_name, a.title, s.received_at FROM proposals p
        JOIN organizations o ON o.id = p.organization_id JOIN challenge_areas a ON a.id = p.challenge_area_id
        JOIN submissions s ON s.proposal_id = p.id AND s.number = p.submission_number
        JOIN rfps r ON r.id = p.rfp_id JOIN cohorts h ON h.id = r.cohort_id
        WHERE h.number = %s ORDER BY p.reference"""
    with pool.connection() as connection:
        return table.render(rows=connection.execute(query, [cohort]).fetchall())


@app.get("/lists/<name>")
def named_list(name: str) -> str:
    """Any list as one query and a bare table: pilots, payments."""
    queries = {
        "pilots": "SELECT reference, title, organization_id FROM pilots ORDER BY reference",
        "payments": "SELECT reference, status, approvals_needed FROM payment_requests ORDER BY reference",
    }
    with pool.connection() as connection:
        return table.render(rows=connection.execute(queries[name]).fetchall())  # type: ignore[call-overload]  # chosen above


@app.post("/score")
def score() -> Response:
    """One score kept."""
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO bench_floor (content) VALUES (%s)", [request.form["points"] + request.form["explanation"]]
        )
    return redirect("/page", 303)  # type: ignore[return-value]  # Werkzeug's redirect is the same response


@app.post("/submit")
def submit() -> Response:
    """Three rows and a signature in one transaction."""
    signature = key.sign(WORDS.encode()).hex()
    with pool.connection() as connection:
        for content in (WORDS, signature, request.form["declarations"]):
            connection.execute("INSERT INTO bench_floor (content) VALUES (%s)", [content])
    return redirect("/page", 303)  # type: ignore[return-value]  # as above


@app.post("/answers")
def answers() -> Response:
    """The answers of one section in one row."""
    with pool.connection() as connection:
        connection.execute("INSERT INTO bench_floor (content) VALUES (%s)", [str(request.form.to_dict())])
    return redirect("/page", 303)  # type: ignore[return-value]  # as above


@app.post("/file")
def file() -> Response:
    """One file to the store."""
    store().put_object(
        Bucket=os.environ["S3_BUCKET"], Key=f"bench-{secrets.token_hex(12)}", Body=request.files["file"].stream.read()
    )
    return redirect("/page", 303)  # type: ignore[return-value]  # as above
