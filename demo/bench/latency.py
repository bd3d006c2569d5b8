"""Tiles one at a time: ours, the SQL that it stands on, a plain server's SQL, and tipg; and their bytes."""

import gzip
from collections.abc import Mapping
from statistics import fmean, median

from demo.bench import tipg
from demo.bench.report import IN_TURN, Aim, in_turn, section
from demo.bench.setting import Setting
from demo.bench.tiles import (
    MOST_FEATURES,
    NUMBER,
    ZOOMS,
    Served,
    body,
    of_the_city,
    plain_sql,
    same_sql,
    sets,
)
from demo.bench.timing import Sample, Way, take_turns
from tiles import mvt

SAME, PLAIN = "SQL, same statement", "SQL, plain"
AIMS = {SAME: Aim(ratio=1.15, more_ms=2), PLAIN: Aim(ratio=0.85)}
NOTE = f"""  SQL, same statement: what ours runs, on a bare connection. SQL, plain: all public attributes and
  geometry transformed from 4326, as a plain server asks, {MOST_FEATURES:,} features of a layer at most.
  tipg: views with the columns and the 3857 geometry of ours, a request for each layer, the same limit."""


def measure(setting: Setting) -> str:
    chosen = of_the_city(setting.chief, NUMBER)
    client = setting.sign_in(setting.chief)
    rows, by_zoom, weights, kept = [], [], [], 0
    anew = {"ours": setting.forget_tiles}
    for what, asked in sets().items():
        ways: dict[str, Way[mvt.Tile]] = {"ours": Served(client, asked)}
        if setting.peer:
            ways["tipg"] = tipg.Tiles(setting.peer, asked)
        ways[PLAIN] = plain_sql(setting.raw, asked)
        ways[SAME] = same_sql(setting.raw, asked, setting.chief)
        samples = take_turns(chosen, ways, seconds=setting.seconds, before=anew, note=_weigh)
        kept += sum(was_kept for _, _, was_kept in samples["ours"].notes)
        rows += in_turn(what, samples, AIMS)
        by_zoom += _by_zoom(what, samples)
        weights += _weights(what, samples)
    notes = [NOTE] + ([f"  NOT uncached: {kept} answers of ours came out of its cache."] if kept else [])
    headings = [f"z{z}" for z in ZOOMS]
    return "\n".join(
        [
            section("Tiles one at a time, drawn anew, ms", [IN_TURN, *rows], notes),
            section("The same, p50 by zoom, ms", [["", *headings], *by_zoom]),
            section(
                "What a tile weighs, KB on average (packed by gzip -1)",
                [["", "plain", "packed", "largest", "packed"], *weights],
            ),
        ]
    )


def _weigh(answer) -> tuple[int, int, bool]:
    """Bytes of the tile as it is and packed, and whether it came out of the cache."""
    tile = body(answer)
    return len(tile), len(gzip.compress(tile, 1)), getattr(answer, "was_kept", False)


def _by_zoom(what: str, samples: Mapping[str, Sample]) -> list[list[str]]:
    """The tiles were taken through the zooms by turns."""
    return [
        [f"{what}: {name}" if name == "ours" else f"  {name}"]
        + [f"{median(ms):.1f}" if (ms := sample.ms[at :: len(ZOOMS)]) else "" for at in range(len(ZOOMS))]
        for name, sample in samples.items()
    ]


def _weights(what: str, samples: Mapping[str, Sample]) -> list[list[str]]:
    rows = []
    for name, sample in samples.items():
        if name != SAME:  # the same tile as ours
            sizes = list(zip(*sample.notes, strict=True))[:2]
            figures = (fmean(sizes[0]), fmean(sizes[1]), max(sizes[0]), max(sizes[1]))
            label = f"{what}: {name}" if name == "ours" else f"  {name}"
            rows.append([label, *(f"{bytes_ / 1000:.1f}" for bytes_ in figures)])
    return rows
