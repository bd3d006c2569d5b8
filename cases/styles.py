"""How cases are drawn (see ``tiles.styles``): colour tells how far one has come, size how urgent it is."""

from cases.models import Case
from tiles.strokes import SINGLE, badge, by_class, clusters, zoomed

_S, _U = Case.Stage, Case.Urgency
_OVER = [_S.CLOSED, _S.VOIDED]

_colour = by_class(
    "stage",
    {
        _S.REPORTED: "@case-new",
        _S.ACCEPTED: "@case-accepted",
        _S.REGISTERED: "@case-registered",
        _S.DISPOSAL: "@case-disposal",
        _S.CHECKING: "@case-checking",
        _S.CLOSED: "@case-closed",
        _S.VOIDED: "@case-voided",
    },
    "@case-new",
)
_badge = by_class(
    "stage",
    {
        _S.ACCEPTED: badge("@case-accepted", "inbox"),
        _S.REGISTERED: badge("@case-registered", "clipboard-check"),
        _S.DISPOSAL: badge("@case-disposal", "wrench"),
        _S.CHECKING: badge("@case-checking", "search-check"),
    },
    badge("@case-new", "megaphone"),
)
_is_over = ["in", ["get", "stage"], ["literal", [str(stage) for stage in _OVER]]]


def _radius(general: float, urgent: float, major: float) -> list:
    return ["case", _is_over, general * 0.8, _per_urgency(general, urgent, major)]


def _per_urgency(general: float, urgent: float, major: float) -> list:
    return by_class("urgency", {_U.URGENT: urgent, _U.MAJOR: major}, general)


CASES = (
    *clusters("@case-cluster"),
    {
        "id": "halo",  # very urgent and still open
        "type": "circle",
        "filter": ["all", SINGLE, ["==", ["get", "urgency"], str(_U.MAJOR)], ["!", _is_over]],
        "paint": {
            "circle-color": _colour,
            "circle-opacity": 0.25,
            "circle-radius": zoomed({14: 11, 18: 18}),
        },
    },
    {
        "id": "spot",
        "type": "circle",
        "metadata": {"wangge:legend": True},
        "filter": SINGLE,
        "layout": {
            "circle-sort-key": ["case", _is_over, 0, by_class("urgency", {_U.URGENT: 2, _U.MAJOR: 3}, 1)]
        },
        "paint": {
            "circle-color": _colour,
            "circle-radius": zoomed({14: _radius(4, 5.2, 6.4), 18: _radius(6.5, 8.5, 10.5)}),
            "circle-opacity": ["case", _is_over, 0.55, 1],
            "circle-stroke-color": "@ring",
            "circle-stroke-width": ["case", _is_over, 0, 1.4],
        },
    },
    {
        "id": "stage",  # of those that still want doing: told by a sign as well as by colour
        "type": "symbol",
        "minzoom": 16,
        "filter": ["all", SINGLE, ["!", _is_over]],
        "layout": {
            "icon-image": _badge,
            "icon-size": zoomed({16: _per_urgency(0.55, 0.7, 0.85), 18: _per_urgency(0.7, 0.9, 1.1)}),
            "icon-allow-overlap": True,
            "icon-ignore-placement": True,
            "symbol-sort-key": _per_urgency(1, 2, 3),
        },
    },
    {
        "id": "category",  # of those that still want doing
        "type": "symbol",
        "minzoom": 16,
        "filter": ["all", SINGLE, ["!", _is_over]],
        "layout": {
            "text-field": ["get", "category"],
            "text-size": 11.5,
            "text-variable-anchor": ["left", "right", "top", "bottom"],
            "text-radial-offset": 0.9,
        },
        "paint": {"text-color": "@label"},
    },
)
