"""Styles are valid, draw only what tiles carry, and use the palette alone."""

import itertools
import json
import subprocess
from collections.abc import Iterator

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from gis.layers import layers
from tests import city
from tests.tiles.decoding import decoded, get
from tiles import styles
from tiles.mvt import DEEPEST, Tile
from tiles.palette import COLOURS, THEMES, names_in, palette

NAMES = [layer.name for layer in layers]
VALIDATOR = """
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
let text = ""; for await (const part of process.stdin) text += part;
console.log(JSON.stringify(validateStyleMin(JSON.parse(text)).map((problem) => problem.message)));
"""


@pytest.fixture
def style(chief, signed_in):
    """``style("paper", layers="roads")`` is the style that the chief gets."""
    return lambda theme, **params: signed_in(chief).get(f"/styles/{theme}.json", params).json()


# --- the document -------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES)
def test_the_style_holds_to_the_specification(style, theme):
    checked = subprocess.run(
        ["node", "--input-type=module", "--eval", VALIDATOR],
        input=json.dumps(style(theme)), capture_output=True, text=True, check=True, cwd=settings.BASE_DIR,
    )  # fmt: skip
    assert json.loads(checked.stdout) == []


def test_the_base_map_is_one_source_and_each_other_layer_its_own(style):
    sources = style("paper")["sources"]
    others = {layer.name for layer in layers if not layer.base}
    assert set(sources) == {"base"} | others
    base = ",".join(layer.name for layer in layers if layer.base)
    assert sources["base"]["tiles"] == [f"http://testserver/tiles/{base}/{{z}}/{{x}}/{{y}}.mvt"]


def test_nothing_is_fetched_from_elsewhere(style):
    document = style("paper")
    assert "glyphs" not in document
    assert document["sprite"] == "http://testserver/sprites/paper"
    addresses = [address for source in document["sources"].values() for address in source["tiles"]]
    assert all(address.startswith("http://testserver/tiles/") for address in addresses)


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_drawn(style, name):
    assert any(part.get("metadata", {}).get("wangge:layer") == name for part in style("paper")["layers"])


def test_ids_are_unique(style):
    ids = [part["id"] for part in style("paper")["layers"]]
    assert len(ids) == len(set(ids))


def test_a_layer_that_is_off_at_first_is_invisible(style):
    for part in style("paper")["layers"][1:]:
        layer = layers.get(part["metadata"]["wangge:layer"])
        assert (part["layout"].get("visibility") == "none") == (not layer.shown)


def test_words_are_drawn_last_and_the_ground_first(style):
    parts = style("night")["layers"]
    kinds = [part["type"] for part in parts]
    first_word = kinds.index("symbol")
    assert kinds[0] == "background"
    assert set(kinds[first_word:]) == {"symbol"}
    drawn = [layers.get(part["metadata"]["wangge:layer"]).base for part in parts[1:first_word]]
    assert drawn == sorted(drawn, reverse=True)


def test_layers_restrict_the_style(style):
    document = style("paper", layers="roads,cases")
    assert set(document["sources"]) == {"base", "cases"}
    assert document["sources"]["base"]["tiles"] == ["http://testserver/tiles/roads/{z}/{x}/{y}.mvt"]


@pytest.mark.parametrize("address", ["/styles/sepia.json", "/styles/paper.json?layers=nowhere"])
def test_an_unknown_theme_or_layer_is_a_404(chief, signed_in, address):
    assert signed_in(chief).get(address).status_code == 404


def test_an_unknown_parameter_is_a_400(chief, signed_in):
    assert signed_in(chief).get("/styles/paper.json?layer=roads").status_code == 400


def test_a_style_wants_a_sign_in(db):
    assert APIClient().get("/styles/paper.json").status_code == 401


# --- the style and the tiles --------------------------------------------------------------------


def test_the_style_reads_only_what_tiles_carry(style, chief, signed_in):
    told = signed_in(chief).get(f"/tiles/{','.join(NAMES)}.json").json()
    fields = {part["id"]: set(part["fields"]) | {"point_count"} for part in told["vector_layers"]}
    for part in style("paper")["layers"][1:]:
        read = set(styles._attributes_read([part.get("filter"), part["layout"], part["paint"]]))
        assert read <= fields[part["source-layer"]], part["id"]


def test_every_point_of_a_label_is_in_the_tiles_of_its_zoom(town, style, chief, signed_in):
    at = {z: Tile.holding(*city.MAP.lonlat("p"), z=z) for z in range(DEEPEST + 1)}
    client = signed_in(chief)
    labels = [part for part in style("paper")["layers"][1:] if part["source-layer"].endswith("-label")]
    for part in labels:
        name = part["metadata"]["wangge:layer"]
        z = max(int(part.get("minzoom", 0)), layers.get(name).zooms[0])
        around = [Tile(z, at[z].x + dx, at[z].y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        held = {found for tile in around for found in decoded(get(client, name, tile))}
        assert part["source-layer"] in held, part["id"]


# --- colours ------------------------------------------------------------------------------------


def colour_values(part: dict) -> Iterator[tuple[str, object]]:
    for name, value in part.get("paint", {}).items():
        if name.endswith("-color"):
            yield name, value


@pytest.mark.parametrize("name", NAMES)
def test_a_declaration_writes_colours_by_name(name):
    for part in layers.get(name).style:
        for _property, value in colour_values(part):
            assert set(names_in(value)) <= set(COLOURS)
            assert list(names_in(value)) != []
            assert not any(text in json.dumps(value) for text in ("#", "rgb", "hsl"))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1) of ``#rrggbb``."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [name for name in COLOURS if name.startswith("label")])
def test_names_are_legible(theme, name):
    colours = palette(theme)
    assert contrast(colours[name], colours["halo"]) >= 4.5
    assert contrast(colours[name], colours["land"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["case-cluster", "good"])
def test_counts_are_legible_in_their_circles(theme, name):
    colours = palette(theme)
    assert contrast(colours["on-data"], colours[name]) >= 3.2


@pytest.mark.parametrize("theme", THEMES)
def test_the_sequential_palette_is_even_in_lightness(theme):
    def lightness(colour: str) -> float:  # CIE L*
        y = luminance(colour)
        return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y

    steps = [
        abs(lightness(after) - lightness(before))
        for before, after in itertools.pairwise(palette(theme)[f"heat-{n}"] for n in range(1, 8))
    ]
    mean = sum(steps) / len(steps)
    assert all(abs(step - mean) < 0.25 * mean for step in steps)


@pytest.mark.parametrize("theme", THEMES)
def test_the_ground_is_quiet_and_the_data_is_not(theme):
    def saturation(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return max(parts) - min(parts)

    colours = palette(theme)
    ground = ("land", "green", "water", "building", "road", "road-minor")
    data = ("accent", "case-new", "case-disposal", "case-cluster", "bad")
    loudest = max(saturation(colours[name]) for name in ground)
    assert loudest < min(saturation(colours[name]) for name in data) / 2


# --- the legend ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_has_a_legend(name):
    swatches = styles.legend(layers.get(name), "paper")
    assert swatches
    assert all(swatch["label"] and swatch["colour"].startswith("#") for swatch in swatches)


def test_the_legend_names_each_stage_of_a_case():
    from cases.models import Case

    labels = [swatch["label"] for swatch in styles.legend(layers.get("cases"), "paper")]
    assert labels[:-1] == [str(label) for label in Case.Stage.labels]


def test_the_legend_shows_the_shape_of_each_state():
    shapes = {swatch["label"]: swatch.get("shape") for swatch in styles.legend(layers.get("assets"), "paper")}
    assert list(shapes.values())[:4] == ["●", "▲", "■", "✕"]


def test_the_legend_changes_with_the_theme():
    cases = layers.get("cases")
    assert styles.legend(cases, "paper")[0]["colour"] != styles.legend(cases, "night")[0]["colour"]
