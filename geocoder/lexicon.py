"""Names that are known: of the served city (filled from the gazetteer), longest match first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from geocoder.elements import Kind
from geocoder.normalise import normalise


class Name(NamedTuple):
    """A known name as it matched: ``text[start:end]`` of the normalised text is of ``kind``."""

    end: int
    kind: Kind
    value: str  # the full name where an alias was written


class Lexicon(Protocol):
    """What ``parse`` asks: which names begin at ``start`` of the normalised ``text``, the longest first."""

    def match(self, text: str, start: int) -> Sequence[Name]: ...


class Names:
    """A lexicon in memory: about 150 bytes a name, one dictionary look-up for a start without names."""

    def __init__(self, names: Iterable[tuple[str, Kind, str]]) -> None:
        """``names``: the name as written, its kind, and the full name it stands for (or empty)."""
        self._meanings: dict[str, tuple[tuple[Kind, str], ...]] = {}
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for written, kind, full in names:
            name = normalise(written).text.replace(" ", "")
            if len(name) < 2:
                continue
            meaning = (kind, full or name)
            known = self._meanings.get(name, ())
            if meaning not in known:
                self._meanings[name] = (*known, meaning)
            lengths[name[:2]].add(len(name))
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._meanings)

    def match(self, text: str, start: int) -> Sequence[Name]:
        lengths = self._lengths.get(text[start : start + 2])
        if lengths is None:
            return ()
        found: list[Name] = []
        for length in lengths:
            meanings = self._meanings.get(text[start : start + length])
            if meanings is not None and start + length <= len(text):
                found.extend(Name(start + length, kind, full) for kind, full in meanings)
        return found
