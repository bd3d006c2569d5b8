"""Which region and unit grid a row belongs to, by spatial query in bulk.

A point, or an area by its interior point, belongs to the unit grid in force that covers it and to that
grid's community; without a grid, to the smallest region that covers it. On a shared border the lower code
wins. A line, or an area of the base map, belongs to the smallest region that holds all of it, and to no
unit grid. Beyond all regions a row has no home: its codes are empty and nobody sees it.

Boundaries are those in force today. ``table`` and ``geometry`` are names from our own models, ``ids``
primary keys or None for the whole table. What already has its home is not written again.
"""

from collections.abc import Sequence

import shapely
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.layers import Layer, layers
from gis.loading.rows import Row
from grids.models import ResponsibilityGrid, Territory

Ids = Sequence[int] | None

_CHOSEN = "(%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s::bigint[]))"

# OFFSET 0 keeps the planner at the spatial index (it would rather walk the one on ``valid``, past every grid)
# and pairs in the order of their region: in a row, a long outline is unpacked and prepared only once.
_HOME_OF_SPOTS = """
  SELECT spots.id, COALESCE(grid.region_code, region.code, '') AS region_code,
    COALESCE(grid.code, '') AS unit_grid_code
  FROM spots LEFT JOIN in_grids grid USING (id) LEFT JOIN in_regions region USING (id)"""
_IN_GRIDS = """
  SELECT spots.id, grid.code, grid.region_code FROM spots CROSS JOIN LATERAL (
    SELECT code, region_code FROM (
      SELECT code, region_code, valid FROM grids_unitgrid WHERE ST_Covers(boundary, spots.spot) OFFSET 0
    ) covering WHERE valid @> %(day)s::date ORDER BY code LIMIT 1
  ) grid"""
_IN_REGIONS = """
  SELECT DISTINCT ON (id) id, code, name FROM (
    SELECT spots.id, spots.spot, region.* FROM spots CROSS JOIN LATERAL (
      SELECT code, name, level, boundary, valid FROM grids_region WHERE boundary && spots.spot OFFSET 0
    ) region
    WHERE region.valid @> %(day)s::date AND NOT EXISTS (SELECT FROM in_grids WHERE in_grids.id = spots.id)
    ORDER BY region.code OFFSET 0
  ) pairs WHERE ST_Covers(boundary, spot) ORDER BY id, level DESC, code"""
_SPOTS_AT_HOME = f"""
  in_grids AS MATERIALIZED ({_IN_GRIDS}),
  in_regions AS MATERIALIZED ({_IN_REGIONS}),
  home AS MATERIALIZED ({_HOME_OF_SPOTS})"""

# A shape meets regions at three closenesses: 2, it crosses them; 1, it is a line that runs along their
# border; 0, it only touches them. The closest count, of these the deepest, and of several their common code.
# An overlap thinner than a metre (1e-5 degrees) is no crossing: borders and roads are digitised apart.
_SHAPES_AT_HOME = """
  met AS MATERIALIZED (
    SELECT id, code, CASE
      WHEN ST_Contains(boundary, shape) THEN 2
      WHEN ST_Dimension(shape) = 2 THEN
        CASE WHEN ST_IsEmpty(ST_Buffer(ST_Intersection(shape, boundary), -5e-6)) THEN 0 ELSE 2 END
      WHEN ST_Length(ST_Intersection(shape, boundary)) <= 1e-5 THEN 0
      WHEN ST_Touches(shape, boundary) THEN 1
      ELSE 2 END AS closeness
    FROM (
      SELECT shapes.id, shapes.shape, region.code, region.boundary FROM shapes CROSS JOIN LATERAL (
        SELECT code, boundary, valid FROM grids_region WHERE boundary && shapes.shape OFFSET 0
      ) region WHERE region.valid @> %(day)s::date ORDER BY region.code OFFSET 0
    ) pairs WHERE ST_Intersects(boundary, shape)
  ), closest AS (
    SELECT id, code, lead(code) OVER (PARTITION BY id ORDER BY code) AS next
    FROM (SELECT *, max(closeness) OVER (PARTITION BY id) AS best FROM met) ranked WHERE closeness = best
  ), deepest AS (
    SELECT id, min(code) AS low, max(code) AS high
    FROM closest WHERE next IS NULL OR NOT starts_with(next, code) GROUP BY id
  ), home AS MATERIALIZED (
    SELECT id, CASE
      WHEN low IS NULL THEN ''
      WHEN low = high THEN low
      WHEN left(low, 9) = left(high, 9) THEN left(low, 9)
      WHEN left(low, 6) = left(high, 6) THEN left(low, 6)
      WHEN left(low, 4) = left(high, 4) THEN left(low, 4)
      ELSE left(low, 2) END AS region_code
    FROM shapes LEFT JOIN deepest USING (id)
  )"""


def home_points(table: str, geometry: str, ids: Ids = None) -> list[int]:
    """Home points, and areas by their interior point; the ids that lie outside every region are returned."""
    return _update(
        f"""WITH spots AS MATERIALIZED (
              SELECT id, ST_PointOnSurface({geometry}) AS spot FROM {table} WHERE {_CHOSEN}
            ), {_SPOTS_AT_HOME}, moved AS (
              UPDATE {table} t SET region_code = home.region_code, unit_grid_code = home.unit_grid_code
              FROM home WHERE t.id = home.id
                AND (t.region_code, t.unit_grid_code) IS DISTINCT FROM (home.region_code, home.unit_grid_code)
            )
            SELECT id FROM home WHERE region_code = '' ORDER BY id""",
        ids,
    )


def home_extents(table: str, geometry: str, ids: Ids = None) -> list[int]:
    """Home lines and base-map areas; the ids that lie outside every region are returned."""
    return _update(
        f"""WITH shapes AS MATERIALIZED (
              SELECT id, {geometry} AS shape FROM {table} WHERE {_CHOSEN}
            ), {_SHAPES_AT_HOME}, moved AS (
              UPDATE {table} t SET region_code = home.region_code
              FROM home WHERE t.id = home.id AND t.region_code IS DISTINCT FROM home.region_code
            )
            SELECT id FROM home WHERE region_code = '' ORDER BY id""",
        ids,
    )


def home_responsibility_grids(ids: Ids = None) -> list[int]:
    """The smallest region that holds each responsibility grid, and its unit grids linked to it.

    A unit grid that has slipped out of a grid's boundary is linked to the one that covers it now.
    Returned are the ids outside every region, which keep the region that they had.
    """
    homeless = _update(
        f"""WITH shapes AS MATERIALIZED (
              SELECT id, boundary AS shape FROM grids_responsibilitygrid WHERE {_CHOSEN}
            ), {_SHAPES_AT_HOME}, moved AS (
              UPDATE grids_responsibilitygrid t SET region_code = home.region_code
              FROM home WHERE t.id = home.id AND home.region_code <> '' AND t.region_code <> home.region_code
            )
            SELECT id FROM home WHERE region_code = '' ORDER BY id""",
        ids,
    )
    changed = (
        ResponsibilityGrid.objects.all() if ids is None else ResponsibilityGrid.objects.filter(id__in=ids)
    )
    home_unit_grids(_unit_grids_of(changed))
    return homeless


def _unit_grids_of(grids: QuerySet) -> list[int]:
    """Unit grids in force that are linked to one of ``grids`` or meet its boundary."""
    return _update(
        """SELECT DISTINCT u.id FROM grids_unitgrid u JOIN grids_responsibilitygrid r
             ON r.boundary && u.boundary OR u.responsibility_grid_id = r.id
           WHERE r.id = ANY(%(ids)s) AND u.valid @> %(day)s::date ORDER BY u.id""",
        list(grids.values_list("id", flat=True)),
    )


def home_unit_grids(ids: Ids = None) -> list[int]:
    """Link unit grids to the responsibility grid in force that covers their interior point.

    Their region stands in their code, so none is ever homeless: the list returned is empty.
    """
    return _update(
        f"""WITH chosen AS (
              SELECT id, ST_PointOnSurface(boundary) AS spot FROM grids_unitgrid WHERE {_CHOSEN}
            ), home AS MATERIALIZED (
              SELECT chosen.id, grid.id AS grid_id FROM chosen LEFT JOIN LATERAL (
                SELECT id FROM (
                  SELECT id, code, valid FROM grids_responsibilitygrid
                  WHERE ST_Covers(boundary, chosen.spot) OFFSET 0
                ) covering WHERE valid @> %(day)s::date ORDER BY code LIMIT 1
              ) grid ON true
            ), moved AS (
              UPDATE grids_unitgrid t SET responsibility_grid_id = home.grid_id
              FROM home WHERE t.id = home.id AND t.responsibility_grid_id IS DISTINCT FROM home.grid_id
            )
            SELECT id FROM home WHERE false""",
        ids,
    )


def stands_on_territory(layer: Layer) -> bool:
    """Whether rows of ``layer`` have their home in a grid or region."""
    return bool(layer.loading and layer.loading.home) and not issubclass(layer.model, Territory)


def home_what_stands_on(ground) -> None:
    """Home rows of all layers that meet ``ground`` (GEOS, EPSG:4326) anew, after an edit there."""
    for layer in layers:
        if stands_on_territory(layer):
            met = layer.rows().filter(**{f"{layer.geometry}__intersects": ground})
            ids = list(met.order_by().values_list("pk", flat=True))
            if ids:
                layer.rules.home(ids)  # type: ignore[misc]  # it has one: see stands_on_territory


def regions_of_points(points: Sequence) -> list[str]:
    """The smallest region that covers each point (shapely, EPSG:4326); empty beyond all regions."""
    return _of_given(f"spots AS MATERIALIZED (SELECT id, shape AS spot FROM given), {_SPOTS_AT_HOME}", points)


def regions_of_extents(shapes: Sequence) -> list[str]:
    """The smallest region that holds each line or area (shapely, EPSG:4326); empty beyond all regions."""
    return _of_given(f"shapes AS (SELECT * FROM given), {_SHAPES_AT_HOME}", shapes)


def check_regions(ids: Sequence[int]) -> list[tuple[int, str]]:
    """The regions among ``ids`` that lie outside their parent, or do not hold a child of theirs, and why.

    The same rule as the trigger ``region_lies_in_its_parent``, told before the end of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT child.id, child.code, parent.id, parent.code, parent.name
               FROM grids_region child CROSS JOIN LATERAL (
                 SELECT id, code, name, boundary FROM grids_region p
                 WHERE p.code IN (left(child.code, 9), left(child.code, 6), left(child.code, 4),
                                  left(child.code, 2))
                   AND p.level < child.level AND p.valid && child.valid
                 ORDER BY p.level DESC, upper(p.valid) DESC NULLS FIRST LIMIT 1
               ) parent
               WHERE (child.id = ANY(%(ids)s) OR parent.id = ANY(%(ids)s))
                 AND NOT ST_Covers(parent.boundary, ST_PointOnSurface(child.boundary))
               ORDER BY child.code""",
            {"ids": list(ids)},
        )
        rows, ours = cursor.fetchall(), set(ids)
    outside = _("Region {code} lies outside its parent {parent} {name}.")
    not_held = _("Region {parent} does not hold its part {code}.")
    return [
        (child_id, outside.format(code=code, parent=parent, name=name))
        if child_id in ours
        else (parent_id, not_held.format(code=code, parent=parent))
        for child_id, code, parent_id, parent, name in rows
    ]


def check_unit_grids(ids: Sequence[int]) -> list[tuple[int, str]]:
    """The unit grids among ``ids`` that lie in another region than their code says, with the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH spots AS MATERIALIZED (
                  SELECT id, ST_PointOnSurface(boundary) AS spot FROM grids_unitgrid WHERE id = ANY(%(ids)s)
                ), in_grids AS (SELECT NULL::bigint AS id WHERE false),
                in_regions AS MATERIALIZED ({_IN_REGIONS})
                SELECT u.id, u.code, home.code, home.name
                FROM spots JOIN grids_unitgrid u USING (id) LEFT JOIN in_regions home USING (id)
                WHERE home.code IS NULL OR NOT starts_with(u.code, home.code) ORDER BY u.code""",
            {"ids": list(ids), "day": timezone.localdate()},
        )
        rows = cursor.fetchall()
    misplaced = _("Unit grid {code} lies in {region} {name}: its code says otherwise.")
    return [
        (grid_id, misplaced.format(code=code, region=region, name=name) if region else outside_every_region())
        for grid_id, code, region, name in rows
    ]


def outside_every_region() -> str:
    return _("It lies outside every region.")


def _update(statement: str, ids: Ids) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": None if ids is None else list(ids), "day": timezone.localdate()})
        return [row[0] for row in cursor.fetchall()]


def _of_given(home: str, shapes: Sequence) -> list[str]:
    """Region codes in the order of ``shapes``; ``home`` are the CTEs over ``given`` (id, shape)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH given AS MATERIALIZED (
                  SELECT id, ST_SetSRID(ST_GeomFromWKB(wkb), 4326) AS shape
                  FROM unnest(%(shapes)s::bytea[]) WITH ORDINALITY AS all_given (wkb, id)
                ), {home} SELECT region_code FROM home ORDER BY id""",
            {"shapes": [shapely.to_wkb(shape) for shape in shapes], "day": timezone.localdate()},
        )
        return [row[0] for row in cursor.fetchall()]


def complete_responsibility_grids(rows: Sequence[Row]) -> None:
    """The region of responsibility grids on their way in; the table takes none without."""
    for row, code in zip(rows, regions_of_extents([row.shape for row in rows]), strict=True):
        row.values["region_code"] = code
        if not code:
            row.outside = True
            row.refuse(outside_every_region())
