"""Cases in the back office: to look at. What happens to a case happens by the actions of its procedure."""

from django.contrib import admin

from cases.models import Case, CaseEvent, CasePhoto, Category
from gis.admin import ForSuperusers, InJurisdiction, ReadOnly


@admin.register(Category)
class CategoryAdmin(ForSuperusers):
    list_display = (
        "code",
        "name",
        "major_name",
        "kind",
        "scheme",
        "similar_radius_m",
        "similar_window_h",
        "is_active",
    )
    list_filter = ("kind", "scheme", "is_active")
    search_fields = ("code__startswith", "name", "major_name")
    autocomplete_fields = ("asset_class",)


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return True  # of the case that is open; whether it may be seen is the case's question


class CaseEventInline(ReadOnlyInline):
    model = CaseEvent
    fields = ("at", "action", "officer", "note")


class CasePhotoInline(ReadOnlyInline):
    model = CasePhoto
    fields = readonly_fields = ("added_at", "width", "height")


@admin.register(Case)
class CaseAdmin(ReadOnly, InJurisdiction):
    geometry = "location"
    list_display = (
        "number",
        "category",
        "stage",
        "level",
        "urgency",
        "source",
        "reported_at",
        "place",
        "region_code",
    )
    list_filter = ("stage", "level", "urgency", "source", "is_cross_grid", "reported_at")
    list_select_related = ("category",)
    search_fields = ("number__startswith", "place__contains")
    inlines = (CaseEventInline, CasePhotoInline)
    fields = (
        *("number", "category", "stage", "level", "urgency", "source", "place", "description"),
        *(
            "drawn",
            "accuracy_m",
            "region_code",
            "unit_grid_code",
            "responsibility_grid_code",
            "is_cross_grid",
        ),
        *("reporter", "reported_at", "received_at", "closed_at"),
    )
