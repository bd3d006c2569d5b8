"""OpenStreetMap extracts (.osm.pbf, .osm, .osm.gz, .osm.bz2) into the layers, in one transaction.

Map data © OpenStreetMap contributors, ODbL 1.0: whoever shows it says so. Coordinates are EPSG:4326.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from buildings.placing import ROAD_KINDS
from gis import codes, loading
from gis.layers import Layer, layers
from gis.loading import extent, refusals
from gis.loading.progress import bar
from gis.loading.report import Report
from gis.loading.rows import Row, sound
from gis.loading.values import plain_number

ATTRIBUTION = "© OpenStreetMap contributors"
ORDER = ("estates", "roads", "buildings", "doors", "places", "water", "green")
RAILWAYS = {"rail", "subway", "light_rail", "tram", "monorail", "narrow_gauge", "funicular"}
WATERCOURSES = {"river", "stream", "canal", "drain", "ditch", "tidal_channel"}
WATERS = {("natural", "water"), ("waterway", "riverbank"), ("landuse", "reservoir"), ("landuse", "basin")}
GREENS = {
    "leisure": {"park", "garden", "nature_reserve", "golf_course"},
    "landuse": {"grass", "forest", "meadow", "recreation_ground", "village_green", "greenfield", "flowerbed"},
    "natural": {"wood", "scrub", "grassland", "heath"},
}
PLACE_KEYS = (
    "amenity",
    "shop",
    "tourism",
    "office",
    "leisure",
    "healthcare",
    "craft",
    "historic",
    "public_transport",
)
LEVELS = {
    4: codes.PROVINCE,
    5: codes.CITY,
    6: codes.DISTRICT,
    8: codes.STREET,
    10: codes.COMMUNITY,
}  # admin_level


class NoSuchBoundary(refusals.FileRefused):
    sentence = gettext_lazy("{file} has no administrative boundary {relation}; it has: {boundaries}.")


class NoOutline(refusals.FileRefused):
    sentence = gettext_lazy(
        "{file} has no district outline (admin_level 6) without a code around its data, so that --district "
        "has nothing to name. Load the outline first: "
        "manage.py load_layer FILE --layer regions --set code={code}."
    )


class NoRegionYet(refusals.FileRefused):
    sentence = gettext_lazy(
        "No region is loaded yet, so nothing can be placed. {file} has boundaries without a code: "
        "{boundaries}. Give the district's outline its code with --district CODE, or others with "
        "--region-code ID=CODE."
    )


@dataclass
class Boundary:
    """An administrative boundary as mapped: its relation (or way) id, level and the code that it is given."""

    id: int
    name: str
    admin_level: int
    code: str
    row: Row


@dataclass
class Extract:
    """The rows of a file by layer name, not yet cleaned, and its administrative boundaries."""

    file: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    boundaries: list[Boundary] = field(default_factory=list)


def load(
    path: Path, *, region_codes: Mapping[int, str], district: str = "", dry_run: bool = False
) -> list[Report]:
    """Load an extract; a report for each layer. Raises FileRefused, and nothing has changed then.

    ``region_codes`` gives boundaries (relation ids) their codes, ``district`` the one district outline around
    the data that has none. What lies outside every region or cannot be mended is left out and reported.
    """
    total = Report(layer="osm", file=path.name, dry_run=dry_run)
    with loading.reported(total), transaction.atomic():
        extract = read(path)
        total.rows = sum(map(len, extract.rows.values())) + len(extract.boundaries)
        reports = [_load_regions(extract, region_codes, district)]
        reports += _load_things(extract)
        for report in reports:
            loading.remember(report, crs="4326", attribution=ATTRIBUTION)
        transaction.set_rollback(dry_run)
    for report in reports:
        report.dry_run = dry_run
    return reports


# --- reading ------------------------------------------------------------------------------------


def read(path: Path) -> Extract:
    """Everything in the file that has a layer."""
    if not path.exists():
        raise refusals.NoSuchFile(file=path)
    if not path.stat().st_size:
        raise refusals.NothingInIt(file=path.name)
    extract = Extract(file=path.name)
    try:
        objects = osmium.FileProcessor(str(path)).with_locations().with_areas()
        for thing in bar(objects.with_filter(osmium.filter.EmptyTagFilter()), _("reading")):
            _take(thing, extract)
    except RuntimeError as error:
        if "format" in str(error).lower() and "pbf" not in str(error).lower():
            raise refusals.Unreadable(file=path.name, reason=f"{error}.") from None
        raise refusals.CutOff(file=path.name, reason=f"{error}.") from None
    if not extract.rows and not extract.boundaries:
        raise refusals.NothingInIt(file=path.name)
    return extract


def _take(thing, extract: Extract) -> None:
    """One object as rows of the layers that it belongs to; a building with a number is a door, too."""
    tags = {tag.k: tag.v for tag in thing.tags}
    if thing.is_node():
        found, shape = _of_node(tags), _shape(_WKB.create_point, thing)
    elif thing.is_way():
        found = _of_way(tags)
        shape = _shape(_WKB.create_linestring, thing) if found else None
    elif thing.is_area():
        found = _of_area(tags)
        shape = _shape(_WKB.create_multipolygon, thing) if found else None
    else:
        return
    name = _name_of(thing)
    for layer, values in found:
        if layer == "regions":
            extract.boundaries.append(_boundary(thing, name, tags, shape))
            continue
        spot = layer in ("doors", "places") and shape is not None
        values["osm_id"] = name
        row = Row(number=name, shape=shapely.point_on_surface(shape) if spot else shape, values=values)
        if shape is None:
            row.refuse(_("Its nodes are not in the file."))
        extract.rows[layer].append(row)


_WKB = osmium.geom.WKBFactory()


def _shape(create: Callable, thing):
    try:
        return shapely.from_wkb(create(thing))
    except (osmium.InvalidLocationError, RuntimeError):
        return None


def _name_of(thing) -> str:
    """``way/12``: how OpenStreetMap names the object."""
    if thing.is_area():
        return f"{'way' if thing.from_way() else 'relation'}/{thing.orig_id()}"
    return f"{'node' if thing.is_node() else 'way'}/{thing.id}"


Found = list[tuple[str, dict[str, str]]]


def _of_node(tags: Mapping[str, str]) -> Found:
    return [*_door(tags), *_place(tags)]


def _of_way(tags: Mapping[str, str]) -> Found:
    if tags.get("area") == "yes":
        return []
    kind = tags.get("highway") or (tags.get("railway") if tags.get("railway") in RAILWAYS else "")
    if kind in ROAD_KINDS:
        return [("roads", {"name": _called(tags), "kind": kind})]
    if tags.get("waterway") in WATERCOURSES:
        return [("water", {"name": _called(tags), "kind": tags["waterway"]})]
    return []


def _of_area(tags: Mapping[str, str]) -> Found:
    if tags.get("boundary") == "administrative":
        return [("regions", {})]
    found: Found = [*_place(tags)]
    if tags.get("building", "no") != "no":
        found += [("buildings", _building(tags)), *_door(tags)]
    elif tags.get("landuse") == "residential" and _called(tags):
        found.append(("estates", {"name": _called(tags)}))
    if any(tags.get(key) == value for key, value in WATERS):
        kind = tags.get("water") or tags.get("waterway") or tags.get("landuse") or "water"
        found.append(("water", {"name": _called(tags), "kind": kind}))
    elif green := next((tags[key] for key, kinds in GREENS.items() if tags.get(key) in kinds), ""):
        found.append(("green", {"name": _called(tags), "kind": green}))
    return found


def _called(tags: Mapping[str, str]) -> str:
    return tags.get("name:zh-Hans") or tags.get("name:zh") or tags.get("name", "")


def _address(tags: Mapping[str, str]) -> str:
    return tags.get("addr:full") or tags.get("addr:street", "") + tags.get("addr:housenumber", "")


def _building(tags: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": _called(tags),
        "kind": tags["building"],
        "floors": plain_number(tags.get("building:levels", "")),
        "height_m": plain_number(tags.get("height", "")),
        "address": _address(tags),
    }


def _door(tags: Mapping[str, str]) -> Found:
    road, number = tags.get("addr:street") or tags.get("addr:place"), tags.get("addr:housenumber")
    return [("doors", {"road_name": road, "number": number})] if road and number else []


def _place(tags: Mapping[str, str]) -> Found:
    category = next((tags[key] for key in PLACE_KEYS if key in tags), "")
    if not category or not _called(tags):
        return []
    return [("places", {"name": _called(tags), "category": category, "address": _address(tags)})]


# --- regions ------------------------------------------------------------------------------------


def _boundary(area, name: str, tags: Mapping[str, str], shape) -> Boundary:
    level = int(tags.get("admin_level", "0")) if tags.get("admin_level", "0").isdecimal() else 0
    row = Row(number=name, shape=shape, values={})
    if shape is None:
        row.refuse(_("Its nodes are not in the file."))
    return Boundary(area.orig_id(), _called(tags), level, _code(tags, LEVELS.get(level, 0)), row)


def _code(tags: Mapping[str, str], digits: int) -> str:
    """The code that mappers gave a boundary, cut to its level (``310000`` is the province ``31``)."""
    for key, value in tags.items():
        if key == "ref" or key.startswith("ref:") or "gb2260" in key.lower() or key == "adcode":
            code, rest = value[:digits], value[digits:]
            if digits and len(code) == digits and not rest.strip("0") and codes.is_region_code(code):
                return code
    return ""


def _load_regions(extract: Extract, region_codes: Mapping[int, str], district: str) -> Report:
    layer = layers.get("regions")
    report = Report(layer=layer.name, file=extract.file)
    _give_codes(extract, region_codes, district)
    there = set(layer.rows().values_list("code", flat=True))
    rows, known, codeless = [], [], []
    for boundary in extract.boundaries:
        if not boundary.code:
            codeless.append(boundary)
        elif boundary.code in there:
            known.append(f"{boundary.code} {boundary.name}")
        else:
            boundary.row.values = {"code": boundary.code, "name": boundary.name or boundary.code}
            rows.append(boundary.row)
    report.rows = len(extract.boundaries)
    if known:
        report.notes.append(
            _("Already there and left as they are: {regions}.").format(regions=", ".join(known))
        )
    if codeless:
        told = _("Boundaries without a code, not loaded; name them with --region-code ID=CODE: {boundaries}.")
        report.notes.append(told.format(boundaries=_told(codeless)))
    with loading.reported(report):
        loading.clean(rows, layer, file=extract.file)
        extent.check(rows, layer, file=extract.file, city=None)
        loading.put(rows, layer, report)
    return report


def _told(boundaries: Iterable[Boundary]) -> str:
    return ", ".join(f"{b.id} {b.name} (admin_level {b.admin_level})" for b in boundaries) or "–"


def _give_codes(extract: Extract, region_codes: Mapping[int, str], district: str) -> None:
    by_id = {boundary.id: boundary for boundary in extract.boundaries}
    for relation, code in region_codes.items():
        if relation not in by_id:
            known = _told(extract.boundaries)
            raise NoSuchBoundary(file=extract.file, relation=relation, boundaries=known)
        by_id[relation].code = code
    if district:
        _outline(extract, district).code = district


def _outline(extract: Extract, code: str) -> Boundary:
    """The one codeless district outline that covers the middle of the data."""
    middle = shapely.Point(np.median(_spots(extract), axis=0))
    found = [
        b for b in extract.boundaries
        if b.admin_level == 6 and not b.code and b.row.shape is not None and b.row.shape.intersects(middle)
    ]  # fmt: skip
    if len(found) != 1:
        raise NoOutline(file=extract.file, code=code)
    return found[0]


def _spots(extract: Extract) -> np.ndarray:
    shapes = [row.shape for rows in extract.rows.values() for row in rows if row.shape is not None]
    return shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, dtype=object)))


# --- everything else ----------------------------------------------------------------------------


def _load_things(extract: Extract) -> Iterator[Report]:
    """A report for each layer. None of the rows in the city, or no city: the file is refused."""
    for name in ORDER:
        loading.clean(extract.rows[name], layers.get(name), file=extract.file)
    everything = [row for name in ORDER for row in extract.rows[name]]
    city = extent.city_extent()
    if city is None and extract.boundaries:
        raise NoRegionYet(file=extract.file, boundaries=_told(extract.boundaries))
    extent.check(everything, layers.get("roads"), file=extract.file, city=city)
    for name in ORDER:
        report = Report(layer=name, file=extract.file, rows=len(extract.rows[name]))
        _replace_older(extract.rows[name], layers.get(name), report)
        with loading.reported(report):
            loading.put(extract.rows[name], layers.get(name), report)
        yield report


def _replace_older(rows: Sequence[Row], layer: Layer, report: Report) -> None:
    """Let rows take the place of what an earlier extract brought of the same objects; its keys stay."""
    older = defaultdict(list)
    for osm_id, key in layer.model.objects.exclude(osm_id="").order_by("-pk").values_list("osm_id", "pk"):
        older[osm_id].append(key)
    count = 0
    for row in sound(rows):
        if keys := older[row.values["osm_id"]]:
            row.id = keys.pop()
            count += 1
    if count:
        report.notes.append(_("{count} replace what an earlier extract brought.").format(count=count))


def outcome(reports: Iterable[Report]) -> Counter:
    """All layers together: how many rows were read, loaded, repaired, refused and outside."""
    total: Counter = Counter()
    for report in reports:
        total += Counter(rows=report.rows, loaded=report.loaded)
        total += Counter(line.outcome for line in report.lines)
    return total
