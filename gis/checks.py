"""A declaration or a database that cannot work is refused at start."""

from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.indexes import GistIndex
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import connections

from gis.jurisdiction import Scoped
from gis.layers import Layer, layers
from gis.roles import EVERYONE


def problems_of(layer: Layer) -> list[str]:
    """What is wrong with one declaration, as sentences."""
    problems = []
    if not isinstance(layer.rows(), Scoped):
        problems.append("its rows are not Scoped: nothing would keep a neighbour out")
    model_fields = {f.name: f for f in layer.model._meta.get_fields()}
    if not isinstance(model_fields.get(layer.geometry), GeometryField):
        problems.append(f"its geometry {layer.geometry!r} is not a geometry column")
    if layer.twin not in model_fields:
        problems.append(f"the EPSG:3857 twin {layer.twin!r} is missing")
    indexed = {i.fields[0] for i in layer.model._meta.indexes if isinstance(i, GistIndex) and i.fields}
    if layer.twin not in indexed:
        problems.append(f"the column {layer.twin!r} has no GiST index")
    for name in layer.paths:
        try:
            layer.field_of(name)
        except FieldDoesNotExist:
            problems.append(f"the attribute {name!r} does not exist")
    for name in (*layer.lean, *layer.search, *filter(None, [layer.label, layer.time])):
        if name not in layer.paths:
            problems.append(f"{name!r} is used but is not an attribute")
    if layer.portable and layer.roles != EVERYONE:
        problems.append("it is portable, but not open to every role")
    return problems


@checks.register("wangge")
def layers_hold(app_configs, **kwargs):
    return [
        checks.Error(f"Layer {layer.name}: {problem}.", id="wangge.E001")
        for layer in layers
        for problem in problems_of(layer)
    ]


@checks.register("wangge", checks.Tags.database)
def chinese_can_be_searched(app_configs, databases=None, **kwargs):
    """pg_trgm finds nothing in Chinese text, silently, when the database's LC_CTYPE is C."""
    found = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT '西' ~ '^[[:alpha:]]$'")
            if not cursor.fetchone()[0]:
                found.append(
                    checks.Error(
                        "The database's LC_CTYPE hides Chinese from trigram search.",
                        hint="Create it with LC_CTYPE C.UTF-8 (or zh_CN.UTF-8).",
                        id="wangge.E002",
                    )
                )
    return found
