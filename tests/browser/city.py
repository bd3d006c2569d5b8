"""Loads the city that the browser sees: ``python -m tests.browser.city`` on an empty, migrated database."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")

django.setup()

from django.core.management import call_command, get_commands  # noqa: E402

from tests import city  # noqa: E402

if __name__ == "__main__":
    if "demo" in get_commands():
        call_command("demo", scale="small")
    else:
        city.load()
