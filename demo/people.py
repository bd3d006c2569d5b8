"""Who can sign in to the demo city. Everyone is invented; the password is for the demo only."""

from dataclasses import dataclass

from demo.naming import CITY, DISTRICT, NEIGHBOUR
from gis.roles import Role

PASSWORD = "wangge-demo"


@dataclass(frozen=True)
class SignIn:
    """``place``: "grid" (a community, with a responsibility grid of one's own), "community", "street", or a code."""

    username: str
    name: str
    role: Role
    place: str
    job: str


SIGN_INS = (
    SignIn("worker", "林晓", Role.GRID_WORKER, "grid", "网格员：巡查、上报"),
    SignIn("worker2", "何春生", Role.GRID_WORKER, "grid", "网格员：相邻网格"),
    SignIn("community", "梁慧", Role.COMMUNITY_MANAGER, "community", "社区网格长"),
    SignIn("street", "谢振华", Role.STREET_MANAGER, "street", "街道网格长"),
    SignIn("acceptor", "唐佳怡", Role.ACCEPTOR, DISTRICT, "区中心受理员"),
    SignIn("dispatcher", "邓志强", Role.DISPATCHER, DISTRICT, "区中心派遣员"),
    SignIn("chief", "彭思远", Role.DUTY_CHIEF, DISTRICT, "区中心值班长：指挥大屏"),
    SignIn("department", "田国栋", Role.DEPARTMENT_HANDLER, DISTRICT, "职能部门处置员"),
    SignIn("gisadmin", "苏静怡", Role.GIS_ADMINISTRATOR, DISTRICT, "地理信息管理员：网格绘制、后台"),
    SignIn("viewer", "姚平", Role.VIEWER, CITY, "市级观察员：只读"),
    SignIn("neighbour", "崔永明", Role.DUTY_CHIEF, NEIGHBOUR, "邻区值班长：看不到本区数据"),
)
