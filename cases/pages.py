"""The screens: the reporter's on the phone in the street, the command centre's on the wall and the desk."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render

from cases.models import Case, Category
from cases.windows import USUAL, WINDOWS
from gis.roles import EVERYONE, REPORTERS, Role
from grids.models import Region
from tiles import regions
from tiles.palette import COLOURS, THEMES

WATCHERS = EVERYONE - {Role.GRID_WORKER}
PAGE = 20  # reports in a list
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
    user = request.user
    config = {
        "user": user.pk,
        "carrier": f"{user.pk} {user.jurisdiction}",
        "bounds": regions.bounds_of(user),
    }
    choices = {"levels": Case.Level.choices, "urgencies": Case.Urgency.choices}
    told = {"config": config, "offline_icons": OFFLINE_ICONS, **choices}
    return render(request, "cases/report.html", told)


@reporters_only
def mine(request):
    """What one has reported, newest first, with its stage."""
    rows = Case.objects.in_district_of(request.user).filter(reporter=request.user)
    rows = rows.select_related("category").prefetch_related("photos")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/report_mine.html", {"page": page, "config": {"user": request.user.pk}})


@login_required
def centre(request):
    """What the cases are, where, when and how many, and each new one as it comes."""
    user = request.user
    if not user.has_role(*WATCHERS):
        raise PermissionDenied
    seen = Region.objects.current().in_region(user.jurisdiction)
    config = {
        "user": user.pk,
        "bounds": regions.bounds_of(user),
        "live": settings.LIVE_ORIGIN or f":{settings.LIVE_PORT}",
        "usual": USUAL,
        "windows": list(WINDOWS),
        "stages": Case.Stage.choices,
        "jurisdiction": user.jurisdiction,
        "regions": list(seen.order_by("code").values("code", "name")),
        "categories": _categories(english=request.LANGUAGE_CODE == "en"),
        "heat": {theme: _ramp(n) for n, theme in enumerate(THEMES)},
    }
    return render(request, "cases/centre.html", {"config": config})


def _categories(*, english: bool) -> list[dict]:
    """Categories in use by kind and major class, for the filter."""
    return [
        {
            "id": category.pk,
            "kind": category.get_kind_display(),
            "major": category.major_name_en if english else category.major_name,
            "name": category.name_en if english else category.name,
        }
        for category in Category.objects.filter(is_active=True)
    ]


def _ramp(theme: int) -> list[str]:
    """The colours of heat from little to much."""
    return [colours[theme] for name, colours in COLOURS.items() if name.startswith("heat-")]
