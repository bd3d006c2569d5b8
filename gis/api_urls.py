"""Addresses of the interface for machines that belong to no layer: its description and the tokens."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from gis import openapi  # noqa: F401 — registers itself
from gis.api import TokenViewSet

router = SimpleRouter(trailing_slash=False)
router.register("tokens", TokenViewSet, basename="api-tokens")

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path(
        "docs",
        login_required(
            SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="gis/api_docs.html")
        ),
        name="api-docs",
    ),
    path("", include(router.urls)),
]
