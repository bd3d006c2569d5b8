"""Settings. What differs between machines comes from the environment; `docs/operations.md` lists it."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"


def _from_file(name: str, default: str = "") -> str:
    """A value that the set-up wrote under ``var/`` once."""
    path = VAR / name
    return path.read_text().strip() if path.is_file() else default


DEBUG = os.environ.get("WANGGE_DEBUG") == "1"
SECRET_KEY = os.environ.get("WANGGE_SECRET_KEY") or _from_file("secret_key")
ALLOWED_HOSTS = os.environ.get("WANGGE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("WANGGE_TRUSTED_ORIGINS", "").split(",") if origin
]
DEMO = os.environ.get("WANGGE_DEMO") == "1"  # the sign-in page then names the demo's users

INSTALLED_APPS = [
    "gis.apps.GisConfig",
    "tiles.apps.TilesConfig",
    "grids.apps.GridsConfig",
    "buildings.apps.BuildingsConfig",
    "geocoder.apps.GeocoderConfig",
    "cases.apps.CasesConfig",
    "demo.apps.DemoConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "gis.requests.RequestIdMiddleware",
    "tiles.serving.ShortWay",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = os.environ.get("WANGGE_URLS", "gis.urls")
WSGI_APPLICATION = "gis.wsgi.application"
ASGI_APPLICATION = "gis.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "gis.pages.shell",
            ]
        },
    }
]

# --- database -----------------------------------------------------------------------------------

_database: dict = dict(
    dj_database_url.parse(
        os.environ.get("DATABASE_URL") or _from_file("database_url") or "postgis:///wangge",
        engine="django.contrib.gis.db.backends.postgis",
    )
)
_options = _database.setdefault("OPTIONS", {})
# One request is one process' work: a parallel plan takes the cores of its neighbours (docs/operations.md).
_options["options"] = "-c max_parallel_workers_per_gather=0 -c jit=off"
_options["prepare_threshold"] = 1_000_000  # never by counting: only what asks for it is prepared
if _timeout := int(os.environ.get("WANGGE_STATEMENT_TIMEOUT_S", "0")):
    _options["options"] += f" -c statement_timeout={_timeout}s"
DATABASES = {
    "default": {
        **_database,
        # Each thread of a server keeps its connection: asking a pool for one costs a tile half a millisecond.
        "CONN_MAX_AGE": int(os.environ.get("WANGGE_CONN_MAX_AGE_S", "0")),
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# GDAL < 3.9 cannot be told to stay off the network: no user-given SRS text reaches it (gis/crs.py).
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# --- sign-in ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "wangge.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "gis.pages.locked_out"

_https = os.environ.get("WANGGE_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "gis.pages.csrf_failed"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# The event stream is a second process on its own port unless a proxy joins the two (docs/operations.md).
LIVE_ORIGIN = os.environ.get("WANGGE_LIVE_ORIGIN", "")
LIVE_PORT = int(os.environ.get("WANGGE_LIVE_PORT", "8001"))

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": [
            "'unsafe-inline'"
        ],  # MapLibre and Web Awesome position elements by style attributes
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, LIVE_ORIGIN or f"*:{LIVE_PORT}"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- tiles ------------------------------------------------------------------------------------------

TILE_CACHE_MB = int(os.environ.get("WANGGE_TILE_CACHE_MB", "2048"))  # of drawn tiles in the database
TILES_DRAWN_PER_S = float(os.environ.get("WANGGE_TILES_DRAWN_PER_S", "60"))  # a user and process; 0: no limit

# --- the interface for machines -----------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "gis.authentication.BearerAuthentication",
        "gis.authentication.BasicAuthentication",
        "gis.sessions.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["gis.permissions.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "EXCEPTION_HANDLER": "gis.errors.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "gis.pagination.Pages",
    "PAGE_SIZE": 50,
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Wangge",
    "DESCRIPTION": "Spatial governance of a city's grids.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["gis.permissions.SignedIn"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/",
    "ENUM_NAME_OVERRIDES": {
        "CaseLevel": "cases.models.Case.Level",
        "CaseUrgency": "cases.models.Case.Urgency",
    },
}

# --- language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files --------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("vendor", VAR / "vendor")]
MEDIA_ROOT = Path(os.environ.get("WANGGE_MEDIA", VAR / "media"))  # never served by path: see cases/photos.py
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gis.storage.StaticStorage"},
}
# see gis/storage.py
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(vendor/[^/]+@|.+\.[0-9a-f]{12}\.[a-z0-9]+$)"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- logs ---------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "gis.requests.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.orjson.OrjsonFormatter",  # a third of the time of the plain one
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("WANGGE_LOG_LEVEL", "WARNING")},
    "loggers": {"wangge.request": {"level": os.environ.get("WANGGE_REQUEST_LOG_LEVEL", "INFO")}},
}
