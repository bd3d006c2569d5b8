"""How programs sign in, as the OpenAPI document tells it."""

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class Bearer(OpenApiAuthenticationExtension):
    target_class = "gis.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An access token (/tokens)."}


class Basic(OpenApiAuthenticationExtension):
    target_class = "gis.authentication.BasicAuthentication"
    name = "basic"

    def get_security_definition(self, auto_schema):
        description = "User name and password; or the name “token” and an access token as the password."
        return {"type": "http", "scheme": "basic", "description": description}


class Session(SessionScheme):
    target_class = "gis.sessions.SessionAuthentication"
