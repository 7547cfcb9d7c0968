"""What production demands of its PostgreSQL before it serves anybody."""

from sqlalchemy import Connection, text

LASTING = ("fsync", "full_page_writes", "synchronous_commit")


def find_faults(connection: Connection) -> list[str]:
    """Why this database is not fit for production, one sentence each; empty when it is, or not migrated yet.

    The official time must be the machine's, the role must own nothing, and what was acknowledged must survive a
    power cut.
    """
    if connection.execute(text("SELECT to_regclass('official_clock')")).scalar_one() is None:
        return []
    found = []
    moved = connection.execute(text("SELECT shift <> '0' OR frozen_at IS NOT NULL FROM official_clock")).scalar_one()
    if moved:
        found.append("The official time is moved. Set official_clock back before the site opens.")
    if connection.execute(text("SELECT current_setting('is_superuser')")).scalar_one() == "on":
        found.append("DATABASE_URL connects as a superuser. Use the application's own role.")
    owned = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    if connection.execute(owned).scalar_one():
        found.append("DATABASE_URL connects as the owner of the tables. Use the application's own role.")
    for setting in LASTING:
        if connection.execute(text(f"SHOW {setting}")).scalar_one() not in ("on", "remote_apply", "remote_write"):
            found.append(f"PostgreSQL runs with {setting} off: what was received could be lost.")
    return found
