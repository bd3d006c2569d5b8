"""Sprites: the badges that styles draw points with, each a lucide icon on a disc of a palette's colour.

A style names a badge ``place:utensils``: the colour ``@place`` and the icon ``utensils``. There is one sheet
for each theme, of the badges that the declared styles name, drawn when it is first asked for.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import resvg_py
from django.conf import settings

from gis.layers import Layer, layers
from tiles.palette import palette

SIDE = 24  # pixels of a badge at ratio 1, the disc's margin included
ICON = 14  # pixels of the icon in it; lucide draws in a square of 24
RATIOS = (1, 2)
_NAME = re.compile(r"([a-z0-9-]+):([a-z0-9-]+)")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def badges(of: Iterable[Layer]) -> list[str]:
    """The names of all badges in the styles of some layers."""
    images = (part.get("layout", {}).get("icon-image") for layer in of for part in layer.style)
    return sorted({name for image in images for name in _names_in(image)})


def _names_in(value) -> Iterator[str]:
    match value:
        case str() if _NAME.fullmatch(value):
            yield value
        case list() | tuple():
            for part in value:
                yield from _names_in(part)


@cache
def index(ratio: int) -> bytes:
    """Where each badge lies, in pixels of a sheet; the same for all themes."""
    names = badges(layers)
    across = _across(len(names))
    side = SIDE * ratio
    places = {
        name: {
            "x": n % across * side,
            "y": n // across * side,
            "width": side,
            "height": side,
            "pixelRatio": ratio,
        }
        for n, name in enumerate(names)
    }
    return json.dumps(places).encode()


@cache
def sheet(theme: str, ratio: int) -> bytes:
    """The sheet as PNG."""
    names, colours = badges(layers), palette(theme)
    across = _across(len(names))
    drawn = [
        f'<g transform="translate({n % across * SIDE} {n // across * SIDE})">{_badge(name, colours)}</g>'
        for n, name in enumerate(names)
    ]
    width, height = across * SIDE, math.ceil(len(names) / across) * SIDE
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(drawn)}</svg>'
    return resvg_py.svg_to_bytes(
        svg_string=svg, width=width * ratio, height=height * ratio, skip_system_fonts=True
    )


def _across(number: int) -> int:
    """How many badges stand in a row, so that the sheet is about square."""
    return max(1, math.ceil(math.sqrt(number)))


def _badge(name: str, colours: dict[str, str]) -> str:
    colour, icon = name.split(":")
    inset = (SIDE - ICON) / 2
    return (
        f'<circle cx="{SIDE / 2}" cy="{SIDE / 2}" r="{SIDE / 2 - 1.5}" fill="{colours[colour]}"'
        f' stroke="{colours["ring"]}" stroke-width="1.5"/>'
        f'<g transform="translate({inset} {inset}) scale({ICON / 24})"'
        f' fill="none" stroke="{colours["on-data"]}" stroke-width="2.4"'
        f' stroke-linecap="round" stroke-linejoin="round">{_drawing(icon)}</g>'
    )


def _drawing(icon: str) -> str:
    """The inside of a lucide icon."""
    found = _DRAWING.search((_icons() / f"{icon}.svg").read_text())
    if found is None:
        raise ValueError(f"{icon}.svg is no drawing")
    return found[1]


@cache
def _icons() -> Path:
    """Where the vendored icons are."""
    names = json.loads((settings.VAR / "vendor" / "importmap.json").read_text())["imports"]
    return settings.VAR / names["lucide/"]
