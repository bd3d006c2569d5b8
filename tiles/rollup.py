"""Sums of the points of clustered layers, so that tiles of small scales need not read each point.

The database keeps them, exact in every snapshot (``sql/rollup.sql``), for each layer that is declared
``Clustered``; from the declaration follows which squares are summed. They answer what their columns can
answer: jurisdiction and ``region_code``. Whatever else narrows a layer is counted from its rows.
"""

from collections.abc import Mapping
from contextlib import suppress

from django.db import OperationalError, connection, connections, models

from gis.jurisdiction import CommonGround, RegionCodeField, Scoped
from gis.layers import Clustered, Layer, layers
from tiles.pyramid import TILE_PX

_STEP = 4  # zooms between the squares that are summed: a tile reads at most 64 sums for each cluster
_ANSWERED = {"region_code"}


class PointSum(models.Model):
    """How many points lie in a square and region, and the sums of their coordinates and keys.

    Several rows of one square and region add up; ``settled`` ones have been added up.
    """

    layer = models.CharField(max_length=60, db_collation="C")
    square = models.BigIntegerField()
    region_code = RegionCodeField()
    members = models.BigIntegerField()
    x_cm = models.BigIntegerField()
    y_cm = models.BigIntegerField()
    keys = models.BigIntegerField()
    settled = models.BooleanField()

    objects = Scoped.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["layer", "square", "region_code"], name="pointsum_square"),
            models.Index(fields=["layer"], condition=models.Q(settled=False), name="pointsum_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.square:b} {self.region_code}: {self.members}"


def zooms_of_squares(layer: Layer) -> list[int]:
    """The zooms whose squares are summed for a clustered layer, the finest first."""
    how = layer.generalise
    assert isinstance(how, Clustered)
    deeper = squares_deeper(how.cell_px)
    return list(range(how.below - 1 + deeper, layer.zooms[0] + deeper - 1, -_STEP))


def squares_deeper(cell_px: int) -> int:
    """By how many zooms squares of ``cell_px`` are deeper than the tile they lie in."""
    return (TILE_PX // cell_px).bit_length() - 1


def keep(app_config, using, **_signal) -> None:
    """After ``migrate``: the sums of the app's clustered layers are kept."""
    own = set(app_config.get_models())
    with connections[using].cursor() as cursor:
        for layer in layers:
            if layer.model in own and _can_be_summed(layer):
                cursor.execute("SELECT tiles_keep_sums(%s::regclass, %s)", _terms(layer))


def sums(layer: Layer, *, user, params: Mapping[str, str]):
    """The sums that answer for the layer as ``user`` sees it; None if its rows must be counted."""
    if not (_can_be_summed(layer) and set(params) <= _ANSWERED and _are_kept(layer)):
        return None
    # the layer's own kind of QuerySet knows who sees what; of a row it asks the region code alone
    return type(layer.rows())(PointSum).filter(layer=layer.name).visible_to(user)


def _are_kept(layer: Layer) -> bool:
    """Whether the database keeps them, as far as it can tell in time."""
    with suppress(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT tiles_keeps_sums(%s::regclass, %s)", _terms(layer))
        return cursor.fetchone()[0]
    return False


def _can_be_summed(layer: Layer) -> bool:
    """Whether its rows are all rows of their table, and nothing but their region code says who sees them."""
    if not isinstance(layer.generalise, Clustered) or layer.generalise.below <= layer.zooms[0]:
        return False
    rows = layer.rows()
    by_region = type(rows).visible_to in (Scoped.visible_to, CommonGround.visible_to)
    return by_region and not rows.query.where and not rows.query.is_sliced


def _terms(layer: Layer) -> tuple[str, list[str]]:
    """The table, and what its triggers are told."""
    meta = layer.model._meta
    zooms = ",".join(map(str, zooms_of_squares(layer)))
    return f'"{meta.db_table}"', [layer.name, meta.pk.column, layer.twin, f"{{{zooms}}}"]
