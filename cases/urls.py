from django.urls import path

from cases import api

urlpatterns = [
    path("api/cases/heat", api.HeatView.as_view(), name="cases-heat"),
    path("api/cases/figures", api.FiguresView.as_view(), name="cases-figures"),
]
