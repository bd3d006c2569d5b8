"""A database for measuring, beside the one that the settings name."""

from urllib.parse import quote

import psycopg
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

from gis.layers import layers


def use(scale: str) -> str:
    """Make the database of this scale if it is not there, connect Django to it, and give its address."""
    name = f"{connection.settings_dict['NAME']}_{scale}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        missing = cursor.fetchone() is None
        if missing:
            try:
                cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
            except ProgrammingError as refused:
                raise CommandError(f"The database {name} is wanted for measuring: {refused}") from refused
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False)
    call_command("demo", scale=scale, if_empty=True)
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
    return _address(connection.settings_dict)


_PARTS = ("USER", "PASSWORD", "HOST", "NAME")


def _address(settings: dict) -> str:
    """The database as a DATABASE_URL."""
    user, password, host, name = (quote(settings.get(key) or "", safe="") for key in _PARTS)
    sign_in = f"{user}:{password}" if password else user
    port = f":{settings['PORT']}" if settings.get("PORT") else ""
    return f"postgis://{sign_in}@{host}{port}/{name}"


_CONNECTION = ("dbname", "user", "password", "host", "port", "options")


def bare() -> psycopg.Connection:
    """A connection without Django that is set as Django's are, so that plans are the same."""
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in _CONNECTION if key in parameters}
    return psycopg.connect(**wanted, autocommit=True, cursor_factory=psycopg.ClientCursor)


def size() -> str:
    """What the database holds: rows of each layer, and bytes."""
    rows = [f"{layer.name} {layer.rows().count():,}" for layer in layers]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        bytes_ = cursor.fetchone()[0]
    return ", ".join(rows) + f"; {bytes_}"
