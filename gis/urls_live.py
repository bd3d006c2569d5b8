"""Addresses of the event stream process."""

from django.urls import include, path

from gis import health

urlpatterns = [path("live/", include("cases.urls_live")), path("healthz", health.alive)]
