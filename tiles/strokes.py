"""Strokes that declarations draw their layers with; each gives MapLibre layers without ``source``."""

from collections.abc import Mapping


def zoomed(stops: Mapping[float, object], *, base: float = 1.0) -> list:
    """A value that grows between zooms; values may be expressions."""
    flat = [part for stop in sorted(stops.items()) for part in stop]
    return ["interpolate", ["exponential", base], ["zoom"], *flat]


def by_class(attribute: str, values: Mapping[str, object], other) -> list:
    """A value for each class of rows."""
    return ["match", ["get", attribute], *(part for pair in values.items() for part in pair), other]


def clusters(colour: str) -> tuple[dict, ...]:
    """Sized circles with the count in them, for layers that are ``Clustered``."""
    count = ["get", "point_count"]
    sizes = ["interpolate", ["linear"], ["log10", count], 0.3, 9, 1, 11, 2, 14, 3, 18, 4, 23]
    return (
        {
            "id": "cluster",
            "type": "circle",
            "filter": ["has", "point_count"],
            "paint": {
                "circle-color": colour,
                "circle-radius": sizes,
                "circle-opacity": 0.82,
                "circle-stroke-color": colour,
                "circle-stroke-width": 3,
                "circle-stroke-opacity": 0.22,
            },
        },
        {
            "id": "count",
            "type": "symbol",
            "filter": ["has", "point_count"],
            "layout": {
                "text-field": ["number-format", count, {"locale": "en", "max-fraction-digits": 0}],
                "text-size": ["interpolate", ["linear"], ["log10", count], 1, 11, 3, 13],
                "text-allow-overlap": True,
                "text-padding": 9,  # the circle's room: names on the ground keep clear of it
            },
            "paint": {"text-color": "@on-data", "text-halo-width": 0},
        },
    )


def badge(colour: str, icon: str) -> str:
    """The name of a badge (``tiles.sprites``): a lucide icon on a disc of a colour (``"@place"``)."""
    return f"{colour.removeprefix('@')}:{icon}"


SINGLE = ["!", ["has", "point_count"]]
