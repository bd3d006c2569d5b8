"""Figures and heat as the centre is told them: names, sentences and GeoJSON around plain counts."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases import figures, windows
from cases.figures import Counts
from cases.heat import Heat, centres_of, outline_of
from cases.layers import CASES
from cases.models import Case, Category
from cases.windows import Period
from gis import codes
from gis.jurisdiction import Scoped
from gis.models import User
from grids.models import Region
from tiles import filters

_PLACES = 6  # decimals of a degree: 0.1 m


def selected(user: User, params: Mapping[str, str]) -> Scoped:
    """The cases that ``user`` sees with the filter that tiles and items of the layer have."""
    return filters.apply(CASES.visible_to(user), CASES, params)


def figures_of(user: User, params: Mapping[str, str], *, now: datetime) -> dict:
    """Counts of the selection with those of the stretch of time before."""
    period = windows.period_of(params)
    level = figures.level_below(_region_asked(user, params))
    cases = selected(user, params)
    present = figures.counted(cases, region_level=level)
    before = period.before(now=now)
    past = figures.counted(_cases_in(user, params, before), region_level=level) if before else None
    return {
        "period": {"datetime": params["datetime"], **_told(period)},
        "previous_period": _told(before) if before else None,
        "total": present.total,
        "previous": past.total if past else None,
        "stages": [
            {
                "stage": stage,
                "title": stage.label,
                **_pair(present.stages, past.stages if past else None, stage),
            }
            for stage in Case.Stage
        ],
        "majors": _majors(present, past),
        "regions": _regions(present, past, level=level),
        "histogram": _histogram(cases, period, now=now),
    }


def _region_asked(user: User, params: Mapping[str, str]) -> str:
    """The region whose parts are told: what the filter names, but never wider than the jurisdiction."""
    named = codes.common_region(params["region_code"].split(",")) if "region_code" in params else ""
    return max(named, user.jurisdiction, key=len)


def _cases_in(user: User, params: Mapping[str, str], period: Period) -> Scoped:
    timeless = {name: value for name, value in params.items() if name != "datetime"}
    end = {"reported_at__lte" if period.closed else "reported_at__lt": period.end}
    return selected(user, timeless).filter(reported_at__gte=period.start, **end)


def _told(period: Period) -> dict:
    return {
        "start": period.start and timezone.localtime(period.start).isoformat(),
        "end": period.end and timezone.localtime(period.end).isoformat(),
    }


def _pair(present: Counter, past: Counter | None, key) -> dict:
    return {"count": present[key], "previous": None if past is None else past[key]}


def _majors(present: Counts, past: Counts | None) -> list[dict]:
    """Counts by major class, the fullest first; ``categories`` are the ids that filter for it."""
    english = get_language() == "en"
    seen = present.categories.keys() | (past.categories.keys() if past else set())
    majors: dict[tuple, dict] = {}
    for category in Category.objects.filter(pk__in=seen):
        key = (category.kind, category.scheme, category.major_name)
        name = category.major_name_en if english else category.major_name
        major = majors.setdefault(
            key,
            {
                "kind": category.kind,
                "name": name,
                "categories": [],
                "count": 0,
                "previous": None if past is None else 0,
            },
        )
        major["categories"].append(category.pk)
        major["count"] += present.categories[category.pk]
        if past is not None:
            major["previous"] += past.categories[category.pk]
    return sorted(majors.values(), key=lambda major: -major["count"])


def _regions(present: Counts, past: Counts | None, *, level: int) -> list[dict]:
    """Counts by region of ``level`` digits; a shorter code holds the cases that have no finer region."""
    seen = present.regions.keys() | (past.regions.keys() if past else set())
    names = dict(Region.objects.current().filter(code__in=seen).values_list("code", "name"))

    def called(code: str) -> str:
        name = names.get(code, code)
        return name if len(code) == level else _("%(region)s, not located more finely") % {"region": name}

    rows = [
        {"code": code, "name": called(code), **_pair(present.regions, past.regions if past else None, code)}
        for code in seen
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["code"]))


def _histogram(cases: Scoped, period: Period, *, now: datetime) -> dict:
    """Counts by time and kind; empty bins are there too."""
    step = figures.step_of(period, now=now)
    bounds = figures.bounds_of(cases, period, step=step, now=now)
    kind_of = dict(Category.objects.values_list("pk", "kind"))
    bins = []
    for start, counts in zip(bounds, figures.histogram(cases, bounds), strict=True):
        by_kind: Counter[str] = Counter()
        for category, count in counts.items():
            by_kind[kind_of[category]] += count
        bins.append({"start": start.isoformat()} | {str(kind): by_kind[kind] for kind in Category.Kind})
    return {
        "step": step,
        "kinds": [{"kind": kind, "title": kind.label} for kind in Category.Kind],
        "bins": bins,
    }


def heat_geojson(heat: Heat, params: Mapping[str, str]) -> dict:
    """Cells as GeoJSON polygons with their count; ``legend`` states unit, period and class breaks."""
    centres = centres_of(heat.cells).round(_PLACES).tolist()
    return {
        "type": "FeatureCollection",
        "features": [
            _cell(cell, count, centre)
            for cell, count, centre in zip(heat.cells.tolist(), heat.counts.tolist(), centres, strict=True)
        ],
        "resolution": heat.resolution,
        "total": heat.total,
        "legend": {
            "unit": _("cases per cell about %(width)s m across")
            % {"width": f"{float(f'{heat.width_m:.2g}'):g}"},
            "period": {"datetime": params["datetime"], **_told(windows.period_of(params))},
            "breaks": heat.breaks,
        },
    }


def _cell(cell: int, count: int, centre: list[float]) -> dict:
    ring = [[round(lon, _PLACES), round(lat, _PLACES)] for lon, lat in outline_of(cell)]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        "properties": {"cell": f"{cell:x}", "count": count, "centre": centre},
    }
