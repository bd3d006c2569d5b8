"""The reporter's screens: the report page for the phone in the street, and what one has reported."""

import json

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render

from cases.models import Case
from gis.pages import import_map
from gis.roles import REPORTERS
from tiles import regions

PAGE = 20
OFFLINE_ICONS = "arrow-right cloud-off octagon-alert send triangle-alert x".split()


def reporters_only(view):
    """Signed in, and in a role that reports."""

    @login_required
    def guarded(request, *args, **kwargs):
        if not request.user.has_role(*REPORTERS):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@reporters_only
def report(request):
    """Locate, choose, send: the whole of a report on one page."""
    config = {"user": request.user.pk, "bounds": regions.bounds_of(request.user)}
    choices = {"levels": Case.Level.choices, "urgencies": Case.Urgency.choices}
    frame = {"map_css": map_css(), "offline_icons": OFFLINE_ICONS}
    return render(request, "cases/report.html", {"config": config, **choices, **frame})


@reporters_only
def mine(request):
    """What one has reported, newest first, with its stage."""
    rows = Case.objects.in_district_of(request.user).filter(reporter=request.user)
    rows = rows.select_related("category").prefetch_related("photos")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/report_mine.html", {"page": page, "config": {"user": request.user.pk}})


def map_css() -> str:
    """The stylesheet of the map library, at the version that the set-up fetched."""
    return json.loads(import_map())["imports"]["maplibre-gl/"] + "maplibre-gl.css"
