"""The page shell: its frame and words, the way to each role's screen, errors."""

import hashlib
import json
from functools import cache

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.i18n import JSONCatalog

from gis.layers import layers
from gis.roles import CENTRE, EVERYONE, REPORTERS, Role

THEMES = ("paper", "night")
# What the browser is told (lang="…"): Chinese faces and the components' words go by region.
HTML_LANGUAGES = {"zh-hans": "zh-CN"}

COLOURS = """
    --surface-1 --surface-2 --surface-3 --ink-1 --ink-2 --ink-3 --line --line-strong --accent --accent-soft
    --good --good-soft --warn --warn-soft --bad --bad-soft --stopped --stopped-soft --on-tone --focus
""".split()

# The address name, the title and who has the screen in the top bar.
SCREENS = (
    ("workbench", gettext_lazy("Workbench"), EVERYONE),
    ("report", gettext_lazy("Report"), REPORTERS),
    ("centre", gettext_lazy("Command centre"), EVERYONE - {Role.GRID_WORKER}),
    ("grids", gettext_lazy("Grids"), frozenset({Role.GIS_ADMINISTRATOR})),
)


@cache
def vendored() -> dict[str, str]:
    """Bare module names, and names of folders, to their addresses; the set-up wrote them."""
    names = json.loads((settings.VAR / "vendor" / "importmap.json").read_text())["imports"]
    return {name: settings.STATIC_URL + target for name, target in names.items()}


def import_map() -> str:
    return json.dumps({"imports": vendored()})


@cache
def messages_version() -> str:
    """Changes when a translation for the browser does, so that a browser may keep what it has."""
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        for file in sorted((settings.BASE_DIR / app.name).glob("locale/*/LC_MESSAGES/djangojs.mo")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def messages_url(language: str) -> str:
    """Where the browser finds its words; English needs none."""
    if language == "en":
        return ""
    return f"{reverse('javascript-catalog')}?{language}-{messages_version()}"


class Messages(JSONCatalog):
    """The words of our JavaScript. The address changes with them, so that browsers keep them for good."""

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response


def shell(request) -> dict:
    """What every page's frame needs."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")
    language = get_language()
    get_token(request)  # sets the cookie that gis/http.js sends back
    return {
        "import_map": import_map(),
        "maplibre_css": vendored()["maplibre-gl/"] + "maplibre-gl.css",
        "demo": settings.DEMO,
        "time_zone": settings.TIME_ZONE,
        "theme": theme if theme in THEMES else "",
        "languages": settings.LANGUAGES,
        "html_lang": HTML_LANGUAGES.get(language, language),
        "messages_url": messages_url(language),
        "screens": screens_of(user),
        "jurisdiction_name": SimpleLazyObject(lambda: jurisdiction_name(user)),
    }


def screens_of(user) -> list[dict]:
    if user is None or not user.is_authenticated:
        return []
    return [{"name": name, "title": title} for name, title, roles in SCREENS if user.role in roles]


def jurisdiction_name(user) -> str:
    """As people call it; its code where the region is not loaded."""
    if not user.jurisdiction:
        return _("No jurisdiction")
    region = layers.get("regions").visible_to(user).filter(code=user.jurisdiction).first()
    return region.name if region else user.jurisdiction


@login_required
def home(request):
    """Each role's own screen."""
    if request.user.has_role(Role.GRID_WORKER, Role.COMMUNITY_MANAGER):
        return redirect("report")
    if request.user.has_role(*CENTRE):
        return redirect("centre")
    if request.user.has_role(Role.GIS_ADMINISTRATOR):
        return redirect("grids")
    return redirect("workbench")


@login_required
def tokens(request):
    """Tokens by which programs sign in for the user."""
    return render(request, "gis/tokens.html")


@login_required
def style(request):
    """Everything that screens are made of, in both themes."""
    return render(request, "gis/style.html", {"both_themes": THEMES, "colours": COLOURS})


@cache_control(max_age=3600)
def manifest(request):
    """What a phone needs to install the pages as an app."""
    icons = [
        ("icon-192.png", "192x192", "any"),
        ("icon-512.png", "512x512", "any"),
        ("icon-maskable-512.png", "512x512", "maskable"),
    ]
    return JsonResponse(
        {
            "id": "/",
            "name": _("Wangge"),
            "short_name": _("Wangge"),
            "lang": HTML_LANGUAGES.get(get_language(), get_language()),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f4f5f3",
            "theme_color": "#155fbf",
            "icons": [
                {"src": static(f"gis/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for name, sizes, purpose in icons
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


# --- errors -------------------------------------------------------------------------------------


def error(request, status: int, *, code: str = "") -> HttpResponse:
    """One page for all refusals; ``code`` tells apart those that share a status."""
    return render(request, "gis/error.html", {"status": status, "code": code}, status=status)


def bad_request(request, exception):
    return error(request, 400)


def forbidden(request, exception):
    return error(request, 403)


def not_found(request, exception):
    return error(request, 404)


def csrf_failed(request, reason=""):
    return error(request, 403, code="csrf")


def locked_out(request, credentials, *args, **kwargs):
    """Too many wrong passwords, see AXES_* in the settings."""
    return error(request, 429, code="locked")
