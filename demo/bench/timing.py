"""Several ways to the same answer, timed in turn, so that the machine's moods fall on all of them."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TypeVar

Thing = TypeVar("Thing")
Call = Callable[[], object]
Way = Callable[[Thing], Call]  # makes ready what is asked about a thing; only the call is timed


@dataclass(frozen=True)
class Sample:
    """Times in ms of one way, in the order in which the things were asked about."""

    ms: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return median(self.ms)

    @property
    def p95(self) -> float:
        return quantiles(self.ms, n=20, method="inclusive")[-1] if len(self.ms) > 1 else self.ms[0]


def timed(call: Call) -> float:
    """How many ms it took."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def take_turns(
    things: Iterable[Thing], ways: Mapping[str, Way[Thing]], *, seconds: float
) -> dict[str, Sample]:
    """Times of each way for as many of the things, in their order, as fit into the seconds; at least one.

    The last way is run once before, so that all find warm pages. The first to be timed changes from thing to
    thing. A way is timed the first time that it is asked about a thing: what it remembers does not count.
    """
    names = list(ways)
    samples = {name: Sample() for name in names}
    deadline = time.monotonic() + seconds
    for number, thing in enumerate(things):
        if number and time.monotonic() >= deadline:
            break
        calls = {name: way(thing) for name, way in ways.items()}
        calls[names[-1]]()
        for name in rotated(names, number):
            samples[name].ms.append(timed(calls[name]))
    return samples


def rotated(names: list[str], by: int) -> list[str]:
    """The names from another one on, and round again."""
    by %= len(names)
    return names[by:] + names[:by]
