"""The page shell: sign-in, the way to each role's screen, errors."""

import json
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.templatetags.static import static

from gis.roles import CENTRE, Role


@cache
def import_map() -> str:
    """Bare module names to served files, as the set-up wrote it (``tools/vendor.py``)."""
    path = settings.VAR / "vendor" / "importmap.json"
    names = json.loads(path.read_text())
    return json.dumps({"imports": {name: static(target) for name, target in names.items()}})


def shell(request) -> dict:
    """What every page's frame needs."""
    return {"import_map": import_map(), "demo": settings.DEMO}


@login_required
def home(request):
    """Each role's own screen."""
    if request.user.has_role(Role.GRID_WORKER, Role.COMMUNITY_MANAGER):
        return redirect("report")
    if request.user.has_role(*CENTRE):
        return redirect("centre")
    if request.user.has_role(Role.GIS_ADMINISTRATOR):
        return redirect("grids")
    return redirect("workbench")


def csrf_failed(request, reason=""):
    return render(request, "gis/error.html", {"status": 403, "reason": reason}, status=403)


def locked_out(request, credentials, *args, **kwargs):
    return render(request, "gis/error.html", {"status": 429}, status=429)
