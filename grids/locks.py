"""Who edits the same ground waits for one another; locks are held to the end of the transaction."""

from django.db import connection


def lock_key(key) -> None:
    """What is sent twice with one idempotency key is done one after the other."""
    _lock(f"drawing {key}")


def lock_ground(district: str) -> None:
    """All grids of a district: an edit may reach across communities and streets."""
    _lock(f"responsibility grids {district}")


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
