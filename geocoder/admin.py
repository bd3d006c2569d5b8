"""The gazetteer in the back office: search it, give things other names, extend the combinations."""

from django.contrib import admin

from geocoder.models import Alias, Combination, Entry
from geocoder.normalise import key
from gis.admin import ForSuperusers, InJurisdiction, ReadOnly


@admin.register(Entry)
class EntryAdmin(ReadOnly, InJurisdiction):
    """What is found under which name or number; it is corrected where it comes from."""

    list_display = ("name", "kind", "number", "address", "region_code", "weight")
    list_filter = ("kind",)
    search_fields = ("key__startswith",)
    fields = (*list_display, "unit_grid_code", "source", "source_id")
    ordering = ("pk",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("geometry", "location")

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, key(search_term))


@admin.register(Alias)
class AliasAdmin(InJurisdiction):
    list_display = ("name", "stands_for", "kind", "region_code", "valid")
    list_filter = ("kind",)
    search_fields = ("name__contains", "stands_for__contains")


@admin.register(Combination)
class CombinationAdmin(ForSuperusers):
    list_display = ("number", "title", "pattern", "weight", "example", "is_active")
    search_fields = ("title",)
