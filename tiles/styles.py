"""MapLibre styles, from the declarations: the quiet base map and each layer's own drawing.

A declaration's ``style`` is a list of MapLibre layers without ``source``; ``id`` is unique within the
layer and colours are names (``"@water"``). All base layers share one source, so that a view of the base
map is one request a tile; each other layer has its own, so that switching one loads nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from django.utils.html import escape
from django.utils.translation import gettext as _

from gis.layers import Layer
from tiles.attributes import output_field_of
from tiles.palette import painted, palette

BASE = "base"
# Drawn by the browser itself, nothing is fetched: the names of local faces, tried in turn.
FACES = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "system-ui", "sans-serif"]
DRAWN_TO = 18  # deeper views enlarge these tiles: a unit of theirs is 4 cm

_RANKS = {"fill": 0, "fill-extrusion": 1, "line": 2, "heatmap": 3, "circle": 4}


# --- what a declaration's style says about its tiles --------------------------------------------


def is_areal(layer: Layer) -> bool:
    return layer.geometry_field.geom_type in ("POLYGON", "MULTIPOLYGON", "GEOMETRY")


def names_areas(layer: Layer, part: dict) -> bool:
    """Whether a style layer writes on areas, and so wants one point in each."""
    return (
        part["type"] == "symbol"
        and is_areal(layer)
        and part.get("layout", {}).get("symbol-placement") != "line"
    )


def labelled_from(layer: Layer) -> int | float:
    """The first tile zoom that carries label points; infinite if none does."""
    return min(
        (int(part.get("minzoom", 0)) for part in layer.style if names_areas(layer, part)),
        default=float("inf"),
    )


def label_source(layer: Layer) -> str:
    """The name of the label points in a tile."""
    return f"{layer.name}-label"


def label_attributes(layer: Layer) -> tuple[str, ...]:
    """What the layer's labels read of it."""
    read = {name for part in layer.style if names_areas(layer, part) for name in _attributes_read(part)}
    return tuple(name for name in layer.paths if name in read)


def _attributes_read(value) -> Iterator[str]:
    match value:
        case ["get" | "has", str() as name]:
            yield name
        case dict():
            for part in value.values():
                yield from _attributes_read(part)
        case list() | tuple():
            for part in value:
                yield from _attributes_read(part)


# --- the style document -------------------------------------------------------------------------


def style(
    theme: str,
    shown: Iterable[Layer],
    *,
    tiles_of: Callable[[list[Layer]], str],
    credits: Mapping[str, set[str]],
    sprite: str,
) -> dict:
    """The MapLibre style of the layers in ``theme``.

    ``tiles_of`` gives the absolute address of tiles of some layers, with ``{z}/{x}/{y}`` in it;
    ``credits`` says by layer whom the map thanks; ``sprite`` is the absolute address of the theme's badges.
    """
    shown = [layer for layer in shown if layer.style]
    colours = palette(theme)
    base = [layer for layer in shown if layer.base]
    sources = {BASE: _source(base, tiles_of, credits)} if base else {}
    sources |= {layer.name: _source([layer], tiles_of, credits) for layer in shown if not layer.base}
    ground = {"id": "land", "type": "background", "paint": {"background-color": "@land"}}
    return {
        "version": 8,
        "name": f"wangge {theme}",
        "metadata": {"wangge:theme": theme, "wangge:palette": colours},
        "sprite": sprite,
        "sources": sources,
        "layers": [
            painted(ground, colours),
            *(painted(_placed(*drawn), colours) for drawn in _in_order(shown)),
        ],
    }


def _source(
    together: list[Layer], tiles_of: Callable[[list[Layer]], str], credits: Mapping[str, set[str]]
) -> dict:
    return {
        "type": "vector",
        "tiles": [tiles_of(together)],
        "minzoom": min(layer.zooms[0] for layer in together),
        "maxzoom": min(DRAWN_TO, max(layer.zooms[-1] for layer in together)),
        "attribution": attribution_of(together, credits),
    }


def attribution_of(together: Iterable[Layer], credits: Mapping[str, set[str]]) -> str:
    """Each credit once, as HTML text, which is what maps take it for."""
    return escape(" ".join(sorted(set().union(*(credits.get(layer.name, ()) for layer in together)))))


def _in_order(shown: Iterable[Layer]) -> list[tuple[Layer, dict]]:
    """From the ground up: the base map, our data, then all words; ours come last and win their place.

    Within each, areas lie under lines and lines under points; outlines of areas lie over lines, or a
    border along a road could not be seen.
    """

    def height(drawn: tuple[Layer, dict]):
        layer, part = drawn
        if part["type"] == "symbol":
            return True, not layer.base, 0, False
        return False, not layer.base, _RANKS[part["type"]], is_areal(layer)

    return sorted(((layer, part) for layer in shown for part in layer.style), key=height)


def _placed(layer: Layer, part: dict) -> dict:
    """A declared style layer with its source, its place in the tree and the common lettering."""
    layout = dict(part.get("layout", {}))
    paint = dict(part.get("paint", {}))
    if part["type"] == "symbol" and "text-field" in layout:
        layout = {"text-font": FACES, "text-size": 12, "text-max-width": 8, "text-padding": 4} | layout
        paint = {"text-color": "@label", "text-halo-color": "@halo", "text-halo-width": 1.4} | paint
    if not layer.shown:
        layout["visibility"] = "none"
    drawn = {
        **part,
        "id": f"{layer.name}/{part['id']}",
        "source": BASE if layer.base else layer.name,
        "source-layer": label_source(layer) if names_areas(layer, part) else layer.name,
        "metadata": {"wangge:layer": layer.name, "wangge:group": str(layer.group)} | part.get("metadata", {}),
        "minzoom": max(part.get("minzoom", 0), layer.zooms[0]),
        "layout": layout,
        "paint": paint,
    }
    return drawn


# --- the legend ---------------------------------------------------------------------------------


def legend(layer: Layer, theme: str) -> list[dict]:
    """Swatches of a layer: ``{"type", "colour", "label"}``, one for each class that its colour tells apart.

    ``type`` is fill, line, circle, cluster or symbol; a symbol has its ``shape``, a character.
    """
    colours = palette(theme)
    told = next((part for part in layer.style if part.get("metadata", {}).get("wangge:legend")), None)
    if told is None:
        return []
    paint = told["paint"]["text-color" if told["type"] == "symbol" else f"{told['type']}-color"]
    swatches = [
        {"type": told["type"], "colour": colours[colour[1:]], "label": label}
        for colour, label in _classes(layer, paint)
    ]
    if told["type"] == "symbol":
        for swatch, (shape, _label) in zip(
            swatches, _classes(layer, told["layout"]["text-field"]), strict=True
        ):
            swatch["shape"] = shape
    if cluster := next((part for part in layer.style if part["id"] == "cluster"), None):
        colour = colours[cluster["paint"]["circle-color"][1:]]
        swatches.append({"type": "cluster", "colour": colour, "label": str(_("Several together"))})
    return swatches


def _classes(layer: Layer, value) -> Iterator[tuple[str, str]]:
    """What a paint or layout value says, and of which class of rows: itself and the layer's title, or each
    arm of a match."""
    match value:
        case str():
            yield value, str(layer.title)
        case ["match", ["get", str() as name], *arms]:
            words = dict(output_field_of(layer, name).flatchoices)
            for classes, said in zip(arms[:-1:2], arms[1::2], strict=True):
                together = classes if isinstance(classes, list) else [classes]
                yield said, " · ".join(str(words.get(one, one)) for one in together)
