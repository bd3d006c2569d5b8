"""Two ways to the same answer, timed in turn, so that the machine's moods fall on both."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Comparison:
    """Times in ms of what we serve and of the bare SQL of the same answer, in pairs."""

    what: str
    ours: Sequence[float]
    raw: Sequence[float]

    def row(self) -> list[str]:
        ours, raw = median(self.ours), median(self.raw)
        times = (ours, _p95(self.ours), raw, _p95(self.raw))
        ratio, added = f"{ours / raw:.2f}", f"{ours - raw:+.1f}"
        return [self.what, str(len(self.ours)), *(f"{ms:.1f}" for ms in times), ratio, added]


HEADINGS = ["", "n", "ours p50", "p95", "SQL p50", "p95", "p50 ours/SQL", "added ms"]


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _ms(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def compare(what: str, pairs: Sequence[tuple[Callable[[], object], Callable[[], object]]]) -> Comparison:
    """Time (ours, raw) pairs one after the other; each is run once before, so that both find warm pages."""
    for ours, raw in pairs:
        raw()
        ours()
    times = [(_ms(ours), _ms(raw)) for ours, raw in pairs]
    return Comparison(what, *zip(*times, strict=True))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text, the first column to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        lines.append("  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]))
    return "\n".join(lines)
