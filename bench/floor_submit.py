"""The least a submit can be: three inserted rows and a signature in one transaction."""

from collections.abc import Callable

from psycopg_pool import ConnectionPool


def submit_floor(settings_url: str, sign: Callable[[bytes], object]) -> Callable[[], None]:
    """Three rows and a signature in one transaction: what no submit can do without."""
    own = ConnectionPool(settings_url.replace("+psycopg", ""), min_size=1, max_size=1, open=True)

    def act() -> None:
        sign(b"x" * 4000)
        with own.connection() as connection:
            for _ in range(3):
                connection.execute("INSERT INTO bench_floor (content) VALUES (%s)", ["x" * 4000])

    return act
