from django.urls import path

from cases import api, api_reports, pages, pages_reports

urlpatterns = [
    path("centre", pages.centre, name="centre"),
    path("report", pages_reports.report, name="report"),
    path("cases/mine", pages_reports.mine, name="cases-mine"),
    path("api/locate", api_reports.LocateView.as_view(), name="locate"),
    path("api/categories", api_reports.CategoriesView.as_view(), name="categories"),
    path("api/cases", api_reports.CasesView.as_view(), name="cases"),
    path("api/cases/<int:pk>", api_reports.CaseView.as_view(), name="case"),
    path("api/cases/<int:pk>/confirm", api_reports.ConfirmView.as_view(), name="case-confirm"),
    path("api/cases/<int:pk>/photos", api_reports.PhotosView.as_view(), name="case-photos"),
    path("api/cases/<int:pk>/photos/<int:n>", api_reports.PhotoView.as_view(), name="case-photo"),
    path("api/cases/<int:pk>/photos/<int:n>/thumb", api_reports.ThumbView.as_view(), name="case-photo-thumb"),
    path("centre", pages.centre, name="centre"),
    path("api/cases/latest", api.LatestView.as_view(), name="cases-latest"),
    path("api/cases/heat", api.HeatView.as_view(), name="cases-heat"),
    path("api/cases/figures", api.FiguresView.as_view(), name="cases-figures"),
]
