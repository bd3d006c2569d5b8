"""Tiles from the command line; see docs/tiles.md. Each subcommand is a thin wrapper of its verb."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from gis.errors import Refused
from gis.models import User
from tiles import cache, export, mvt, packs, warming


class Command(BaseCommand):
    help = "Write tiles to files, make the packs that phones carry, and look after kept tiles."

    requires_system_checks = ["wangge"]

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        add_export(verbs.add_parser("export", help="Write the tiles of layers to one PMTiles file."))
        add_pack(verbs.add_parser("pack", help="Make the packs that phones carry with them."))
        add_warm(verbs.add_parser("warm", help="Draw the tiles of a user ahead of time."))
        verbs.add_parser("stats", help="Tell which tiles are kept.")
        verbs.add_parser("clear", help="Forget all kept tiles.")

    def handle(self, *, verb: str, **options):
        try:
            VERBS[verb](self, **options)
        except Refused as refused:
            raise CommandError(str(refused)) from None


# --- export ---------------------------------------------------------------------------------------


def add_export(parser) -> None:
    parser.add_argument("file", type=Path, metavar="OUT.pmtiles")
    parser.add_argument("--layers", required=True, type=names, help="Names of layers, comma between.")
    parser.add_argument("--zooms", type=zooms, default=range(10, 17), help="Of the tiles; 10-16 unless told.")
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--region", metavar="CODE", help="What a viewer of this region sees in it.")
    whose.add_argument("--user", metavar="NAME", help="What this user sees in their jurisdiction.")


def write_export(command: Command, *, file: Path, layers, zooms, region, user, **_options) -> None:
    seeing = user_named(user) if user else export.viewer_of(region)
    if not file.parent.is_dir():
        raise CommandError(f"There is no folder {file.parent}.")
    asked = export.layers_called(layers, user=seeing)
    done = export.export(file, asked, user=seeing, region=seeing.jurisdiction, zooms=zooms)
    for z, count in done.tiles.items():
        command.stdout.write(f"  z{z:<3} {count:>8,} tiles {filesizeformat(done.packed_bytes[z]):>12}")
    command.stdout.write(f"  {file}: {filesizeformat(done.bytes)}")


def user_named(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {name}.")
    return user


# --- packs ------------------------------------------------------------------------------------------


def add_pack(parser) -> None:
    parser.add_argument("--region", metavar="CODE", required=True)
    parser.add_argument(
        "--communities", action="store_true", help="One pack for each community in it, instead of one."
    )
    parser.add_argument(
        "--layers", type=names, help="Comma between; all that may go into a pack unless told."
    )
    parser.add_argument("--zooms", type=zooms, default=packs.ZOOMS, help="Of the tiles; 10-17 unless told.")


def make_packs(command: Command, *, region, communities, layers, zooms, **_options) -> None:
    regions = packs.communities_of(region) if communities else [region]
    if not regions:
        raise export.RegionNotLoaded(code=region)
    for code in regions:
        pack = packs.make(code, names=layers, zooms=zooms)
        command.stdout.write(f"  {code:<12} {filesizeformat(pack.bytes):>12}  {', '.join(pack.layers)}")


# --- kept tiles -------------------------------------------------------------------------------------


def add_warm(parser) -> None:
    parser.add_argument("--layers", required=True, type=names, help="As the map asks for them in one tile.")
    parser.add_argument("--zooms", type=zooms, default=range(10, 17), help="Of the tiles; 10-16 unless told.")
    parser.add_argument("--user", metavar="NAME", required=True, help="Who shares a jurisdiction, shares it.")


def warm(command: Command, *, layers, zooms, user, **_options) -> None:
    found = warming.warm(layers, user=user_named(user), zooms=zooms)
    command.stdout.write("  " + ", ".join(f"{count:,} {how}" for how, count in sorted(found.items())))


def tell(command: Command, **_options) -> None:
    for kept in warming.stats():
        size = filesizeformat(kept.bytes)
        command.stdout.write(f"  {kept.tiles:>8,} tiles {size:>12}  since {kept.oldest}  {kept.layers}")


def clear(command: Command, **_options) -> None:
    command.stdout.write(f"  {cache.clear():,} tiles")


# --- arguments ------------------------------------------------------------------------------------


def names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def zooms(text: str) -> range:
    """``10-16`` or ``14``."""
    if not (found := re.fullmatch(r"([0-9]{1,2})(?:-([0-9]{1,2}))?", text)):
        raise ArgumentTypeError("zooms are 14 or 10-16")
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last <= mvt.DEEPEST:
        raise ArgumentTypeError(f"zooms go up, and not beyond {mvt.DEEPEST}")
    return range(first, last + 1)


VERBS: dict[str, Callable[..., None]] = {
    "export": write_export,
    "pack": make_packs,
    "warm": warm,
    "stats": tell,
    "clear": clear,
}
