"""Addresses: any Chinese address to a place, any place to its standard address."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geocoder.elements import Element
    from geocoder.lexicon import Lexicon


def parse(text: str, lexicon: "Lexicon | None" = None) -> "list[Element]":
    """The labelled parts of an address in the order written; what belongs to no place is chatter.

    Total and deterministic. ``lexicon`` holds the names of the served city; without it the grammar and the
    country's regions decide.
    """
    from geocoder.grammar import parse  # the tables behind it are loaded when first needed

    return parse(text, lexicon)
