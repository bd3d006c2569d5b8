"""The colours of the map, by name, for paper (light) and night (dark).

The base is quiet and our data is the only saturated thing. A declaration says ``"@water"``; nothing else
in the project writes a map colour. Status colours differ in lightness as well as hue, so that they part
for colour-blind eyes; shape, size and words go with them.
"""

from collections.abc import Iterator

THEMES = ("paper", "night")

COLOURS: dict[str, tuple[str, str]] = {
    # the ground                 paper      night
    "land":                   ("#f6f4ef", "#141918"),
    "green":                  ("#e0ead5", "#1a2b21"),
    "water":                  ("#c7dce8", "#15293a"),
    "water-edge":             ("#a9c7d8", "#1d3a52"),
    "building":               ("#e8e4db", "#222928"),
    "building-edge":          ("#d6d0c4", "#303a38"),
    "road":                   ("#ffffff", "#353f3d"),
    "road-edge":              ("#dcd7cb", "#0e1211"),
    "road-major":             ("#fdf1d6", "#4d5856"),
    "road-major-edge":        ("#dfcda3", "#0e1211"),
    "road-minor":             ("#ffffff", "#2b3432"),
    "path":                   ("#cfc8b8", "#3c4644"),
    "rail":                   ("#aca69a", "#55605d"),
    "region-edge":            ("#8d7fa6", "#8f86b5"),
    # words on the ground
    "label":                  ("#3d3b37", "#cbd2cf"),
    "label-soft":             ("#6d6a62", "#93a09b"),
    "label-water":            ("#3f6f8c", "#6f9cbb"),
    "label-green":            ("#557043", "#84a58c"),
    "label-region":           ("#5a4b78", "#b9aee0"),
    "label-place":            ("#5d5177", "#b3a7d0"),
    "halo":                   ("#fbfaf7", "#101413"),
    # territory
    "accent":                 ("#155fbf", "#7bb4ff"),
    "unit-grid":              ("#5f7f9f", "#6c8fb3"),
    "estate":                 ("#a0792c", "#c9a35b"),
    # things
    "place":                  ("#7a5bb5", "#a78ce0"),
    "door":                   ("#6d6a62", "#a3adbb"),
    "good":                   ("#1f9d6b", "#43c48f"),
    "warn":                   ("#d98200", "#f2ab3c"),
    "bad":                    ("#cf2f3c", "#ff6b6b"),
    "stopped":                ("#7d838c", "#8a929d"),
    # how far a case has come
    "case-new":               ("#d6275a", "#ff5c8a"),
    "case-accepted":          ("#e8590c", "#ff8f4a"),
    "case-registered":        ("#c98a00", "#f4c04a"),
    "case-disposal":          ("#1769d2", "#5ea4ff"),
    "case-checking":          ("#0b8f8f", "#3cc9c0"),
    "case-closed":            ("#8b9a92", "#6d7f77"),
    "case-voided":            ("#b3b0a9", "#565c65"),
    "case-cluster":           ("#c2255c", "#e6487c"),
    "on-data":                ("#ffffff", "#0d1613"),
    "ring":                   ("#ffffff", "#0d1613"),
    # from little to much: equal steps look equal (inferno, and its light-to-dark mirror on paper)
    "heat-1":                 ("#fcf0c8", "#1b0c41"),
    "heat-2":                 ("#fbc878", "#4a0c6b"),
    "heat-3":                 ("#f8963f", "#781c6d"),
    "heat-4":                 ("#e45a31", "#a52c60"),
    "heat-5":                 ("#bc3754", "#cf4446"),
    "heat-6":                 ("#801f6c", "#ed6925"),
    "heat-7":                 ("#420a68", "#fb9b06"),
}  # fmt: skip


def palette(theme: str) -> dict[str, str]:
    """All colours of a theme by name."""
    at = THEMES.index(theme)
    return {name: both[at] for name, both in COLOURS.items()}


def painted(value, colours: dict[str, str]):
    """A style value with its colour names (``"@water"``) put in; KeyError for an unknown one."""
    match value:
        case str() if value.startswith("@"):
            return colours[value[1:]]
        case dict():
            return {key: painted(part, colours) for key, part in value.items()}
        case list() | tuple():
            return [painted(part, colours) for part in value]
    return value


def names_in(value) -> Iterator[str]:
    """The colour names that a style value uses."""
    match value:
        case str() if value.startswith("@"):
            yield value[1:]
        case dict():
            for part in value.values():
                yield from names_in(part)
        case list() | tuple():
            for part in value:
                yield from names_in(part)
