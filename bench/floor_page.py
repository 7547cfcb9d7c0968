"""The least code that could do the same job on the same server: no sign-in, no ORM, the one necessary query."""

import os
from pathlib import Path

from flask import Flask
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool(os.environ["DATABASE_URL"].replace("+psycopg", ""), min_size=1, max_size=4, open=True)
page = Path(os.environ["FLOOR_PAGE"]).read_text(encoding="utf-8")


@app.get("/page")
def one_query() -> str:
    """A page of the same size, made with one query for its RFP."""
    with pool.connection() as connection:
        row = connection.execute("SELECT reference FROM rfps LIMIT 1").fetchone()
    return page.replace("\x00", str(row))
