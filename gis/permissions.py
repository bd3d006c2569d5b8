"""Who may call an endpoint. What they see there is jurisdiction (``gis.jurisdiction``)."""

from rest_framework.permissions import SAFE_METHODS, BasePermission

from gis.models import AccessToken
from gis.roles import Role


class SignedIn(BasePermission):
    """Someone is signed in; a token acts only within its scope.

    A view whose POST is a question too long for an address sets ``only_asks``: a reading token may ask it.
    """

    def has_permission(self, request, view):
        if not (request.user and request.user.is_authenticated):
            return False
        reads = request.method in SAFE_METHODS or getattr(view, "only_asks", False)
        if isinstance(request.auth, AccessToken) and not reads:
            return request.auth.scope == AccessToken.Scope.WRITE
        return True


class InPerson(SignedIn):
    """A token may read; only a person who signed in may write."""

    def has_permission(self, request, view):
        if isinstance(request.auth, AccessToken) and request.method not in SAFE_METHODS:
            return False
        return super().has_permission(request, view)


def only(*roles: Role) -> type[SignedIn]:
    """A permission for these roles; reading and writing alike."""

    class Only(SignedIn):
        def has_permission(self, request, view):
            return super().has_permission(request, view) and request.user.has_role(*roles)

    return Only


def writable_by(*roles: Role) -> type[SignedIn]:
    """Everyone who is signed in may read; these roles may write."""

    class WritableBy(SignedIn):
        def has_permission(self, request, view):
            if not super().has_permission(request, view):
                return False
            return request.method in SAFE_METHODS or request.user.has_role(*roles)

    return WritableBy
