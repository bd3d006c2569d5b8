"""What happens in the city: categories, cases, their photographs, confirmations and history."""

import uuid

from django.contrib.gis.db import models
from django.contrib.gis.measure import D
from django.contrib.postgres.indexes import GistIndex
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from buildings.models import AssetClass, trigram
from gis.fields import Ground, sound, tile_twin
from gis.jurisdiction import Scoped
from grids.models import Situated


class Category(models.Model):
    """A standard class that a case can be of: an asset (部件) at fault or an incident (事件).

    Codes count within kind and scheme (GB/T 30428.2-2013; CJ/T 214-2007 orders its majors otherwise).
    """

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        INCIDENT = "incident", _("Incident")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    scheme = models.CharField(_("scheme"), max_length=20)
    code = models.CharField(_("code"), max_length=4, db_collation="C")
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=120)
    major_name = models.CharField(_("major class"), max_length=60)
    major_name_en = models.CharField(_("English major class"), max_length=120)
    asset_class = models.ForeignKey(
        AssetClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asset class")
    )
    similar_radius_m = models.FloatField(_("similar within (m)"), default=10)
    similar_window_h = models.FloatField(_("similar within (hours)"), default=24)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["kind", "scheme", "code"]
        constraints = [
            UniqueConstraint(fields=["kind", "scheme", "code"], name="category_code_is_unique"),
            CheckConstraint(condition=Q(code__regex=r"^[0-9]{4}$"), name="category_code_has_four_digits"),
            CheckConstraint(
                condition=Q(kind="asset", asset_class__isnull=False)
                | Q(kind="incident", asset_class__isnull=True),
                name="category_of_an_asset_names_its_class",
            ),
            CheckConstraint(
                condition=Q(similar_radius_m__gt=0, similar_radius_m__lte=500)
                & Q(similar_window_h__gt=0, similar_window_h__lte=744),
                name="category_similarity_is_near",
                violation_error_message=_("Similar means at most 500 m and 31 days (744 hours) apart."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CaseQuerySet(Scoped):
    def known_to(self, user):
        """What ``user`` may open: his jurisdiction, and what he reported elsewhere in his district."""
        mine = self.in_district_of(user).filter(reporter_id=user.pk)
        return self.visible_to(user) | mine

    def within(self, metres: float, *, of):
        """Cases at most ``metres`` on the ground from the geometry ``of``."""
        return self.annotate(ground=Ground("location")).filter(ground__dwithin=(of, D(m=metres)))


class Case(Situated):
    """案件: what happened and where. Its history are events.

    ``region_code``, ``unit_grid_code`` and ``responsibility_grid_code`` tell the territory at the time of
    the report and stay with the case.
    """

    class Stage(models.TextChoices):
        REPORTED = "reported", _("Reported")
        ACCEPTED = "accepted", _("Accepted")
        REGISTERED = "registered", _("Registered")
        DISPOSAL = "disposal", _("In disposal")
        CHECKING = "checking", _("In check")
        CLOSED = "closed", _("Closed")
        VOIDED = "voided", _("Voided")

    OVER = (Stage.CLOSED, Stage.VOIDED)

    class Level(models.TextChoices):
        DAILY = "daily", _("Daily")
        GENERAL = "general", _("General")
        SERIOUS = "serious", _("Serious")
        MAJOR = "major", _("Major")

    class Urgency(models.TextChoices):
        GENERAL = "general", _("General")
        URGENT = "urgent", _("Urgent")
        MAJOR = "major", _("Very urgent")

    class Source(models.TextChoices):
        PATROL = "patrol", _("Patrol")
        HOTLINE = "hotline", _("Hotline")
        PUBLIC = "public", _("Public")
        VIDEO = "video", _("Video")
        IMPORT = "import", _("Import")

    number = models.CharField(_("case number"), max_length=24, unique=True, db_collation="C")
    client_key = models.UUIDField(_("idempotency key"), unique=True, default=uuid.uuid4, editable=False)
    category = models.ForeignKey(Category, models.PROTECT, related_name="cases", verbose_name=_("category"))
    location = models.PointField(_("location"), srid=4326, spatial_index=False)
    location_3857 = tile_twin("location", field=models.PointField)
    accuracy_m = models.FloatField(_("position accuracy (m)"), null=True, blank=True)
    h3 = models.BigIntegerField(_("H3 cell"), editable=False)  # resolution cases.cells.RESOLUTION
    responsibility_grid_code = models.CharField(
        _("responsibility grid"), max_length=32, db_collation="C", blank=True, default="", editable=False
    )
    is_cross_grid = models.BooleanField(_("outside the reporter's own grid"), default=False)
    place = models.CharField(_("described location"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.GENERAL)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency, default=Urgency.GENERAL)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.PATROL)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, default=Stage.REPORTED)
    reporter = models.ForeignKey(
        "wangge.User",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("reporter"),
    )
    reported_at = models.DateTimeField(_("reported"))  # when it was sent; a phone may wait for a network
    received_at = models.DateTimeField(_("received"), null=True, blank=True, editable=False)  # none: a file's
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-reported_at", "-id"]
        constraints = [
            sound("case", "location"),
            CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=models.F("reported_at")),
                name="case_closes_after_its_report",
            ),
        ]
        indexes = [
            GistIndex(fields=["location"], name="case_location"),
            GistIndex(fields=["location_3857"], name="case_location_3857"),
            # tells and counts by jurisdiction and time, and heat by cell, without touching the table
            models.Index(fields=["region_code"], name="case_region_code"),
            models.Index(
                fields=["-reported_at", "-id"],
                include=["region_code", "h3", "category", "stage"],
                name="case_time",
            ),
            models.Index(
                fields=["category", "reported_at"], include=["region_code", "h3"], name="case_category_time"
            ),
            # similar cases: seven neighbouring cells, then time (see cases/similarity.py)
            models.Index(fields=["h3", "reported_at"], name="case_cell_time"),
            # the search box
            trigram("case", "number"),
            trigram("case", "place"),
            # my reports, and how many in the last minutes
            models.Index(fields=["reporter", "-reported_at"], name="case_reporter_time"),
        ]

    def __str__(self) -> str:
        return self.number


class CasePhoto(models.Model):
    """A photograph of a case, checked and re-encoded on entry; served only to those who may see the case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="photos", verbose_name=_("case"))
    image = models.ImageField(
        _("photograph"), upload_to="cases/%Y/%m/", width_field="width", height_field="height"
    )
    thumbnail = models.ImageField(_("thumbnail"), upload_to="cases/%Y/%m/", editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    digest = models.CharField(
        max_length=64, editable=False
    )  # sha256 of what the phone sent: a re-sent photo is one photo
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")
        ordering = ["id"]
        constraints = [UniqueConstraint(fields=["case", "digest"], name="case_photo_once")]

    def __str__(self) -> str:
        return f"{self.case} #{self.pk}"


class CaseEvent(models.Model):
    """One line of a case's history: who took which action when."""

    class Action(models.TextChoices):
        REPORT = "report", _("Report")
        CONFIRM = "confirm", _("Confirm: the same thing seen again")

    case = models.ForeignKey(Case, models.CASCADE, related_name="events", verbose_name=_("case"))
    action = models.CharField(_("action"), max_length=20)
    officer = models.ForeignKey(
        "wangge.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("officer")
    )
    at = models.DateTimeField(_("time"))
    note = models.TextField(_("note"), blank=True)
    location = models.PointField(_("location"), srid=4326, null=True, blank=True, spatial_index=False)
    client_key = models.UUIDField(_("idempotency key"), unique=True, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at"], name="case_event_case_at")]

    def __str__(self) -> str:
        return f"{self.case} {self.action}"
