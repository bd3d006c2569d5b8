from django.urls import path

from grids import api, pages

urlpatterns = [
    path("grids", pages.drawing_table, name="grids"),
    path("api/responsibility-grids", api.GridsView.as_view(), name="api-responsibility-grids"),
    path("api/responsibility-grids/fit", api.FitView.as_view(), name="api-responsibility-grids-fit"),
    path(
        "api/responsibility-grids/<int:pk>/officers", api.GridOfficersView.as_view(), name="api-grid-officers"
    ),
    path("api/officers", api.OfficersView.as_view(), name="api-officers"),
]
