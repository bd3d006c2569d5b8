"""What the bench prints: aligned tables, and each figure beside the aim that it is held to."""

from collections.abc import Iterable, Sequence

from demo.bench.timing import Sample

AGAINST_SQL = ["", "n", "ours p50", "p95", "SQL p50", "p95", "ours / SQL", "more by"]


def against_sql(
    what: str, samples: dict[str, Sample], *, ratio: float | None = None, more_ms: float | None = None
) -> list[str]:
    """A row under ``AGAINST_SQL``; ``ratio`` and ``more_ms`` are aims for the medians."""
    ours, sql = samples["ours"], samples["SQL"]
    times = (ours.p50, ours.p95, sql.p50, sql.p95)
    more = ours.p50 - sql.p50
    return [
        what,
        str(len(ours.ms)),
        *(f"{ms:.1f}" for ms in times),
        at_most(ours.p50 / sql.p50, ratio),
        at_most(more, more_ms, unit=" ms"),
    ]


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
