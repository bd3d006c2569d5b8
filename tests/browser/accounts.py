"""Signs one user of each role in: ``python -m tests.browser.accounts`` prints their sessions as JSON.

They are the loaded city's own users where it has some: a grid worker then has a grid.
"""

import json
import os
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.gis.db.models import Extent  # noqa: E402

from gis import codes  # noqa: E402
from gis.models import User  # noqa: E402
from gis.roles import Role  # noqa: E402
from grids.models import Region, UnitGrid  # noqa: E402

PASSWORD = "correct horse battery"
LENGTHS = {
    Role.GRID_WORKER: codes.COMMUNITY,
    Role.COMMUNITY_MANAGER: codes.COMMUNITY,
    Role.STREET_MANAGER: codes.STREET,
}


def account(role: Role, community: str) -> User:
    of_district = User.objects.filter(jurisdiction__startswith=community[: codes.DISTRICT])
    above = User.objects.filter(jurisdiction__in=codes.ancestors_of(community))
    found = (of_district | above).filter(role=role, is_active=True).order_by("pk").first()
    if found is not None:
        return found
    place = community[: LENGTHS.get(role, codes.DISTRICT)]
    user = User(username=f"browser-{role}", role=role, jurisdiction=place, display_name=str(role.label))
    user.set_unusable_password()
    user.save()
    return user


def stranger(district: str) -> User:
    """The duty chief of another district."""
    found = User.objects.filter(role=Role.DUTY_CHIEF, is_active=True).exclude(
        jurisdiction__startswith=district
    )
    if user := found.exclude(jurisdiction="").first():
        return user
    user = User(username="browser-stranger", role=Role.DUTY_CHIEF, jurisdiction=f"{int(district) + 1}")
    user.set_unusable_password()
    user.save()
    return user


def told(user: User) -> dict[str, str]:
    return {"username": user.username, "session": session_of(user), "jurisdiction": user.jurisdiction}


def session_of(user: User) -> str:
    """The key of a session in which ``user`` is signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


if __name__ == "__main__":
    community = UnitGrid.objects.order_by("code").values_list("region_code", flat=True).first()
    accounts = {role.value: told(account(role, community)) for role in Role}
    accounts["stranger"] = told(stranger(community[: codes.DISTRICT]))
    with_password = User(username="browser", role=Role.VIEWER, jurisdiction=community[: codes.DISTRICT])
    with_password.set_password(PASSWORD)
    with_password.save()
    district = Region.objects.filter(code=community[: codes.DISTRICT])
    bounds = district.aggregate(box=Extent("boundary"))["box"]
    print(json.dumps({"accounts": accounts, "bounds": bounds}))
