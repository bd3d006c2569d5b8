"""What stands on the ground, in the back office. Where a thing lies tells its region and unit grid."""

from django.contrib import admin

from buildings import placing
from buildings.models import Asset, AssetClass, Building, Door, Estate, Green, Place, Road, Water
from gis.admin import ForSuperusers, InJurisdiction

HOME = ("region_code", "unit_grid_code")


class SituatedAdmin(InJurisdiction):
    readonly_fields = HOME
    ordering = ("-pk",)


@admin.register(Road)
class RoadAdmin(SituatedAdmin):
    geometry = "centreline"
    list_display = ("name", "kind", "region_code")
    list_filter = ("kind",)
    search_fields = ("name__contains",)

    def give_home(self, ids):
        placing.home_roads(ids)


@admin.register(Estate)
class EstateAdmin(SituatedAdmin):
    geometry = "boundary"
    list_display = ("name", *HOME)
    search_fields = ("name__contains",)

    def give_home(self, ids):
        placing.home_estates(ids)


@admin.register(Building)
class BuildingAdmin(SituatedAdmin):
    geometry = "footprint"
    list_display = ("__str__", "number", "estate", "kind", "floors", "region_code")
    list_filter = ("kind",)
    list_select_related = ("estate",)
    search_fields = ("name__contains", "address__contains")
    raw_id_fields = ("estate",)

    def give_home(self, ids):
        placing.home_buildings(ids)


@admin.register(Door)
class DoorAdmin(SituatedAdmin):
    geometry = "location"
    list_display = ("road_name", "number", *HOME)
    search_fields = ("road_name__contains",)
    raw_id_fields = ("road",)

    def give_home(self, ids):
        placing.home_doors(ids)


@admin.register(Place)
class PlaceAdmin(SituatedAdmin):
    geometry = "location"
    list_display = ("name", "category", "address", "region_code")
    search_fields = ("name__contains", "address__contains")

    def give_home(self, ids):
        placing.home_places(ids)


@admin.register(Asset)
class AssetAdmin(SituatedAdmin):
    geometry = "location"
    list_display = ("code", "asset_class", "name", "state", "department", "region_code")
    list_filter = ("state",)
    list_select_related = ("asset_class",)
    search_fields = ("code__startswith", "name__contains")
    autocomplete_fields = ("asset_class",)

    def give_home(self, ids):
        placing.home_assets(ids)


@admin.register(Water)
class WaterAdmin(SituatedAdmin):
    geometry = "extent"
    list_display = ("__str__", "kind", "region_code")
    search_fields = ("name",)

    def give_home(self, ids):
        placing.home_water(ids)


@admin.register(Green)
class GreenAdmin(SituatedAdmin):
    geometry = "extent"
    list_display = ("__str__", "kind", "region_code")
    search_fields = ("name",)

    def give_home(self, ids):
        placing.home_green(ids)


@admin.register(AssetClass)
class AssetClassAdmin(ForSuperusers):
    list_display = ("code", "name", "major_name", "scheme", "is_active")
    list_filter = ("scheme", "is_active")
    search_fields = ("code__startswith", "name", "major_name")
