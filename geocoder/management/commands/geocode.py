"""Addresses from a file to places, a line each; see docs/geocoder.md."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from geocoder import api
from geocoder.match import Answer, answers
from gis import codes

AT_ONCE = 200  # addresses in one look-up
COLUMNS = ("query", "lon", "lat", "score", "level", "combination", "address", "uncertainty_m", "outside")


class Command(BaseCommand):
    help = "Geocode the lines of a text file (or of standard input)."
    requires_system_checks = ["wangge"]

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", default="-", help="a UTF-8 text file, one address a line; - is standard input"
        )
        parser.add_argument("--format", choices=["jsonl", "csv"], default="jsonl")
        parser.add_argument(
            "--near", default="", metavar="LON,LAT", help="prefer what is close to this point"
        )
        parser.add_argument("--within", default="", metavar="CODE", help="look in this region only")

    def handle(self, *, file, near, within, **options):
        spot = _spot(near) if near else None
        if within and not codes.is_region_code(within):
            raise CommandError(_("“{code}” is not a region code.").format(code=within))
        write = _as_csv(self.stdout) if options["format"] == "csv" else _as_json(self.stdout)
        for lines in _parts(_lines(file)):
            for answer in answers(lines, near=spot, within=within):
                write(answer)


def _spot(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise CommandError(_("--near takes LON,LAT, for instance 113.82,34.03.")) from None
    return lon, lat


def _lines(file: str) -> Iterator[str]:
    """The lines without their ends; a byte that is no UTF-8 does not stop the others."""
    if file == "-":
        yield from (line.rstrip("\r\n") for line in sys.stdin)
        return
    try:
        with open(file, encoding="utf-8-sig", errors="replace") as lines:
            yield from (line.rstrip("\r\n") for line in lines)
    except OSError as error:
        raise CommandError(
            _("{file} cannot be read: {reason}.").format(file=file, reason=error.strerror)
        ) from None


def _parts(lines: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(lines)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _as_json(out):
    def write(answer: Answer) -> None:
        out.write(json.dumps({"query": answer.text, **api.document(answer)}, ensure_ascii=False))

    return write


def _as_csv(out):
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)

    def write(answer: Answer) -> None:
        best = answer.candidates[0] if answer.candidates else None
        rows.writerow(
            [answer.text, round(best.lon, 7), round(best.lat, 7), best.score, best.level, best.combination,
             best.address, best.uncertainty_m, answer.outside]
            if best
            else [answer.text, *[""] * 7, answer.outside]
        )  # fmt: skip

    return write
