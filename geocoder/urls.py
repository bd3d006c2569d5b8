from django.urls import path

from geocoder import api

urlpatterns = [
    path("api/geocode", api.GeocodeView.as_view(), name="geocode"),
    path("api/geocode/reverse", api.ReverseView.as_view(), name="geocode-reverse"),
    path("api/geocode/suggest", api.SuggestView.as_view(), name="geocode-suggest"),
]
