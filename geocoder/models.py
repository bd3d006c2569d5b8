"""The gazetteer: one index over everything in the city that has a name, a number or a code.

Its rows are made by ``geocoder/sql`` from the tables of the lower rooms and follow their commits; nobody
writes them by hand. What a person adds are aliases and combinations.
"""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from geocoder.normalise import key
from gis import codes
from gis.jurisdiction import CommonGround, RegionCodeField, Scoped


class EntryQuerySet(Scoped):
    def visible_to(self, user):
        """As in the tables that the rows come from: roads, buildings and regions are common ground.

        ``geocoder_visible`` says the same in SQL, and a test compares the two.
        """
        common = CommonGround.visible_to(self, user).filter(kind__in=Entry.COMMON)  # type: ignore[arg-type]
        return super().visible_to(user) | common


class Entry(models.Model):
    """A named or numbered place. ``key`` is its name, and ``series`` what it is numbered in, as compared
    (``geocoder.normalise.key``): the key of a road for its doors, with ``#`` behind it for building plates.

    ``number`` is its canonical number in the series (``101附3``), ``low`` and ``high`` the first and last
    of its whole numbers. ``address`` is how it is written below the region, ``location`` where one goes to,
    ``weight`` how well known it is (0 to 1). One place may have several rows: one a name or number.
    """

    class Kind(models.TextChoices):
        REGION = "region", _("Region")
        UNIT_GRID = "unit_grid", _("Unit grid")
        RESPONSIBILITY_GRID = "responsibility_grid", _("Responsibility grid")
        ROAD = "road", _("Road")
        LANE = "lane", _("Lane")
        DOOR = "door", _("Door")
        ESTATE = "estate", _("Estate")
        BUILDING = "building", _("Building")
        PLACE = "place", _("Place")
        ASSET = "asset", _("Asset")

    COMMON = (Kind.REGION, Kind.ROAD, Kind.BUILDING)

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=160)
    key = models.CharField(max_length=160, blank=True, db_collation="C")
    series = models.CharField(max_length=200, blank=True, db_collation="C")
    number = models.CharField(_("number"), max_length=40, blank=True, db_collation="C")
    low = models.IntegerField(null=True, blank=True)
    high = models.IntegerField(null=True, blank=True)
    address = models.CharField(_("address"), max_length=240, blank=True)
    region_code = RegionCodeField(blank=True)
    unit_grid_code = models.CharField(_("unit grid"), max_length=16, blank=True, db_collation="C")
    source = models.CharField(max_length=32)
    source_id = models.BigIntegerField()
    weight = models.FloatField(_("weight"))
    valid = DateRangeField(_("in force"), null=True, blank=True)
    geometry = models.GeometryField(_("geometry"), srid=4326, spatial_index=False)
    location = models.PointField(_("location"), srid=4326, spatial_index=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("gazetteer entry")
        verbose_name_plural = _("gazetteer entries")
        indexes = [
            models.Index(fields=["key"], name="entry_key", condition=~Q(key="")),
            models.Index(fields=["series", "low"], name="entry_series", condition=~Q(series="")),
            models.Index(fields=["series", "low"], name="entry_ranges", condition=Q(low__lt=F("high"))),
            models.Index(fields=["source", "source_id"], name="entry_source"),
            GistIndex(fields=["geometry"], name="entry_geometry"),
        ]

    def __str__(self) -> str:
        return self.name


class Name(models.Model):
    """One name of the gazetteer however many places carry it, with all that finds it when it is misspelt.

    ``pinyin`` is without tones and spaces, ``initials`` its first letters, ``sound`` the pinyin with what is
    often confused made equal (zh and z, n and l, in and ing). ``core`` is the name without the words that
    people leave away. ``shorter`` holds the name and the name less one character, by which one wrong,
    missing or extra character is found. ``added_by`` is the transaction: readers ask for what is new.
    """

    key = models.CharField(max_length=160, primary_key=True, db_collation="C")
    kind = models.CharField(max_length=20, choices=Entry.Kind)
    pinyin = models.CharField(max_length=800, db_collation="C")
    initials = models.CharField(max_length=160, db_collation="C")
    sound = models.CharField(max_length=800, db_collation="C")
    core = models.CharField(max_length=160, db_collation="C")
    shorter = ArrayField(models.TextField())
    weight = models.FloatField()
    added_by = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        indexes = [
            models.Index(fields=["pinyin"], name="name_pinyin"),
            models.Index(fields=["initials"], name="name_initials"),
            models.Index(fields=["sound"], name="name_sound"),
            models.Index(fields=["core"], name="name_core"),
            GinIndex(fields=["shorter"], name="name_shorter"),
            GinIndex(OpClass("key", "gin_trgm_ops"), name="name_key_trigram"),
        ]

    def __str__(self) -> str:
        return self.key


class Pending(models.Model):
    """What a statement wrote to a table that the gazetteer indexes, until its transaction commits.

    ``names`` are the roads that it touched, ``ground`` where its estates are and were.
    """

    source = models.CharField(max_length=32)
    ids = ArrayField(models.BigIntegerField())
    names = ArrayField(models.TextField())
    ground = models.GeometryField(srid=4326, null=True, spatial_index=False)

    def __str__(self) -> str:
        return f"{self.source} ({len(self.ids)})"


class Character(models.Model):
    """How a character sounds: its most usual reading, without tone. Shipped with the product."""

    character = models.CharField(max_length=1, primary_key=True, db_collation="C")
    syllable = models.CharField(max_length=8, db_collation="C")

    def __str__(self) -> str:
        return self.character


class Alias(models.Model):
    """Another name that people use: ``name`` is read as ``stands_for``, in one region or everywhere."""

    class Kind(models.TextChoices):
        SHORT = "short", _("Short name")
        OTHER = "other", _("Other name")
        HISTORIC = "historic", _("Historic name")

    name = models.CharField(_("name"), max_length=160)
    key = models.CharField(max_length=160, db_collation="C", editable=False)
    stands_for = models.CharField(_("stands for"), max_length=160)
    target = models.CharField(max_length=160, db_collation="C", editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    region_code = RegionCodeField()
    valid = DateRangeField(
        _("in use"), null=True, blank=True, help_text=_("When the name was in use; empty: still is.")
    )

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [
            UniqueConstraint(fields=["key", "target", "region_code"], name="alias_once"),
            CheckConstraint(
                condition=Q(region_code__regex=codes.REGION_CODE), name="alias_region_code_is_standard"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.stands_for}"

    def save(self, *args, **kwargs) -> None:
        self.key, self.target = key(self.name), key(self.stands_for)
        super().save(*args, **kwargs)


PATTERN_KINDS = (
    *("street", "community", "road", "place", "road_number", "lane_number", "building", "poi", "estate"),
    *("unit_grid", "asset_code", "crossing"),
)


class Combination(models.Model):
    """One way in which an address is put together (GB/T 30428.3): the kinds of its elements in order.

    An administrator adds rows; the most specific pattern that an address fulfils names it.
    """

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=60)
    pattern = ArrayField(models.CharField(max_length=20), verbose_name=_("kinds of elements"))
    weight = models.FloatField(_("weight"), default=1.0)
    example = models.CharField(_("example"), max_length=120, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("combination")
        verbose_name_plural = _("combinations")
        ordering = ["number"]
        constraints = [
            CheckConstraint(
                condition=Q(pattern__len__gt=0) & Q(weight__gt=0, weight__lte=1),
                name="combination_has_a_pattern",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def clean(self) -> None:
        if strange := [kind for kind in self.pattern or () if kind not in PATTERN_KINDS]:
            raise ValidationError({"pattern": _("Unknown kinds: {kinds}.").format(kinds=", ".join(strange))})
