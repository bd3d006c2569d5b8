"""Packs for phones. Stamps and cached tiles are kept by SQL of their own (``migrations/``, ``sql/``)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from gis.jurisdiction import RegionCodeField, Scoped
from tiles.rollup import PointSum

__all__ = ["Pack", "PointSum"]


class PackQuerySet(Scoped):
    def visible_to(self, user):
        """Packs of one's jurisdiction; those of common ground alone are for all who work in the district."""
        return self.in_region(user.jurisdiction if user.is_authenticated else "") | self.filter(
            is_common=True
        ).in_district_of(user)


class Pack(models.Model):
    """An archive of tiles that phones carry with them (``tiles.packs``)."""

    region_code = RegionCodeField(unique=True)
    layers = ArrayField(models.CharField(max_length=40), verbose_name=_("layers"))
    first_zoom = models.PositiveSmallIntegerField(_("first zoom"))
    last_zoom = models.PositiveSmallIntegerField(_("last zoom"))
    data_at = models.DateTimeField(_("time of the data"))
    bytes = models.PositiveBigIntegerField(_("bytes"))
    digest = models.CharField(_("digest"), max_length=64)
    is_common = models.BooleanField(_("common ground alone"))
    file = models.FileField(_("file"), upload_to="packs")

    objects = PackQuerySet.as_manager()

    class Meta:
        verbose_name = _("pack for phones")
        verbose_name_plural = _("packs for phones")
        ordering = ["region_code"]

    def __str__(self) -> str:
        return f"{self.region_code} {self.data_at:%Y-%m-%d}"
