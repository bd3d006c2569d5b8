"""Who can sign in to the demo city. Everyone is invented; the password is for the demo only."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from demo.naming import CITY, DISTRICT, NEIGHBOUR
from gis import codes
from gis.roles import Role

PASSWORD = "wangge-demo"


@dataclass(frozen=True)
class SignIn:
    """Jurisdiction: ``region_code``, or the first ``digits`` of the code of the two workers' community.

    The first ones of SIGN_INS each have a responsibility grid, neighbours in the middle of the city.
    """

    username: str
    name: str
    role: Role
    job: str | Promise
    region_code: str = ""
    digits: int = 0


# fmt: off
SIGN_INS = (
    SignIn("worker", "林晓", Role.GRID_WORKER, _("patrols and reports"), digits=codes.COMMUNITY),
    SignIn("worker2", "何春生", Role.GRID_WORKER, _("looks after the next grid"), digits=codes.COMMUNITY),
    SignIn("community", "梁慧", Role.COMMUNITY_MANAGER, _("the workers' community"), digits=codes.COMMUNITY),
    SignIn("street", "谢振华", Role.STREET_MANAGER, _("the street around it"), digits=codes.STREET),
    SignIn("acceptor", "唐佳怡", Role.ACCEPTOR, _("takes in reports"), DISTRICT),
    SignIn("dispatcher", "邓志强", Role.DISPATCHER, _("sends them to departments"), DISTRICT),
    SignIn("chief", "彭思远", Role.DUTY_CHIEF, _("watches the command centre"), DISTRICT),
    SignIn("department", "田国栋", Role.DEPARTMENT_HANDLER, _("deals with them on the spot"), DISTRICT),
    SignIn("gisadmin", "苏静怡", Role.GIS_ADMINISTRATOR, _("draws grids, has the back office"), DISTRICT),
    SignIn("viewer", "姚平", Role.VIEWER, _("looks at the whole city"), CITY),
    SignIn("neighbour", "崔永明", Role.DUTY_CHIEF, _("next district: sees nothing here"), NEIGHBOUR),
)
# fmt: on
