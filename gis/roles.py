"""Who works with the system. What a role may do stands with each verb; what it may see is jurisdiction."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    GRID_WORKER = "grid_worker", _("Grid worker")
    COMMUNITY_MANAGER = "community_manager", _("Community manager")
    STREET_MANAGER = "street_manager", _("Street manager")
    ACCEPTOR = "acceptor", _("District centre: acceptor")
    DISPATCHER = "dispatcher", _("District centre: dispatcher")
    DUTY_CHIEF = "duty_chief", _("District centre: duty chief")
    DEPARTMENT_HANDLER = "department_handler", _("Department handler")
    GIS_ADMINISTRATOR = "gis_administrator", _("GIS administrator")
    VIEWER = "viewer", _("Viewer")


EVERYONE = frozenset(Role)
CENTRE = frozenset({Role.ACCEPTOR, Role.DISPATCHER, Role.DUTY_CHIEF})
REPORTERS = EVERYONE - {Role.VIEWER}
