from django.urls import path

from cases.api import live

urlpatterns = [path("cases", live.cases, name="live-cases")]
