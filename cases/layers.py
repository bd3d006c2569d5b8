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
        Attribute(name="category", path="category__name"),
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
            Column(name="number"),
            Column(name="category", required=True),
            Column(name="reported_at", required=True),
            Column(name="closed_at"),
            Column(name="description"),
            Column(name="place"),
            Column(name="level"),
            Column(name="urgency"),
            Column(name="stage"),
            Column(name="source"),
        ),
        unique="number",
        home=intake.home_cases,
        complete=intake.complete_case,
    ),
)

layers.register(CASES)
