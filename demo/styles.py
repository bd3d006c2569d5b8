"""How each use of the ground is built upon."""

# ruff: noqa: E501 (tables)
from typing import NamedTuple


class Style(NamedTuple):
    """Lengths along the row, depths, pitches between rows and gaps in metres, floors: from, to.

    ``inset_m``: kept free at the parcel's edge. ``filled``: share of the places that are built on.
    ``flat_m2``: floor space per home; 0 where nobody lives. ``outline``: see OUTLINES.
    """

    kind: str
    length_m: tuple[float, float]
    depth_m: tuple[float, float]
    pitch_m: tuple[float, float]
    gap_m: tuple[float, float]
    floors: tuple[int, int]
    inset_m: float
    filled: float
    flat_m2: float
    outline: str


# fmt: off
STYLES = {
    #                      kind           length      depth       pitch     gap       floors    inset filled flat  outline
    "estate":         Style("residential", (36, 62),  (12, 13.5), (27, 31), (9, 13),  (5, 7),   4,   0.97, 105, "slab"),
    "towers":         Style("residential", (25, 38),  (15, 18),   (44, 52), (16, 24), (17, 33), 8,   0.95, 125, "tower"),
    "old_estate":     Style("residential", (24, 44),  (10, 11.5), (18, 21), (6, 9),   (3, 6),   3,   0.96, 75,  "box"),
    "courtyards":     Style("residential", (11, 17),  (8, 10),    (12.5, 15), (1.2, 2.5), (1, 3), 1.5, 0.93, 160, "yard"),
    "village":        Style("residential", (9.5, 12), (11, 13),   (14.5, 17), (0.9, 2.0), (2, 5), 2, 0.94, 190, "box"),
    "commerce":       Style("commercial",  (34, 58),  (22, 30),   (36, 44), (10, 14), (4, 12),  5,   1.0,  0,   "corner"),
    "office":         Style("commercial",  (30, 50),  (18, 22),   (38, 48), (14, 22), (6, 18),  7,   0.92, 0,   "comb"),
    "industry":       Style("industrial",  (46, 90),  (24, 34),   (36, 44), (10, 16), (1, 3),   5,   0.9,  0,   "box"),
    "site":           Style("other",       (26, 38),  (15, 18),   (50, 58), (22, 30), (2, 9),   12,  0.4,  0,   "box"),
    "primary_school": Style("public",      (42, 60),  (20, 26),   (34, 40), (12, 16), (3, 4),   5,   1.0,  0,   "yard"),
    "middle_school":  Style("public",      (50, 70),  (22, 28),   (36, 42), (12, 18), (4, 5),   6,   1.0,  0,   "comb"),
    "hospital":       Style("public",      (48, 74),  (24, 30),   (42, 50), (12, 18), (5, 16),  6,   0.95, 0,   "h"),
    "government":     Style("public",      (44, 66),  (16, 22),   (38, 46), (12, 18), (4, 9),   7,   0.95, 0,   "t"),
    "market":         Style("commercial",  (44, 76),  (15, 19),   (23, 26), (7, 9),   (1, 2),   4,   1.0,  0,   "box"),
    "mall":           Style("commercial",  (70, 110), (44, 60),   (62, 74), (12, 18), (4, 7),   7,   1.0,  0,   "octagon"),
    "stadium":        Style("public",      (60, 84),  (30, 40),   (50, 60), (24, 34), (2, 3),   10,  1.0,  0,   "octagon"),
    "great_park":     Style("public",      (14, 20),  (9, 12),    (90, 120), (80, 120), (1, 2), 16,  0.35, 0,   "yard"),
    "park":           Style("public",      (8, 12),   (7, 9),     (60, 80), (60, 80), (1, 1),   10,  0.4,  0,   "box"),
}
# How much of a parcel's street side has shops before it.
FRONTED = {"estate": 0.66, "old_estate": 0.8, "courtyards": 0.75, "village": 0.6, "towers": 0.5, "market": 0.7, "shops": 0.9,
           "commerce": 0.3}
# Plans in a unit box, anticlockwise from the south west, so that no outline leaves the place it was given.
OUTLINES = {
    "box": ((0, 0), (1, 0), (1, 1), (0, 1)),
    "slab": ((0, 0.08), (0.22, 0.08), (0.22, 0), (0.28, 0), (0.28, 0.08), (0.72, 0.08), (0.72, 0), (0.78, 0), (0.78, 0.08),
             (1, 0.08), (1, 1), (0, 1)),
    "tower": ((0, 0.12), (0.3, 0.12), (0.3, 0), (0.7, 0), (0.7, 0.12), (1, 0.12), (1, 0.78), (0.62, 0.78), (0.62, 1), (0.38, 1),
              (0.38, 0.78), (0, 0.78)),
    "yard": ((0, 0), (0.28, 0), (0.28, 0.55), (0.72, 0.55), (0.72, 0), (1, 0), (1, 1), (0, 1)),
    "corner": ((0, 0), (1, 0), (1, 0.55), (0.6, 0.55), (0.6, 1), (0, 1)),
    "comb": ((0, 0), (0.2, 0), (0.2, 0.5), (0.4, 0.5), (0.4, 0), (0.6, 0), (0.6, 0.5), (0.8, 0.5), (0.8, 0), (1, 0), (1, 1),
             (0, 1)),
    "h": ((0, 0), (0.3, 0), (0.3, 0.35), (0.7, 0.35), (0.7, 0), (1, 0), (1, 1), (0.7, 1), (0.7, 0.65), (0.3, 0.65), (0.3, 1),
          (0, 1)),
    "t": ((0.32, 0), (0.68, 0), (0.68, 0.4), (1, 0.4), (1, 1), (0, 1), (0, 0.4), (0.32, 0.4)),
    "octagon": ((0.12, 0), (0.88, 0), (1, 0.18), (1, 0.82), (0.88, 1), (0.12, 1), (0, 0.82), (0, 0.18)),
}
# fmt: on
