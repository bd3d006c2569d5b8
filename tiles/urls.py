"""Addresses of the map service."""

from django.urls import path

from tiles import api, ogc

urlpatterns = [
    path("tiles/<str:names>/<str:z>/<str:x>/<str:y>.mvt", api.TileView.as_view(), name="tile"),
    path("tiles/<str:names>.json", api.TileJSONView.as_view(), name="tilejson"),
    path("styles/<str:theme>.json", api.StyleView.as_view(), name="style"),
    *ogc.urlpatterns,
]
