"""Columns, constraints and expressions that every room builds its geometry from."""

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.db.models import CheckConstraint, GeneratedField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

WEB_MERCATOR = 3857


class Ground(Cast):
    """A stored lon/lat geometry as geography: distances in metres on the ground."""

    def __init__(self, geometry):
        super().__init__(geometry, models.GeometryField(geography=True))


def tile_twin(geometry: str, *, field=models.GeometryField) -> GeneratedField:
    """The stored EPSG:3857 copy of column ``geometry``, so that no tile pays for a transform.

    By convention it is named ``<geometry>_3857``. The database keeps it; index it with ``GistIndex``.
    """
    return GeneratedField(
        expression=Transform(geometry, WEB_MERCATOR),
        output_field=field(srid=WEB_MERCATOR),
        db_persist=True,
        editable=False,
    )


def sound(model: str, geometry: str, *, optional: bool = False) -> CheckConstraint:
    """The geometry is valid (OGC Simple Features) and not empty; type and SRID stand in the column's type."""
    holds = Q(**{f"{geometry}__isvalid": True, f"{geometry}__isempty": False})
    if optional:
        holds |= Q(**{f"{geometry}__isnull": True})
    return CheckConstraint(
        condition=holds,
        name=f"{model}_{geometry}_sound",
        violation_error_message=_("The geometry must be valid and not empty."),
    )
