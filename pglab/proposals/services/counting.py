"""Whether the application may learn how many sealed proposals there are. The owner of the database decides."""

from sqlalchemy import create_engine, make_url, text

from config import Settings


def allow_counting(settings: Settings) -> bool:
    """Let the application's role count sealed proposals where SEALED_COUNTS is `count`, and take that away where it is
    not; done by the owner, over a connection of its own. Returns whether it may count now."""
    allowed = settings.sealed_counts == "count"
    role = '"' + (make_url(settings.database_url).username or "pglab_app").replace('"', '""') + '"'
    to = f"GRANT EXECUTE ON FUNCTION sealed_count(uuid) TO {role}"
    not_to = f"REVOKE ALL ON FUNCTION sealed_count(uuid) FROM PUBLIC, {role}"
    engine = create_engine(settings.database_owner_url)
    try:
        with engine.begin() as connection:
            connection.execute(text(to if allowed else not_to))
    finally:
        engine.dispose()
    return allowed
