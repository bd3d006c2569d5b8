"""What stands on the ground: roads, doors, estates, buildings, places, assets, water and green."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models import CheckConstraint, Func, Q, UniqueConstraint
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from gis.fields import sound, tile_twin
from gis.jurisdiction import CommonGround, Scoped
from grids.models import Situated


def spatial(model: str, geometry: str) -> list[models.Index]:
    """The indexes that every model here lives by: both geometries and jurisdiction."""
    return [
        GistIndex(fields=[geometry], name=f"{model}_{geometry}"),
        GistIndex(fields=[f"{geometry}_3857"], name=f"{model}_{geometry}_3857"),
        models.Index(fields=["region_code"], name=f"{model}_region_code"),
    ]


def trigram(model: str, column: str) -> GinIndex:
    return GinIndex(OpClass(column, "gin_trgm_ops"), name=f"{model}_{column}_trigram")


class Mapped(Situated):
    """What may come from OpenStreetMap: ``osm_id`` (``way/12``) names the object, empty for other sources.

    By it a newer extract replaces what an older one brought.
    """

    osm_id = models.CharField(
        max_length=24, db_collation="C", blank=True, default="", db_default="", editable=False
    )

    class Meta:
        abstract = True


class Road(Mapped):
    """A road or path, named or not."""

    class Kind(models.TextChoices):
        MOTORWAY = "motorway", _("Motorway")
        TRUNK = "trunk", _("Trunk road")
        PRIMARY = "primary", _("Primary road")
        SECONDARY = "secondary", _("Secondary road")
        TERTIARY = "tertiary", _("Tertiary road")
        RESIDENTIAL = "residential", _("Residential street")
        SERVICE = "service", _("Service road")
        PATH = "path", _("Path")
        RAIL = "rail", _("Railway")

    name = models.CharField(_("name"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.RESIDENTIAL)
    centreline = models.MultiLineStringField(_("centreline"), srid=4326, spatial_index=False)
    centreline_3857 = tile_twin("centreline", field=models.MultiLineStringField)

    objects = CommonGround.as_manager()

    class Meta:
        verbose_name = _("road")
        verbose_name_plural = _("roads")
        constraints = [sound("road", "centreline")]
        indexes = [*spatial("road", "centreline"), trigram("road", "name")]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


class Estate(Mapped):
    """小区: a residential compound or another walled courtyard."""

    name = models.CharField(_("name"), max_length=100)
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, spatial_index=False)
    boundary_3857 = tile_twin("boundary", field=models.MultiPolygonField)

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("estate")
        verbose_name_plural = _("estates")
        constraints = [sound("estate", "boundary")]
        indexes = [*spatial("estate", "boundary"), trigram("estate", "name")]

    def __str__(self) -> str:
        return self.name


class Building(Mapped):
    """楼栋: its footprint is part of the base map; its number counts within its estate."""

    class Kind(models.TextChoices):  # DB6101/T 3185-2024
        RESIDENTIAL = "residential", _("Residential")
        COMMERCIAL = "commercial", _("Commercial services")
        PUBLIC = "public", _("Public facility")
        INDUSTRIAL = "industrial", _("Industrial")
        STORAGE = "storage", _("Storage and logistics")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=100, blank=True)
    number = models.CharField(_("building number"), max_length=32, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.OTHER)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    height_m = models.FloatField(_("height (m)"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    estate = models.ForeignKey(
        Estate, models.SET_NULL, null=True, blank=True, related_name="buildings", verbose_name=_("estate")
    )
    footprint = models.MultiPolygonField(_("footprint"), srid=4326, spatial_index=False)
    footprint_3857 = tile_twin("footprint", field=models.MultiPolygonField)

    objects = CommonGround.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [sound("building", "footprint")]
        indexes = [
            *spatial("building", "footprint"),
            trigram("building", "name"),
            trigram("building", "address"),
        ]

    def __str__(self) -> str:
        return self.name or self.number or str(_("building"))


class Door(Mapped):
    """门牌: an address point on a road; the number is kept as written (``12``, ``甲3号``)."""

    road_name = models.CharField(_("road"), max_length=100)
    number = models.CharField(_("door number"), max_length=32)
    road = models.ForeignKey(
        Road, models.SET_NULL, null=True, blank=True, related_name="doors", verbose_name=_("road")
    )
    location = models.PointField(_("location"), srid=4326, spatial_index=False)
    location_3857 = tile_twin("location", field=models.PointField)

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("door")
        verbose_name_plural = _("doors")
        constraints = [sound("door", "location")]
        indexes = [*spatial("door", "location"), trigram("door", "road_name")]

    def __str__(self) -> str:
        return f"{self.road_name}{self.number}"


class Place(Mapped):
    """兴趣点: a shop, school, park gate or any other named spot."""

    name = models.CharField(_("name"), max_length=100)
    category = models.CharField(_("category"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    location = models.PointField(_("location"), srid=4326, spatial_index=False)
    location_3857 = tile_twin("location", field=models.PointField)

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [sound("place", "location")]
        indexes = [*spatial("place", "location"), trigram("place", "name"), trigram("place", "address")]

    def __str__(self) -> str:
        return self.name


class AssetClass(models.Model):
    """部件 class of GB/T 30428.2-2013, or of CJ/T 214-2007 as the fallback catalogue."""

    scheme = models.CharField(_("scheme"), max_length=20)
    code = models.CharField(_("code"), max_length=4, db_collation="C")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    major_name = models.CharField(_("major class"), max_length=60)
    major_name_en = models.CharField(_("English major class"), max_length=80)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("asset class")
        verbose_name_plural = _("asset classes")
        ordering = ["scheme", "code"]
        constraints = [
            UniqueConstraint(fields=["scheme", "code"], name="asset_class_code_is_unique"),
            CheckConstraint(condition=Q(code__regex=r"^[0-9]{4}$"), name="asset_class_code_has_four_digits"),
        ]

    def __str__(self) -> str:
        return self.name


class Asset(Situated):
    """部件: a thing of the city with its 16-digit code (GB/T 30428.2): district 6, class 4, sequence 6."""

    class State(models.TextChoices):
        INTACT = "intact", _("Intact")
        DAMAGED = "damaged", _("Damaged")
        LOST = "lost", _("Lost")
        REMOVED = "removed", _("Removed")

    code = models.CharField(_("code"), max_length=16, db_collation="C", unique=True)
    asset_class = models.ForeignKey(
        AssetClass, models.PROTECT, related_name="assets", verbose_name=_("class")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.INTACT)
    department = models.CharField(_("competent department"), max_length=100, blank=True)
    owner = models.CharField(_("owner"), max_length=100, blank=True)
    position = models.CharField(_("place description"), max_length=200, blank=True)
    location = models.PointField(_("location"), srid=4326, spatial_index=False)
    location_3857 = tile_twin("location", field=models.PointField)

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        constraints = [
            sound("asset", "location"),
            CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{16}$"),
                name="asset_code_has_sixteen_digits",
                violation_error_message=_(
                    "An asset code is the district's 6 digits, the class's 4 and a sequence of 6."
                ),
            ),
        ]
        indexes = [*spatial("asset", "location"), trigram("asset", "code"), trigram("asset", "name")]

    def __str__(self) -> str:
        return f"{self.asset_class} {self.code}"


class Cover(Mapped):
    """A piece of the base map's ground."""

    name = models.CharField(_("name"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)

    objects = CommonGround.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.kind


class Water(Cover):
    """Rivers, lakes and ponds: areas, or lines of narrow watercourses."""

    extent = models.GeometryField(_("extent"), srid=4326, spatial_index=False)
    extent_3857 = tile_twin("extent")

    class Meta:
        verbose_name = _("water")
        verbose_name_plural = _("water")
        constraints = [
            sound("water", "extent"),
            CheckConstraint(
                condition=In(
                    Func("extent", function="GeometryType", output_field=models.CharField()),
                    ["MULTIPOLYGON", "MULTILINESTRING"],
                ),
                name="water_is_an_area_or_a_line",
            ),
        ]
        indexes = spatial("water", "extent")


class Green(Cover):
    """Parks, lawns and woods."""

    extent = models.MultiPolygonField(_("extent"), srid=4326, spatial_index=False)
    extent_3857 = tile_twin("extent", field=models.MultiPolygonField)

    class Meta:
        verbose_name = _("green")
        verbose_name_plural = _("green")
        constraints = [sound("green", "extent")]
        indexes = spatial("green", "extent")
