"""Pages, API and tiles."""

import os

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
_django = get_wsgi_application()


def application(environ, start_response):
    """As Django's, but a body that is whole is handed over as a list, which granian sends in one piece.

    An answer with something to do ``after`` it is on its way is closed by the server, when it is.
    """
    response = _django(environ, start_response)
    if not isinstance(response, HttpResponse) or getattr(response, "after", None):
        return response
    try:
        return [response.content]
    finally:
        response.close()
