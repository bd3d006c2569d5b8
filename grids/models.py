"""Territory and who answers for it."""

from django.contrib.gis.db import models
from django.contrib.gis.measure import D
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import DateTimeRangeContains
from django.contrib.postgres.indexes import GistIndex
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import CheckConstraint, F, GeneratedField, Q, UniqueConstraint
from django.db.models.functions import Left, Length
from django.db.models.sql.where import WhereNode
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.fields import Ground, sound, tile_twin
from gis.jurisdiction import CommonGround, RegionCodeField, Scoped


def from_today() -> DateRange:
    return DateRange(timezone.localdate(), None)


def _redated(condition, day):
    """``condition`` of a query with its day, wherever it stands in the tree, replaced by ``day``."""
    if isinstance(condition, DateTimeRangeContains):
        return (
            DateTimeRangeContains(condition.lhs, day) if condition.lhs.target.name == "valid" else condition
        )
    if isinstance(condition, WhereNode):
        redated = [_redated(child, day) for child in condition.children]
        return WhereNode(redated, condition.connector, condition.negated)
    return condition


class InTime(Scoped):
    """Queries of versioned boundaries."""

    def on(self, day):
        """Versions in force on ``day``; asked of versions of another day, those of ``day`` in their stead."""
        dated = self.all()
        dated.query.where = _redated(dated.query.where, day)
        return dated if dated.query.where != self.query.where else dated.filter(valid__contains=day)

    def current(self):
        """Versions in force today (in the city's time zone)."""
        return self.on(timezone.localdate())

    def covering(self, point):
        """Boundaries that hold ``point``; on a shared edge, both."""
        return self.filter(boundary__covers=point)

    def within(self, metres: float, *, of):
        """Boundaries at most ``metres`` on the ground from the geometry ``of``."""
        return self.annotate(ground=Ground("boundary")).filter(ground__dwithin=(of, D(m=metres)))


class TerritoryQuerySet(InTime):
    pass


class RegionQuerySet(InTime, CommonGround):  # type: ignore[override]  # what as_manager makes of both
    pass


class Territory(models.Model):
    """A piece of ground that someone answers for; one row is one version of its boundary.

    The version is in force in ``valid``; versions of one code never overlap in time.
    """

    code: str  # each kind of territory has its own form of code
    name = models.CharField(_("name"), max_length=100)
    valid = DateRangeField(_("in force"), default=from_today)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


def one_version_at_a_time(model: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=f"{model}_one_version_at_a_time",
        expressions=[("code", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
        violation_error_message=_("Another version of this code is in force in that time."),
    )


class Region(Territory):
    """Province, city, district, street or community (GB/T 2260, GB/T 10114, statistical division codes).

    Level and parent follow from the code, so they can never disagree with it; ``grids/sql/regions.sql``
    holds that a region lies in its parent.
    """

    class Level(models.IntegerChoices):
        PROVINCE = codes.PROVINCE, _("Province")
        CITY = codes.CITY, _("City")
        DISTRICT = codes.DISTRICT, _("District")
        STREET = codes.STREET, _("Street")
        COMMUNITY = codes.COMMUNITY, _("Community")

    code = RegionCodeField(verbose_name=_("code"))
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, spatial_index=False)
    boundary_3857 = tile_twin("boundary", field=models.MultiPolygonField)
    region_code = GeneratedField(
        expression=F("code"),  # type: ignore[arg-type]
        output_field=RegionCodeField(),
        db_persist=True,
    )
    level = GeneratedField(
        expression=Length("code"),
        output_field=models.PositiveSmallIntegerField(_("level"), choices=Level),
        db_persist=True,
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            sound("region", "boundary"),
            CheckConstraint(
                condition=Q(code__regex=codes.REGION_CODE),
                name="region_code_is_standard",
                violation_error_message=_("A region code has 2, 4, 6, 9 or 12 digits."),
            ),
            one_version_at_a_time("region"),
        ]
        indexes = [
            GistIndex(fields=["boundary"], name="region_boundary"),
            GistIndex(fields=["boundary_3857"], name="region_boundary_3857"),
            models.Index(fields=["region_code"], name="region_region_code"),
        ]

    @property
    def parent_code(self) -> str:
        return codes.parent_of(self.code)


class Organisation(models.Model):
    """A centre, department, street or community office, or team."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("Command centre")
        DEPARTMENT = "department", _("Department")
        STREET_OFFICE = "street_office", _("Street office")
        COMMUNITY_OFFICE = "community_office", _("Community office")
        TEAM = "team", _("Team")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    region_code = RegionCodeField()

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["region_code", "name"]
        constraints = [
            UniqueConstraint(fields=["region_code", "name"], name="organisation_name_is_unique"),
            CheckConstraint(
                condition=Q(region_code__regex=codes.REGION_CODE), name="organisation_region_code_is_standard"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """Someone on duty in the grids; signs in as ``user``."""

    user = models.OneToOneField("wangge.User", models.PROTECT, related_name="officer", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=60)
    card_number = models.CharField(_("card number"), max_length=20, unique=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="officers", verbose_name=_("organisation")
    )
    region_code = RegionCodeField()

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        ordering = ["card_number"]
        constraints = [
            CheckConstraint(
                condition=Q(region_code__regex=codes.REGION_CODE), name="officer_region_code_is_standard"
            )
        ]
        indexes = [models.Index(fields=["region_code"], name="officer_region_code")]

    def __str__(self) -> str:
        return self.name


class Edit(models.Model):
    """One change of the grids of one parent region: who, when, how and why. Versions point to it."""

    class Kind(models.TextChoices):
        DRAW = "draw", _("Drawn")
        RESHAPE = "reshape", _("Reshaped")
        SPLIT = "split", _("Split")
        MERGE = "merge", _("Merged")
        TRANSFER = "transfer", _("Transferred")
        RETIRE = "retire", _("Retired")
        RESTORE = "restore", _("Restored")
        DRAFT = "draft", _("Drafted")

    kind = models.CharField(_("kind of edit"), max_length=12, choices=Kind)
    region_code = RegionCodeField()
    by = models.ForeignKey("wangge.User", models.PROTECT, related_name="+", verbose_name=_("edited by"))
    at = models.DateTimeField(_("edited"), auto_now_add=True)
    why = models.CharField(_("reason"), max_length=200, blank=True)
    key = models.UUIDField(_("idempotency key"), unique=True, editable=False)

    objects = Scoped.as_manager()

    class Meta:
        verbose_name = _("edit")
        verbose_name_plural = _("edits")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["region_code", "-at"], name="edit_region_code_at")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.region_code} {self.at:%Y-%m-%d %H:%M}"


class Grid(Territory):
    """A grid under a parent region; the grids of one parent are a coverage (see ``grids.coverage``).

    A version's boundary never changes, apart from corners inserted into straight sides where a neighbour
    has one. A version that was followed by another on its first day has an empty ``valid``: it was in
    force on no day, and is still told by its descendants.
    """

    made_in = models.ForeignKey(
        Edit,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("begun by"),
    )
    ended_in = models.ForeignKey(
        Edit,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ancestors = models.ManyToManyField(
        "self", symmetrical=False, related_name="descendants", editable=False, verbose_name=_("comes from")
    )

    class Meta:
        abstract = True

    def is_in_force(self, day) -> bool:
        return day in self.valid


class ResponsibilityGrid(Grid):
    """责任网格: adjacent unit grids bound to officers (GB/T 30428.1); may be drawn before they are."""

    code = models.CharField(_("code"), max_length=32, db_collation="C")
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, spatial_index=False)
    boundary_3857 = tile_twin("boundary", field=models.MultiPolygonField)
    region_code = RegionCodeField()
    officers = models.ManyToManyField(
        Officer, through="Posting", related_name="grids", verbose_name=_("officers")
    )

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility grid")
        verbose_name_plural = _("responsibility grids")
        ordering = ["code"]
        constraints = [
            sound("responsibility_grid", "boundary"),
            CheckConstraint(condition=~Q(code=""), name="responsibility_grid_has_a_code"),
            CheckConstraint(
                condition=Q(region_code__regex=codes.REGION_CODE),
                name="responsibility_grid_region_code_is_standard",
            ),
            one_version_at_a_time("responsibility_grid"),
        ]
        indexes = [
            GistIndex(fields=["boundary"], name="responsibility_grid_boundary"),
            GistIndex(fields=["boundary_3857"], name="responsibility_boundary_3857"),
            models.Index(fields=["region_code"], name="responsibility_region_code"),
        ]


class Posting(models.Model):
    """An officer answers for a responsibility grid; one of its officers is the main one."""

    grid = models.ForeignKey(
        ResponsibilityGrid, models.CASCADE, related_name="postings", verbose_name=_("responsibility grid")
    )
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="postings", verbose_name=_("officer"))
    is_main = models.BooleanField(_("main officer"), default=False)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            UniqueConstraint(fields=["grid", "officer"], name="posting_once"),
            UniqueConstraint(fields=["grid"], condition=Q(is_main=True), name="posting_one_main_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.officer} · {self.grid}"


class UnitGrid(Grid):
    """单元网格 (万米单元网格), about 100 m × 100 m within one community (GB/T 30428.1)."""

    code = models.CharField(_("code"), max_length=16, db_collation="C")
    boundary = models.PolygonField(_("boundary"), srid=4326, spatial_index=False)
    boundary_3857 = tile_twin("boundary", field=models.PolygonField)
    region_code = GeneratedField(
        expression=Left("code", codes.COMMUNITY), output_field=RegionCodeField(), db_persist=True
    )
    responsibility_grid = models.ForeignKey(
        ResponsibilityGrid,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="unit_grids",
        verbose_name=_("responsibility grid"),
    )

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit grid")
        verbose_name_plural = _("unit grids")
        ordering = ["code"]
        constraints = [
            sound("unit_grid", "boundary"),
            CheckConstraint(
                condition=Q(code__regex=codes.UNIT_GRID_CODE),
                name="unit_grid_code_is_standard",
                violation_error_message=_(
                    "A unit grid code is its community's 12 digits and a sequence of 3 or 4 digits."
                ),
            ),
            one_version_at_a_time("unit_grid"),
        ]
        indexes = [
            GistIndex(fields=["boundary"], name="unit_grid_boundary"),
            GistIndex(fields=["boundary_3857"], name="unit_grid_boundary_3857"),
            models.Index(fields=["region_code"], name="unit_grid_region_code"),
        ]


class Situated(models.Model):
    """Something that stands or happens in the territory.

    ``region_code`` is the smallest region that holds it, ``unit_grid_code`` the unit grid (empty where
    none is drawn yet). ``grids.homing`` fills both in bulk; they are codes, not foreign keys, because a
    code outlives each version of its boundary.
    """

    region_code = RegionCodeField(blank=True, default="", editable=False)
    unit_grid_code = models.CharField(
        _("unit grid"), max_length=16, db_collation="C", blank=True, default="", editable=False
    )

    class Meta:
        abstract = True
