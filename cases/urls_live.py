from django.urls import path

from cases import api_live

urlpatterns = [path("cases", api_live.cases, name="live-cases")]
