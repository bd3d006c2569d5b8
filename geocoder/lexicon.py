"""What the grammar asks of those who know the served city's names (``gazetteer.CityNames``)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from geocoder.elements import Kind


class Name(NamedTuple):
    """A known name as it matched: ``text[start:end]`` of the normalised text is of ``kind``."""

    end: int
    kind: Kind
    value: str  # the full name where an alias was written


class Lexicon(Protocol):
    """What ``parse`` asks: which names begin at ``start`` of the normalised ``text``, the longest first."""

    def match(self, text: str, start: int) -> Sequence[Name]: ...
