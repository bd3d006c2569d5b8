"""Addresses of other places: a region of the country that the served city has nothing to do with."""

from geocoder.elements import Kind
from geocoder.gazetteer import Known
from geocoder.lexicon_regions import regions
from geocoder.normalise import normalise
from geocoder.questions import Question


def outside(question: Question, known: Known) -> str:
    """The name of the first region in the address that is another's; empty if there is none."""
    for element in question.elements:
        if element.kind not in (Kind.PROVINCE, Kind.CITY, Kind.DISTRICT):
            continue
        text = normalise(element.text).text
        codes = [
            code
            for end, meanings in regions().match(text, 0)
            if end == len(text)
            for meaning in meanings
            for code in meaning.codes.split()
        ]
        if codes and not any(_touches(code, known) for code in codes):
            return element.text
    return ""


def _touches(code: str, known: Known) -> bool:
    return any(region.code.startswith(code) or code.startswith(region.code) for region in known.regions)
