"""The one clock: the database's. The outermost layer (a view, a command, a drain's turn) reads it once and passes it on as `now`."""

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """The database's wall clock, aware, in UTC. On SQLite that is this machine's clock: the database has no other."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)
