"""Addresses of the page shell."""

from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from gis import pages

urlpatterns = [
    path(
        "sign-in",
        auth.LoginView.as_view(template_name="gis/sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out", auth.LogoutView.as_view(), name="sign-out"),
    path(
        "password",
        auth.PasswordChangeView.as_view(
            template_name="gis/password.html", success_url=reverse_lazy("password-changed")
        ),
        name="password",
    ),
    path(
        "password/changed",
        auth.PasswordChangeDoneView.as_view(template_name="gis/password_changed.html"),
        name="password-changed",
    ),
    path("tokens", pages.tokens, name="tokens"),
    path("style", pages.style, name="style"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
]
