"""The command centre: the city's cases on one screen, on the wall, at the desk and in the hand."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from cases.models import Case, Category
from cases.windows import USUAL, WINDOWS
from gis.roles import EVERYONE, Role
from grids.models import Region
from tiles import regions
from tiles.palette import COLOURS, THEMES

WATCHERS = EVERYONE - {Role.GRID_WORKER}


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
