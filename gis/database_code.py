"""What follows the code rather than a migration: SQL functions, triggers and reference tables.

After every ``migrate`` each app's ``sql/*.sql`` is run anew (idempotent text) and its ``reference.load()``,
if it has one, brings the shipped class tables up to date.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.db import connections, transaction


def load(app_config, using, **_signal) -> None:
    """Run one app's SQL files in name order, then its reference data, in one transaction."""
    if app_config.name.startswith("django") or not app_config.models_module:
        return
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            for path in sorted(Path(app_config.path, "sql").glob("*.sql")):
                cursor.execute(path.read_text())
        if find_spec(f"{app_config.name}.reference"):
            import_module(f"{app_config.name}.reference").load()
