"""Small files of every kind for the loading tests, and what must not change when one is refused."""

import json
from pathlib import Path

import geopandas
import shapely
from django.apps import apps
from django.core.management import call_command

from tests.city import MAP

WGS84 = "EPSG:4326"


def spots(marks: str = "pq") -> list[shapely.Point]:
    return [shapely.Point(MAP.lonlat(mark)) for mark in marks]


def area(marks: str) -> shapely.Polygon:
    return shapely.Polygon([MAP.lonlat(mark) for mark in marks])


def frame(shapes, *, crs=WGS84, **columns) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def places(path: Path, *, names=("小卖部", "理发店"), shapes=None, crs=WGS84, **options) -> Path:
    """A file of two places in the town, in the format of the path's suffix."""
    frame(spots() if shapes is None else shapes, name=list(names), crs=crs).to_file(path, **options)
    return path


def geojson(path: Path, *features: tuple[dict, dict | None], **members) -> Path:
    """GeoJSON from (properties, geometry) pairs, written as it stands."""
    content = [{"type": "Feature", "properties": values, "geometry": shape} for values, shape in features]
    path.write_text(
        json.dumps({"type": "FeatureCollection", **members, "features": content}, ensure_ascii=False)
    )
    return path


def polygon(*marks_or_xy, height: float | None = None) -> dict:
    ring = [MAP.lonlat(at) if isinstance(at, str) else at for at in marks_or_xy]
    return {
        "type": "Polygon",
        "coordinates": [[[*at, height] if height is not None else list(at) for at in ring]],
    }


def table(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def lonlat(mark: str) -> str:
    return "{:.7f},{:.7f}".format(*MAP.lonlat(mark))


def load(path: Path, layer: str, *options: str, **keywords) -> None:
    call_command("load_layer", str(path), "--layer", layer, *options, **keywords)


def counts() -> dict[str, int]:
    """How many rows every table holds."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}
