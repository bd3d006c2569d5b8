"""All addresses of the server but the event stream (``gis.urls_live``)."""

from django.contrib import admin
from django.urls import include, path

from gis import health, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("", include("gis.pages_urls")),
    path("", include("tiles.urls")),
    path("", include("grids.urls")),
    path("", include("buildings.urls")),
    path("", include("geocoder.urls")),
    path("", include("cases.urls")),
    path("api/", include("gis.api_urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("i18n/catalog.json", pages.Messages.as_view(), name="javascript-catalog"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]

handler400 = "gis.pages.bad_request"
handler403 = "gis.pages.forbidden"
handler404 = "gis.pages.not_found"
