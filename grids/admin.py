"""Territory and those who answer for it, in the back office.

The boundary of what is in force is not overwritten here: it is drawn anew on the map, as a new version.
"""

from django.contrib import admin

from gis.admin import ChoosesFromOwn, InJurisdiction
from grids import homing
from grids.models import Edit, Officer, Organisation, Posting, Region, ResponsibilityGrid, UnitGrid


class TerritoryAdmin(InJurisdiction):
    """Versions of boundaries: a new one is entered whole, of an old one only the name changes."""

    geometry = "boundary"
    list_display: tuple[str, ...] = ("code", "name", "valid")
    search_fields = ("code__startswith", "name")
    ordering = ("code",)
    entered = ("code", "name", "valid", "boundary")
    kept: tuple[str, ...] = ("code", "valid", "drawn")

    def get_fields(self, request, obj=None):
        return ("name", *self.kept) if obj else self.entered

    def get_readonly_fields(self, request, obj=None):
        return self.kept if obj else ()


@admin.register(Region)
class RegionAdmin(TerritoryAdmin):
    list_display = ("code", "name", "level", "valid")
    list_filter = ("level",)


class PostingInline(ChoosesFromOwn, admin.TabularInline):
    model = Posting
    extra = 0
    autocomplete_fields = ("officer",)

    def has_view_permission(self, request, obj=None):
        return True  # of the grid that is open; whether it may be seen is the grid's question

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


@admin.register(ResponsibilityGrid)
class ResponsibilityGridAdmin(TerritoryAdmin):
    list_display = ("code", "name", "region_code", "valid")
    inlines = (PostingInline,)
    kept = ("code", "region_code", "valid", "drawn")

    def give_home(self, ids):
        homing.home_responsibility_grids(ids)


@admin.register(UnitGrid)
class UnitGridAdmin(TerritoryAdmin):
    list_display = ("code", "name", "region_code", "responsibility_grid", "valid")
    list_select_related = ("responsibility_grid",)
    kept = ("code", "region_code", "responsibility_grid", "valid", "drawn")

    def give_home(self, ids):
        homing.home_unit_grids(ids)


@admin.register(Organisation)
class OrganisationAdmin(InJurisdiction):
    list_display = ("name", "kind", "parent", "region_code")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "region_code__startswith")
    autocomplete_fields = ("parent",)


@admin.register(Officer)
class OfficerAdmin(InJurisdiction):
    list_display = ("card_number", "name", "organisation", "region_code", "user")
    list_select_related = ("organisation", "user")
    search_fields = ("name", "card_number", "user__username")
    autocomplete_fields = ("organisation", "user")


@admin.register(Edit)
class EditAdmin(InJurisdiction):
    """Who changed what, when and why: read here, written only by edits."""

    list_display = ("at", "kind", "region_code", "by", "why")
    list_filter = ("kind",)
    list_select_related = ("by",)
    search_fields = ("region_code__startswith", "why", "by__username")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
