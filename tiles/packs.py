"""Packs: archives of tiles that phones carry with them, for the street without network.

A pack holds the ground and the territory of a region and half a kilometre around it, as a viewer of that
region sees them: layers that are declared ``portable``, never cases, dwellings or people.
"""

import hashlib
import secrets
from functools import partial
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.errors import Refused
from gis.jurisdiction import CommonGround
from gis.layers import Layer, layers
from tiles import export, regions, styles
from tiles.models import Pack

ZOOMS = range(10, 18)  # numbers of buildings begin at 17; deeper views enlarge its tiles


class NotPortable(Refused):
    code = "layer-not-portable"
    status = 400
    sentence = _("The layer {name} does not go into a pack. These do: {names}.")


class TooDeep(Refused):
    code = "zooms-too-deep"
    status = 400
    sentence = _("A pack goes to zoom {deepest} at most: deeper views enlarge its tiles.")


def portable() -> list[Layer]:
    """The layers that may go into a pack."""
    return [layer for layer in layers if layer.portable]


def make(region: str, *, names: list[str] | None = None, zooms: range = ZOOMS) -> Pack:
    """The pack of a region, new or in place of its older one; of all portable layers unless ``names`` tells.

    Raises NotPortable, TooDeep, RegionNotLoaded or NothingToExport, and the older pack stays.
    """
    asked = _portable_called(names)
    if zooms[-1] > styles.DRAWN_TO:
        raise TooDeep(deepest=styles.DRAWN_TO)
    file = f"packs/{secrets.token_urlsafe(24)}.pmtiles"
    path = Path(default_storage.path(file))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        viewer = export.viewer_of(region)
        done = export.export(path, asked, user=viewer, region=region, zooms=zooms)
        with path.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        return _put(
            region,
            layers=[layer.name for layer in asked],
            first_zoom=zooms[0],
            last_zoom=zooms[-1],
            data_at=done.data_at,
            bytes=done.bytes,
            digest=digest,
            is_common=all(isinstance(layer.rows(), CommonGround) for layer in asked),
            file=file,
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _portable_called(names: list[str] | None) -> list[Layer]:
    known = {layer.name: layer for layer in portable()}
    for name in names or ():
        if name not in known:
            raise NotPortable(name=name, names=", ".join(known))
    return [known[name] for name in dict.fromkeys(names or known)]


@transaction.atomic
def _put(region: str, **facts) -> Pack:
    """The row of a pack; the file of the older one goes when the new one is there for all."""
    pack, is_new = Pack.objects.get_or_create(region_code=region, defaults=facts)
    if not is_new:
        pack = Pack.objects.select_for_update().get(pk=pack.pk)
        transaction.on_commit(partial(default_storage.delete, str(pack.file.name)))
        for name, value in facts.items():
            setattr(pack, name, value)
        pack.save()
    return pack


@transaction.atomic
def remove(pack: Pack) -> None:
    """A pack and its file; phones keep what they have."""
    transaction.on_commit(partial(default_storage.delete, str(pack.file.name)))
    pack.delete()


def communities_of(region: str) -> list[str]:
    """The codes of the communities in a region."""
    found = regions.seen_by(export.viewer_of(region)).in_region(region).values_list("code", flat=True)
    return sorted(code for code in found if len(code) == codes.COMMUNITY)


def best_for(user) -> list[Pack]:
    """The packs that ``user`` may have: first those that hold all of their ground, the smallest first."""

    def fit(pack: Pack):
        holds_all = user.jurisdiction.startswith(pack.region_code)
        return not holds_all, -len(pack.region_code) if holds_all else len(pack.region_code), pack.region_code

    return sorted(Pack.objects.visible_to(user), key=fit)
