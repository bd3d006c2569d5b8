"""How the territory is drawn (see ``tiles.styles``)."""

from grids.models import Region
from tiles.strokes import zoomed


def _region_label(name: str, level: int, *, zooms: tuple[float, float], size: float) -> dict:
    """Names of the regions of one level, while a screen holds some of them."""
    return {
        "id": name,
        "type": "symbol",
        "minzoom": zooms[0],
        "maxzoom": zooms[1],
        "filter": ["==", ["get", "level"], level],
        "layout": {"text-field": ["get", "name"], "text-size": size, "text-letter-spacing": 0.12},
        "paint": {"text-color": "@label-region", "text-halo-width": 1.6},
    }


_LEVEL = Region.Level
REGIONS = (
    {
        "id": "outline",
        "type": "line",
        "metadata": {"wangge:legend": True},
        # a community's border is drawn when its street's has become familiar
        "filter": ["step", ["zoom"], ["<=", ["get", "level"], 6], 11, ["<=", ["get", "level"], 9], 13, True],
        "layout": {"line-join": "round"},
        "paint": {
            "line-color": "@region-edge",
            "line-dasharray": [4, 2, 1, 2],
            "line-opacity": ["match", ["get", "level"], 12, 0.55, 0.9],
            "line-width": zoomed(
                {
                    8: ["match", ["get", "level"], 9, 0.6, 12, 0.5, 1.2],
                    16: ["match", ["get", "level"], 9, 2, 12, 1.3, 3],
                }
            ),
        },
    },
    _region_label("city", _LEVEL.CITY, zooms=(6, 9.5), size=15),
    _region_label("district", _LEVEL.DISTRICT, zooms=(8.5, 11.8), size=15),
    _region_label("street", _LEVEL.STREET, zooms=(11, 14.2), size=14),
    _region_label("community", _LEVEL.COMMUNITY, zooms=(13.6, 16.5), size=13),
)

RESPONSIBILITY_GRIDS = (
    {
        "id": "fill",
        "type": "fill",
        "paint": {"fill-color": "@accent", "fill-opacity": zoomed({10: 0.05, 15: 0.035, 17: 0.015})},
    },
    {
        "id": "outline",
        "type": "line",
        "metadata": {"wangge:legend": True},
        "layout": {"line-join": "round"},
        "paint": {
            "line-color": "@accent",
            "line-width": zoomed({10: 0.5, 14: 1.1, 18: 2.4}),
            "line-opacity": 0.75,
        },
    },
    {
        "id": "name",
        "type": "symbol",
        "minzoom": 13.5,
        "maxzoom": 18,
        "layout": {
            "text-field": ["case", ["==", ["get", "name"], ""], ["get", "code"], ["get", "name"]],
            "text-size": zoomed({13: 11, 17: 15}),
        },
        "paint": {"text-color": "@accent", "text-halo-width": 1.6},
    },
)

UNIT_GRIDS = (
    {
        "id": "outline",
        "type": "line",
        "metadata": {"wangge:legend": True},
        "paint": {
            "line-color": "@unit-grid",
            "line-width": zoomed({12: 0.3, 15: 0.7, 18: 1.2}),
            "line-opacity": zoomed({12: 0.15, 14: 0.3, 16: 0.7}),
        },
    },
    {
        "id": "number",  # counted within the community, whose own code everyone here knows
        "type": "symbol",
        "minzoom": 16,
        "maxzoom": 18,
        "layout": {"text-field": ["slice", ["get", "code"], 12], "text-size": 11},
        "paint": {"text-color": "@unit-grid"},
    },
    {
        "id": "code",
        "type": "symbol",
        "minzoom": 18,
        "layout": {"text-field": ["get", "code"], "text-size": 12, "text-max-width": 20},
        "paint": {"text-color": "@unit-grid"},
    },
)
