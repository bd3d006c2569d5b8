"""What the bench prints: aligned tables, and each figure beside the aim that it is held to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from demo.bench.timing import Sample


class Aim(NamedTuple):
    """How our median is to stand to another way's: at most ``ratio`` times, at most ``more_ms`` longer."""

    ratio: float | None = None
    more_ms: float | None = None


IN_TURN = ["", "n", "p50", "p95", "ours / it", "ours takes longer by"]


def in_turn(what: str, samples: Mapping[str, Sample], aims: Mapping[str, Aim]) -> list[list[str]]:
    """Rows under ``IN_TURN``: the first way is ours, the others are what it is compared with.

    Medians are compared over the things that both were asked about.
    """
    (ours_name, ours), *others = samples.items()
    rows = [[f"{what}: {ours_name}", str(len(ours.ms)), *_times(ours), "", ""]]
    for name, other in others:
        ratio, more_ms = compared(ours, other)
        aim = aims.get(name, Aim())
        judged = (at_most(ratio, aim.ratio), at_most(more_ms, aim.more_ms, unit=" ms"))
        rows.append([f"  {name}", str(len(other.ms)), *_times(other), *judged])
    return rows


def compared(ours: Sample, other: Sample) -> tuple[float, float]:
    """How many times the other's median ours is, and how many ms longer, over the things that both have."""
    both = min(len(ours.ms), len(other.ms))
    ours_ms, other_ms = ours.first(both).p50, other.first(both).p50
    return ours_ms / other_ms, ours_ms - other_ms


def _times(sample: Sample) -> tuple[str, str]:
    return f"{sample.p50:.2f}", f"{sample.p95:.2f}"


def at_most(value: float, aim: float | None, *, unit: str = "") -> str:
    return _beside(value, aim, "≤", unit, met=aim is not None and value <= aim)


def at_least(value: float, aim: float | None, *, unit: str = "") -> str:
    return _beside(value, aim, "≥", unit, met=aim is not None and value >= aim)


def _beside(value: float, aim: float | None, sign: str, unit: str, *, met: bool) -> str:
    shown = f"{value:,.2f}{unit}" if abs(value) < 100 else f"{value:,.0f}{unit}"
    return shown if aim is None else f"{shown} ({sign} {aim:,g} {'met' if met else 'MISSED'})"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text, the first column to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        lines.append("  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]).rstrip())
    return "\n".join(lines)


def section(title: str, rows: Sequence[Sequence[str]], notes: Iterable[str] = ()) -> str:
    return "\n".join(["", title, table(rows), *notes])
