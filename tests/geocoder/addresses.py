"""Labelled addresses from a table of text, and how well a reading of them agrees (F1 of whole parts)."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parent / "parse_addresses.txt"
# Labels that public collections do not tell apart.
ALIKE = {"estate": "poi", "phase": "sub_poi", "direction": "relation", "side": "relation"}


class Address(NamedTuple):
    text: str
    parts: tuple[tuple[str, str], ...]  # kind, text


def read_table(path: Path = TABLE) -> list[Address]:
    lines = path.read_text("utf-8").splitlines()
    return [read_line(line) for line in lines if line and not line.startswith("#")]


def read_line(line: str) -> Address:
    tokens = [token.rpartition(":") for token in line.split(" ")]
    text = "".join(written if colon else kind.replace("_", " ") for written, colon, kind in tokens)
    return Address(text, tuple((kind, written) for written, colon, kind in tokens if colon))


class Agreement(NamedTuple):
    """Of whole parts: right ones, those found and those that should have been."""

    right: int
    found: int
    wanted: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 1.0


def agreement(pairs: Iterable[tuple[Address, list[tuple[str, str]]]]) -> dict[str, Agreement]:
    """By kind, and under "all"; chatter does not count."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for address, reading in pairs:
        gold = Counter((ALIKE.get(kind, kind), text) for kind, text in address.parts if kind != "chatter")
        seen = Counter((ALIKE.get(kind, kind), text) for kind, text in reading if kind != "chatter")
        for counts, parts in ((right, gold & seen), (found, seen), (wanted, gold)):
            for (kind, _), count in parts.items():
                counts[kind] += count
                counts["all"] += count
    return {kind: Agreement(right[kind], found[kind], wanted[kind]) for kind in wanted | found}
