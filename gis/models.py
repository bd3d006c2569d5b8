"""Users and the tokens by which programs sign in for them."""

import hashlib
import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.jurisdiction import RegionCodeField
from gis.roles import Role


class User(AbstractUser):
    """Someone who works in the city: what they do (role) and where (jurisdiction)."""

    role = models.CharField(_("role"), max_length=24, choices=Role, default=Role.VIEWER)
    jurisdiction = RegionCodeField(
        verbose_name=_("jurisdiction"),
        blank=True,
        default="",
        help_text=_("Region code; an empty jurisdiction sees nothing."),
    )
    display_name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=Q(jurisdiction="") | Q(jurisdiction__regex=codes.REGION_CODE),
                name="user_jurisdiction_is_a_region_code",
                violation_error_message=_("A jurisdiction is a region code of 2, 4, 6, 9 or 12 digits."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def has_role(self, *roles: Role) -> bool:
        return self.role in roles


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def usable(self):
        """Tokens that are neither revoked nor past their end, of owners who may still sign in."""
        now = timezone.now()
        return self.filter(revoked_at=None, owner__is_active=True).filter(
            Q(expires_at=None) | Q(expires_at__gt=now)
        )

    def issue(self, owner: User, *, name: str, scope: str, expires_at=None) -> tuple["AccessToken", str]:
        """A new token and its secret; the secret is shown once and only its digest is kept."""
        secret = "wg_" + secrets.token_urlsafe(32)
        token = self.create(
            owner=owner,
            name=name,
            scope=scope,
            expires_at=expires_at,
            hint=secret[:8],
            digest=AccessToken.digest_of(secret),
        )
        return token, secret


class AccessToken(models.Model):
    """Lets a program (QGIS, GDAL, a script) act as its owner, never beyond the owner's jurisdiction."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    owner = models.ForeignKey(User, models.CASCADE, related_name="access_tokens", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=60)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope, default=Scope.READ)
    hint = models.CharField(_("begins with"), max_length=8)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def revoke(self) -> None:
        """End the token now; one that was revoked before keeps its time."""
        if self.revoked_at is None:
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class DataSource(models.Model):
    """What was loaded into a layer, and whom the map owes thanks for it."""

    layer = models.CharField(_("layer"), max_length=40)
    file = models.CharField(_("file"), max_length=200)
    crs = models.CharField(_("coordinate system"), max_length=16)
    attribution = models.CharField(_("attribution"), max_length=200, blank=True)
    rows = models.PositiveIntegerField(_("rows"))
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering = ["-loaded_at"]

    def __str__(self) -> str:
        return f"{self.layer} ← {self.file}"

    @classmethod
    def credits(cls) -> dict[str, set[str]]:
        """Whom to thank, by layer."""
        found: dict[str, set[str]] = {}
        for layer, attribution in cls.objects.exclude(attribution="").values_list("layer", "attribution"):
            found.setdefault(layer, set()).add(attribution)
        return found
