"""Cases on the map."""

from django.utils.translation import gettext_lazy as _

from cases import intake, styles
from cases.models import Case
from gis.layers import Attribute, Clustered, Column, Layer, Loading, layers

CASES = Layer(
    name="cases",
    title=_("Cases"),
    group=_("Cases"),
    rows=Case.objects.all,
    geometry="location",
    attributes=(
        "number",
        Attribute(name="category", path="category__name", title=_("category")),
        Attribute(name="kind", path="category__kind"),
        Attribute(name="category_code", path="category__code"),
        Attribute(name="category_id", path="category__id", title=_("Category id")),
        "stage",
        "level",
        "urgency",
        "source",
        "reported_at",
        "closed_at",
        "place",
        "description",
        "is_cross_grid",
        "region_code",
        "unit_grid_code",
        "responsibility_grid_code",
    ),
    tile_attributes=("number", "category", "stage", "urgency", "reported_at"),
    zooms=range(8, 23),
    label="category",
    time="reported_at",
    search=("number", "place"),
    generalise=Clustered(below=15),
    style=styles.CASES,
    loading=Loading(
        columns=(
            Column(
                name="number",
                aliases=("编号", "案件编号", "案件号", "案卷编号", "任务号", "工单号", "case_id"),
            ),
            Column(
                name="category",
                required=True,
                aliases=("类型", "类别", "案件类别", "案件类型", "小类", "小类名称", "小类代码", "class"),
            ),
            Column(
                name="reported_at",
                required=True,
                aliases=("上报时间", "发生时间", "受理时间", "创建时间", "时间", "opened_at"),
            ),
            Column(name="closed_at", aliases=("结案时间", "办结时间", "关闭时间")),
            Column(name="description", aliases=("描述", "问题描述", "案件描述", "内容")),
            Column(name="place", aliases=("位置", "地址", "地点", "位置描述", "事发位置", "address")),
            Column(name="level", aliases=("级别", "案件级别")),
            Column(name="urgency", aliases=("紧急程度", "缓急")),
            Column(name="stage", aliases=("阶段", "状态", "案件状态", "办理阶段")),
            Column(name="source", aliases=("来源", "案件来源", "问题来源")),
        ),
        unique="number",
        home=intake.home_cases,
        complete=intake.complete_cases,
    ),
)

layers.register(CASES)
