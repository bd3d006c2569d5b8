"""Tiles from the command line; see docs/tiles.md. Each subcommand is a thin wrapper of its verb."""

import re
from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from gis.errors import Refused
from gis.models import User
from gis.roles import Role
from tiles import export, mvt


class Command(BaseCommand):
    help = "Write tiles to a file."

    requires_system_checks = ["wangge"]

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        add_export(verbs.add_parser("export", help="Write the tiles of layers to one PMTiles file."))

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
    seeing = user_named(user) if user else viewer_of(region)
    if not file.parent.is_dir():
        raise CommandError(f"There is no folder {file.parent}.")
    asked = export.layers_called(layers, user=seeing)
    done = export.export(file, asked, user=seeing, region=seeing.jurisdiction, zooms=zooms)
    for z, count in done.tiles.items():
        command.stdout.write(f"  z{z:<3} {count:>8,} tiles {filesizeformat(done.packed_bytes[z]):>12}")
    command.stdout.write(f"  {file}: {filesizeformat(done.bytes)}")


def viewer_of(region: str) -> User:
    """Somebody who may look at ``region`` and has no other role."""
    return User(jurisdiction=region, role=Role.VIEWER)


def user_named(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {name}.")
    return user


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


VERBS = {"export": write_export}
