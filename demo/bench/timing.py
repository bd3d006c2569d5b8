"""Several ways to the same answer, timed in turn, so that the machine's moods fall on all of them."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from types import MappingProxyType
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Call = Callable[[], Any]
Way = Callable[[Thing], Call]  # makes ready what is asked about a thing; only the call is timed


@dataclass(frozen=True)
class Sample:
    """Times in ms of one way, in the order in which the things were asked about; ``notes`` on the answers."""

    ms: list[float] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return median(self.ms)

    @property
    def p95(self) -> float:
        return quantiles(self.ms, n=20, method="inclusive")[-1] if len(self.ms) > 1 else self.ms[0]

    @property
    def seconds(self) -> float:
        """All of it."""
        return sum(self.ms) / 1000

    def first(self, number: int) -> "Sample":
        """The part of it that is on the first things."""
        return Sample(self.ms[:number], self.notes[:number])

    def add(self, call: Call, note: Callable[[Any], Any]) -> None:
        """Time a call, and note what is wanted of its answer afterwards."""
        started = time.perf_counter()
        answer = call()
        self.ms.append((time.perf_counter() - started) * 1000)
        self.notes.append(note(answer))


def _nothing(*_: object) -> None:
    pass


def take_turns(
    things: Iterable[Thing],
    ways: Mapping[str, Way[Thing]],
    *,
    seconds: float,
    before: Mapping[str, Call] = MappingProxyType({}),
    note: Callable[[Any], Any] = _nothing,
) -> dict[str, Sample]:
    """Times of each way for as many of the things, in their order, as fit into its share of the seconds.

    A way whose share is used up sits out, so that a slow one does not keep the others from going on; each is
    timed at least once. The last way is run once before, so that all find warm pages. The first to be timed
    changes from thing to thing. ``before`` has calls that go ahead of a way's and are not timed; nor is
    ``note``.
    """
    names, share = list(ways), seconds / len(ways)
    samples = {name: Sample() for name in names}
    for number, thing in enumerate(things):
        going = [name for name in names if not number or samples[name].seconds < share]
        if not going:
            break
        calls = {name: way(thing) for name, way in ways.items()}
        calls[names[-1]]()
        for name in rotated(going, number):
            before.get(name, _nothing)()
            samples[name].add(calls[name], note)
    return samples


def rotated(names: list[str], by: int) -> list[str]:
    """The names from another one on, and round again."""
    by %= len(names)
    return names[by:] + names[:by]
