"""The visual language: what tokens.css promises holds in both themes."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "gis/static/gis/tokens.css").read_text()
PAIRS = {
    name: (paper, night)
    for name, paper, night in re.findall(r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS)
}
SURFACES = ("--surface-1", "--surface-2", "--surface-3")
TONES = ("--accent", "--good", "--warn", "--bad", "--stopped")
THEMES = pytest.mark.parametrize("theme", [0, 1], ids=["paper", "night"])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: int) -> float:
    light, dark = sorted((luminance(PAIRS[one][theme]), luminance(PAIRS[other][theme])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@THEMES
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("ink", ["--ink-1", "--ink-2", "--ink-3"])
def test_text_is_legible_on_every_surface(ink, surface, theme):
    assert contrast(ink, surface, theme) >= 4.5


@THEMES
@pytest.mark.parametrize("tone", TONES)
def test_a_tone_is_legible_as_text_and_under_text(tone, theme):
    assert contrast(tone, "--surface-1", theme) >= 4.5
    assert contrast(tone, "--surface-2", theme) >= 4.5
    assert contrast(tone, f"{tone}-soft", theme) >= 4.5
    assert contrast("--on-tone", tone, theme) >= 4.5


@THEMES
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("mark", ["--focus", "--line-strong"])
def test_what_marks_a_control_stands_out(mark, surface, theme):
    assert contrast(mark, surface, theme) >= 3


def test_every_property_of_web_awesomes_theme_is_set_from_our_tokens():
    [theme] = (settings.VAR / "vendor").glob("webawesome@*/dist-cdn/styles/themes/default.css")
    wanted = set(re.findall(r"^\s*(--wa-[\w-]+):", theme.read_text(), flags=re.MULTILINE))
    ours = set(re.findall(r"^\s*(--wa-[\w-]+):", TOKENS, flags=re.MULTILINE))
    parts = {
        f"--wa-shadow-{part}-{size}"
        for part in ("offset-x", "offset-y", "blur", "spread")
        for size in ("s", "m", "l", "scale")
    }
    assert wanted - ours - parts == set()


def test_no_style_sheet_but_the_tokens_names_a_colour():
    raw = re.compile(r"#[0-9a-f]{3,8}\b(?![-\w])|\brgba?\(|\bhsla?\(", re.IGNORECASE)
    sheets = [
        file
        for file in settings.BASE_DIR.glob("*/static/*/**/*.css")
        if file.name != "tokens.css" and "var" not in file.parts
    ]
    assert sheets
    offences = [
        f"{file.name}: {line.strip()}"
        for file in sheets
        for line in file.read_text().splitlines()
        if raw.search(line)
    ]
    assert offences == []
