"""How the ground and what stands on it is drawn (see ``tiles.styles``)."""

from collections.abc import Mapping, Sequence

from buildings import badges
from buildings.models import Asset, Road
from tiles.strokes import SINGLE, badge, by_class, clusters, zoomed

_NAME = ["get", "name"]
_is_area = ["==", ["geometry-type"], "Polygon"]
_is_line = ["==", ["geometry-type"], "LineString"]

WATER = (
    {
        "id": "area",
        "type": "fill",
        "metadata": {"wangge:legend": True},
        "filter": _is_area,
        "paint": {"fill-color": "@water"},
    },
    {
        "id": "edge",
        "type": "line",
        "minzoom": 14,
        "filter": _is_area,
        "paint": {"line-color": "@water-edge", "line-width": 0.8},
    },
    {
        "id": "stream",
        "type": "line",
        "filter": _is_line,
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": "@water", "line-width": zoomed({10: 0.8, 14: 2, 18: 8}, base=1.4)},
    },
    {
        "id": "name",
        "type": "symbol",
        "minzoom": 13,
        "layout": {"text-field": _NAME, "text-size": zoomed({13: 11, 17: 14}), "text-letter-spacing": 0.1},
        "paint": {"text-color": "@label-water"},
    },
)

GREEN = (
    {"id": "area", "type": "fill", "metadata": {"wangge:legend": True}, "paint": {"fill-color": "@green"}},
    {
        "id": "name",
        "type": "symbol",
        "minzoom": 14.5,
        "layout": {"text-field": _NAME, "text-size": zoomed({14: 11, 18: 13})},
        "paint": {"text-color": "@label-green"},
    },
)

# --- roads --------------------------------------------------------------------------------------

_K = Road.Kind
_MAJOR = [_K.MOTORWAY, _K.TRUNK, _K.PRIMARY]
_MIDDLE = [_K.SECONDARY, _K.TERTIARY]
_THIN = [_K.PATH, _K.RAIL]
_RANK = {_K.MOTORWAY: 6, _K.TRUNK: 5, _K.PRIMARY: 4, _K.SECONDARY: 3, _K.TERTIARY: 2, _K.RESIDENTIAL: 1}


def _kind_in(kinds: Sequence[str]) -> list:
    return ["in", ["get", "kind"], ["literal", [str(kind) for kind in kinds]]]


def _per_road(major: float, middle: float, residential: float, service: float) -> list:
    """A width for each class of road."""
    return [
        "match", ["get", "kind"], [str(k) for k in _MAJOR], major, [str(k) for k in _MIDDLE], middle,
        str(_K.RESIDENTIAL), residential, service,
    ]  # fmt: skip


_sort_key = by_class("kind", {str(kind): rank for kind, rank in _RANK.items()}, 0)
_road_colour = [
    "match",
    ["get", "kind"],
    [str(k) for k in _MAJOR],
    "@road-major",
    str(_K.SERVICE),
    "@road-minor",
    "@road",
]
_casing_colour = ["match", ["get", "kind"], [str(k) for k in _MAJOR], "@road-major-edge", "@road-edge"]
_round = {"line-cap": "round", "line-join": "round", "line-sort-key": _sort_key}


def _road_name(name: str, kinds: list[str], *, minzoom: float, spacing: int) -> dict:
    return {
        "id": name,
        "type": "symbol",
        "minzoom": minzoom,
        "filter": ["all", ["!=", _NAME, ""], _kind_in(kinds)],
        "layout": {
            "text-field": _NAME,
            "symbol-placement": "line",
            "symbol-spacing": spacing,
            "symbol-sort-key": ["-", 0, _sort_key],
            "text-size": zoomed({13: 11, 18: 14}),
            "text-letter-spacing": 0.15,
            "text-max-angle": 30,
        },
        "paint": {"text-color": "@label-soft"},
    }


ROADS = (
    {
        "id": "path",
        "type": "line",
        "minzoom": 15,
        "filter": ["==", ["get", "kind"], str(_K.PATH)],
        "paint": {
            "line-color": "@path",
            "line-width": zoomed({15: 0.8, 18: 2.4}),
            "line-dasharray": [2.5, 1.5],
        },
    },
    {
        "id": "casing",
        "type": "line",
        "minzoom": 12,
        "filter": ["!", _kind_in(_THIN)],
        "layout": _round,
        "paint": {
            "line-color": _casing_colour,
            "line-width": zoomed(
                {
                    12: _per_road(3.2, 2.2, 0.9, 0.0),
                    14: _per_road(7, 5, 3, 1.6),
                    16: _per_road(16, 12, 8.5, 5),
                    18: _per_road(40, 32, 24, 13),
                },
                base=1.5,
            ),
        },
    },
    {
        "id": "surface",
        "type": "line",
        "metadata": {"wangge:legend": True},
        "filter": ["!", _kind_in(_THIN)],
        "layout": _round,
        "paint": {
            "line-color": _road_colour,
            "line-width": zoomed(
                {
                    8: _per_road(1, 0.4, 0, 0),
                    12: _per_road(2.2, 1.4, 0.5, 0),
                    14: _per_road(5.4, 3.6, 2, 0.9),
                    16: _per_road(13.5, 10, 6.8, 3.6),
                    18: _per_road(36, 29, 21.5, 11),
                },
                base=1.5,
            ),
        },
    },
    {
        "id": "rail",
        "type": "line",
        "filter": ["==", ["get", "kind"], str(_K.RAIL)],
        "paint": {"line-color": "@rail", "line-width": zoomed({10: 0.8, 14: 2, 18: 6})},
    },
    {
        "id": "sleepers",
        "type": "line",
        "minzoom": 13,
        "filter": ["==", ["get", "kind"], str(_K.RAIL)],
        "paint": {"line-color": "@land", "line-width": zoomed({13: 0.8, 18: 3.6}), "line-dasharray": [5, 5]},
    },
    _road_name("major-name", [*_MAJOR, *_MIDDLE], minzoom=12.5, spacing=320),
    _road_name("minor-name", [_K.RESIDENTIAL, _K.SERVICE, _K.PATH, _K.RAIL], minzoom=15, spacing=260),
)

# --- what stands there --------------------------------------------------------------------------

BUILDINGS = (
    {
        "id": "block",
        "type": "fill",
        "metadata": {"wangge:legend": True},
        "paint": {"fill-color": "@building", "fill-opacity": zoomed({13: 0.5, 15: 1})},
    },
    {
        "id": "edge",
        "type": "line",
        "minzoom": 14.5,
        "paint": {"line-color": "@building-edge", "line-width": zoomed({14: 0.4, 18: 1.2})},
    },
    {
        "id": "number",
        "type": "symbol",
        "minzoom": 17,
        "layout": {
            "text-field": ["case", ["==", ["get", "number"], ""], _NAME, ["get", "number"]],
            "text-size": zoomed({17: 10.5, 19: 14}),
        },
        "paint": {"text-color": "@label-soft"},
    },
)

ESTATES = (
    {
        "id": "fill",
        "type": "fill",
        "paint": {"fill-color": "@estate", "fill-opacity": zoomed({12: 0.14, 17: 0.06})},
    },
    {
        "id": "outline",
        "type": "line",
        "metadata": {"wangge:legend": True},
        "layout": {"line-join": "round"},
        "paint": {"line-color": "@estate", "line-width": zoomed({12: 0.5, 16: 1.6}), "line-opacity": 0.8},
    },
    {
        "id": "name",
        "type": "symbol",
        "minzoom": 14.5,
        "layout": {"text-field": _NAME, "text-size": zoomed({14: 11, 18: 14})},
        "paint": {"text-color": "@estate", "text-halo-width": 1.6},
    },
)

DOORS = (
    {
        "id": "dot",
        "type": "circle",
        "metadata": {"wangge:legend": True},
        "paint": {"circle-color": "@door", "circle-radius": zoomed({16: 1.2, 19: 2.4})},
    },
    {
        "id": "number",
        "type": "symbol",
        "minzoom": 17.5,
        "layout": {
            "text-field": ["get", "number"],
            "text-size": 11,
            "text-variable-anchor": ["top", "bottom", "left", "right"],
            "text-radial-offset": 0.4,
        },
        "paint": {"text-color": "@door"},
    },
)


def _by_word(attribute: str, icons: Mapping[str, list[str]], colour: str, other: str) -> list:
    """A badge for each list of values."""
    arms = [part for icon, words in icons.items() for part in (words, badge(colour, icon))]
    return ["match", ["get", attribute], *arms, other]


PLACES = (
    {
        "id": "cluster",
        "type": "circle",
        "filter": ["has", "point_count"],
        "paint": {
            "circle-color": "@place",
            "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "point_count"]], 0.3, 3.5, 2, 8],
            "circle-opacity": 0.35,
        },
    },
    {
        "id": "dot",
        "type": "circle",
        "metadata": {"wangge:legend": True},
        "filter": SINGLE,
        "paint": {
            "circle-color": "@place",
            "circle-radius": zoomed({14: 2.4, 18: 4.5}),
            "circle-stroke-color": "@ring",
            "circle-stroke-width": 1,
        },
    },
    {
        "id": "trade",  # over the dot
        "type": "symbol",
        "minzoom": 17,
        "filter": SINGLE,
        "layout": {
            "icon-image": _by_word("category", badges.TRADES, "@place", ""),
            "icon-size": zoomed({17: 0.6, 19: 0.85}),
            "icon-allow-overlap": True,
        },
    },
    {
        "id": "name",
        "type": "symbol",
        "minzoom": 16,
        "filter": SINGLE,
        "layout": {
            "text-field": _NAME,
            "text-size": zoomed({16: 11, 19: 13}),
            "text-variable-anchor": ["left", "right", "top", "bottom"],
            "text-radial-offset": 0.6,
            "text-justify": "auto",
            "text-padding": zoomed({16: 8, 18: 3}),
        },
        "paint": {"text-color": "@label-place"},
    },
)

_S = Asset.State
_MARK = {
    "id": "mark",  # state by shape and colour
    "type": "symbol",
    "metadata": {"wangge:legend": True},
    "filter": SINGLE,
    "layout": {
        "text-field": by_class(
            "state", {_S.INTACT: "●", _S.DAMAGED: "▲", _S.LOST: "■", _S.REMOVED: "✕"}, "●"
        ),
        "text-size": zoomed(
            {15: by_class("state", {_S.INTACT: 5}, 10), 19: by_class("state", {_S.INTACT: 13}, 18)}
        ),
        "text-allow-overlap": True,
        "text-ignore-placement": True,
    },
    "paint": {
        "text-color": by_class(
            "state",
            {_S.INTACT: "@good", _S.DAMAGED: "@warn", _S.LOST: "@bad", _S.REMOVED: "@stopped"},
            "@good",
        ),
        "text-halo-color": "@ring",
        "text-halo-width": 1,
    },
}
ASSETS = (
    *clusters("@good"),
    _MARK,
    {
        "id": "kind",  # over the dot of what is in order
        "type": "symbol",
        "minzoom": 17,
        "filter": ["all", SINGLE, ["==", ["get", "state"], str(_S.INTACT)]],
        "layout": {
            "icon-image": _by_word("class", badges.CLASSES, "@good", ""),
            "icon-size": zoomed({17: 0.55, 19: 0.85}),
            "icon-padding": 0,
        },
    },
    {
        **_MARK,
        "id": "wrong",  # the same once more, on top of all badges
        "minzoom": 17,
        "metadata": {},
        "filter": ["all", SINGLE, ["!=", ["get", "state"], str(_S.INTACT)]],
    },
    {
        "id": "class",
        "type": "symbol",
        "minzoom": 18,
        "filter": SINGLE,
        "layout": {
            "text-field": ["get", "class"],
            "text-size": 11,
            "text-variable-anchor": ["left", "right", "top", "bottom"],
            "text-radial-offset": 0.8,
        },
        "paint": {"text-color": "@label-soft"},
    },
)
