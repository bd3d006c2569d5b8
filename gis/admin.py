"""The back office: staff who administer the map see and change what lies in their jurisdiction.

Who may enter is told by role, not by Django's groups: superusers and GIS administrators, both marked as
staff. Even a superuser sees the city through a jurisdiction, and can give himself one under users.
"""

import json
from typing import cast

import shapely
from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext_lazy as _

from gis import geometry
from gis.crs import STORAGE
from gis.jurisdiction import Scoped
from gis.models import AccessToken, DataSource, User
from gis.roles import Role

admin.site.site_header = admin.site.site_title = _("Wangge administration")
admin.site.unregister(Group)  # what someone may do follows from the role


class GeoJSONField(forms.CharField):
    """A geometry as GeoJSON text in EPSG:4326, for a column of type ``kind``; checked as a loaded one is."""

    widget = forms.Textarea(attrs={"rows": 6, "class": "vLargeTextField", "spellcheck": "false"})

    def __init__(self, *, kind: str, **kwargs):
        self.kind = kind
        help_text = _("GeoJSON geometry: longitude and latitude, EPSG:4326.")
        super().__init__(**{**kwargs, "help_text": help_text})

    def prepare_value(self, value):
        if isinstance(value, GEOSGeometry):
            return shapely.to_geojson(shapely.from_wkb(bytes(value.wkb)))
        return value

    def to_python(self, value):
        if not (text := super().to_python(value)):
            return None
        try:
            drawn = shapely.geometry.shape(json.loads(text))
        except Exception as unreadable:  # shapely raises whatever the nesting of the lists happens to break
            raise ValidationError(_("This is not a GeoJSON geometry.")) from unreadable
        cleaned = geometry.clean(drawn, kind=self.kind)
        if cleaned.geometry is None:
            where = f" ({cleaned.where[0]:.6f}, {cleaned.where[1]:.6f})" if cleaned.where else ""
            raise ValidationError(f"{cleaned.fault}{where}")
        return GEOSGeometry(memoryview(shapely.to_wkb(cleaned.geometry)), srid=STORAGE)

    def has_changed(self, initial, data):
        return (self.prepare_value(initial) or "") != (data or "").strip()


class ChoosesFromOwn(BaseModelAdmin):
    """A reference can only be set to what its own table of the back office shows the editor."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if self.admin_site.is_registered(model := db_field.remote_field.model):
            kwargs["queryset"] = self.admin_site.get_model_admin(model).get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OfficeAdmin(ChoosesFromOwn, admin.ModelAdmin):
    """A table of the back office."""

    show_full_result_count = False
    list_per_page = 50

    def works_here(self, request) -> bool:
        user = request.user
        return (
            user.is_active and user.is_staff and (user.is_superuser or user.has_role(Role.GIS_ADMINISTRATOR))
        )

    def has_module_permission(self, request):
        return self.works_here(request)

    def has_view_permission(self, request, obj=None):
        return self.works_here(request)

    def has_add_permission(self, request):
        return self.works_here(request)

    def has_change_permission(self, request, obj=None):
        return self.works_here(request)

    def has_delete_permission(self, request, obj=None):
        return self.works_here(request)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, GeometryField):
            return GeoJSONField(
                kind=db_field.geom_type, label=db_field.verbose_name, required=not db_field.blank
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class ReadOnly:
    """Shown, not edited: changes have a verb of their own, or another owner."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ForSuperusers(OfficeAdmin):
    """Tables that all districts of the server share: seen by all staff, changed by superusers."""

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and request.user.is_superuser


class InJurisdiction(OfficeAdmin):
    """Rows of the jurisdiction; of the common ground beyond it one sees, but does not change."""

    geometry = ""  # the column that lists do not read

    def get_queryset(self, request):
        rows = cast(Scoped, super().get_queryset(request)).visible_to(request.user)
        if self.geometry:
            rows = rows.defer(self.geometry, f"{self.geometry}_3857")
        return rows

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_own(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_own(request, obj)

    def is_own(self, request, obj) -> bool:
        return obj is None or in_jurisdiction(obj.region_code, request.user)

    def save_model(self, request, obj, form, change):
        """Save and find the row its home; what lies in another jurisdiction is refused, and nothing saved."""
        super().save_model(request, obj, form, change)
        self.give_home([obj.pk])
        obj.refresh_from_db(fields=["region_code"])
        if not in_jurisdiction(obj.region_code, request.user):
            raise PermissionDenied

    def give_home(self, ids: list[int]) -> None:
        """Find the region of the rows ``ids``; rows that are entered with their region have one."""

    @admin.display(description=_("geometry"))
    def drawn(self, obj) -> str:
        """What is drawn, in a few words."""
        shape = shapely.from_wkb(bytes(getattr(obj, self.geometry).wkb))
        west, south, east, north = shape.bounds
        points = shapely.get_num_coordinates(shape)
        return f"{shape.geom_type} · {points} · {west:.6f}, {south:.6f}, {east:.6f}, {north:.6f}"


def in_jurisdiction(region_code: str, user) -> bool:
    return bool(user.jurisdiction) and region_code.startswith(user.jurisdiction)


class NotBeyondOwn(forms.BaseForm):
    """Part of a form of accounts: staff give nobody more ground than they have."""

    editor: User

    def clean_jurisdiction(self):
        code = self.cleaned_data["jurisdiction"]
        if not self.editor.is_superuser and not in_jurisdiction(code, self.editor):
            raise ValidationError(_("This jurisdiction reaches beyond your own."))
        return code


@admin.register(User)
class OfficeUserAdmin(OfficeAdmin, UserAdmin):
    """Accounts: superusers see all, other staff those in their jurisdiction that are no superusers."""

    list_display = ("username", "display_name", "role", "jurisdiction", "is_active", "is_staff", "last_login")
    list_filter = ("role", "is_active", "is_staff")
    search_fields = ("username", "display_name", "jurisdiction__startswith")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email")}),
        (_("Work"), {"fields": ("role", "jurisdiction")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
        (_("Work"), {"fields": ("display_name", "role", "jurisdiction")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request):
        users = super().get_queryset(request)
        if request.user.is_superuser:
            return users
        if not request.user.jurisdiction:
            return users.none()
        return users.filter(jurisdiction__startswith=request.user.jurisdiction, is_superuser=False)

    def get_readonly_fields(self, request, obj=None):
        mine = () if request.user.is_superuser else ("is_superuser", "is_staff")
        return (*super().get_readonly_fields(request, obj), *mine)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "jurisdiction" not in form.base_fields:  # shown, not edited
            return form
        return type(form.__name__, (NotBeyondOwn, form), {"editor": request.user})


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnly, OfficeAdmin):
    """Tokens of the accounts that one administers; to revoke is all that can be done."""

    list_display = (
        "name",
        "owner",
        "scope",
        "hint",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("scope", "revoked_at")
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    fields = list_display
    actions = ("revoke",)

    def get_queryset(self, request):
        tokens = super().get_queryset(request)
        return tokens.filter(owner__in=self.admin_site.get_model_admin(User).get_queryset(request))

    @admin.action(description=_("Revoke the selected tokens"))
    def revoke(self, request, queryset):
        for token in queryset:
            token.revoke()
        self.message_user(request, _("The tokens are revoked."))


@admin.register(DataSource)
class DataSourceAdmin(ReadOnly, ForSuperusers):
    list_display = ("layer", "file", "crs", "attribution", "rows", "loaded_at")
    list_filter = ("layer",)
