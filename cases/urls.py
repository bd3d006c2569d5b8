from django.urls import path

from cases import pages
from cases.api import figures, reports

urlpatterns = [
    path("centre", pages.centre, name="centre"),
    path("report", pages.report, name="report"),
    path("cases/mine", pages.mine, name="cases-mine"),
    path("api/locate", reports.LocateView.as_view(), name="locate"),
    path("api/categories", reports.CategoriesView.as_view(), name="categories"),
    path("api/cases", reports.CasesView.as_view(), name="cases"),
    path("api/cases/<int:pk>", reports.CaseView.as_view(), name="case"),
    path("api/cases/<int:pk>/confirm", reports.ConfirmView.as_view(), name="case-confirm"),
    path("api/cases/<int:pk>/photos", reports.PhotosView.as_view(), name="case-photos"),
    path("api/cases/<int:pk>/photos/<int:n>", reports.PhotoView.as_view(), name="case-photo"),
    path("api/cases/<int:pk>/photos/<int:n>/thumb", reports.ThumbView.as_view(), name="case-photo-thumb"),
    path("api/cases/latest", figures.LatestView.as_view(), name="cases-latest"),
    path("api/cases/heat", figures.HeatView.as_view(), name="cases-heat"),
    path("api/cases/figures", figures.FiguresView.as_view(), name="cases-figures"),
]
