"""Sprites: every badge that a style names is on the sheets, in the colours of the theme."""

import io

import pytest
from PIL import Image, ImageColor
from rest_framework.test import APIClient

from gis.layers import layers
from tiles import sprites
from tiles.palette import THEMES, palette

BADGES = sprites.badges(layers)


def sheet(theme: str, end: str = "") -> tuple[dict, Image.Image]:
    """The index and the picture of a sheet, as a map fetches them."""
    client = APIClient()
    index, picture = (client.get(f"/sprites/{theme}{end}.{kind}") for kind in ("json", "png"))
    assert (index["Content-Type"], picture["Content-Type"]) == ("application/json", "image/png")
    return index.json(), Image.open(io.BytesIO(picture.content))


def test_cases_places_and_assets_have_badges():
    colours = {name.partition(":")[0] for name in BADGES}
    assert {"case-new", "case-disposal", "place", "good"} <= colours


@pytest.mark.parametrize("end, ratio", [("", 1), ("@2x", 2)])
def test_a_sheet_has_every_badge_in_a_place_of_its_own(end, ratio):
    index, picture = sheet("paper", end)
    assert sorted(index) == BADGES
    assert len({(one["x"], one["y"]) for one in index.values()}) == len(BADGES)
    for one in index.values():
        assert (one["width"], one["height"], one["pixelRatio"]) == (24 * ratio, 24 * ratio, ratio)
        assert one["x"] + one["width"] <= picture.width
        assert one["y"] + one["height"] <= picture.height


@pytest.mark.parametrize("theme", THEMES)
def test_a_badge_is_a_disc_of_its_colour_with_an_icon_in_it(theme):
    index, picture = sheet(theme, "@2x")
    colours = palette(theme)
    for name, at in index.items():
        badge = picture.convert("RGBA").crop(
            (at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])
        )
        found = {colour: count for count, colour in badge.getcolors(maxcolors=48 * 48)}
        disc = (*ImageColor.getrgb(colours[name.partition(":")[0]]), 255)
        icon = (*ImageColor.getrgb(colours["on-data"]), 255)
        assert found[disc] > 300, name
        assert found[icon] > 30, name
        assert found[0, 0, 0, 0] > 100, name  # the corners are clear


@pytest.mark.parametrize("address", ["/sprites/sepia.json", "/sprites/paper.gif", "/sprites/paper@3x.png"])
def test_there_is_no_other_sheet(address):
    assert APIClient().get(address).status_code == 404
