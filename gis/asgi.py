"""Server-sent events only: long-lived answers that would block a WSGI thread each."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
os.environ.setdefault("WANGGE_URLS", "gis.urls_live")
application = get_asgi_application()
