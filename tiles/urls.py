"""Addresses of the map service."""

from django.urls import path

from tiles import api, catalogue, ogc, packs_api, pages

urlpatterns = [
    path("map", pages.workbench, name="workbench"),
    path("tiles/<str:names>/<str:z>/<str:x>/<str:y>.mvt", api.TileView.as_view(), name="tile"),
    path("tiles/<str:names>.json", api.TileJSONView.as_view(), name="tilejson"),
    path("tiles/packs/<int:pk>.pmtiles", packs_api.PackView.as_view(), name="pack"),
    path("api/tiles/packs", packs_api.PacksView.as_view(), name="api-packs"),
    path("styles/<str:theme>.json", api.StyleView.as_view(), name="style"),
    path("sprites/<slug:theme>@2x.<slug:kind>", api.SpriteView.as_view(), {"ratio": 2}),
    path("sprites/<slug:theme>.<slug:kind>", api.SpriteView.as_view(), {"ratio": 1}, name="sprite"),
    path("api/layers", catalogue.LayersView.as_view(), name="api-layers"),
    path("api/layers/<str:name>/<int:pk>", catalogue.FeatureView.as_view(), name="api-feature"),
    path("api/search", catalogue.SearchView.as_view(), name="api-search"),
    path("api/range", catalogue.RangeView.as_view(), name="api-range"),
    *ogc.urlpatterns,
]
