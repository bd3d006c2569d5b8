"""Does the gazetteer follow the map, and does the map make sense as addresses?"""

from collections.abc import Iterator

from django.db import connection

SOURCES = (
    "grids_region", "grids_unitgrid", "grids_responsibilitygrid", "buildings_road", "buildings_door",
    "geocoder_lane", "buildings_estate", "buildings_building", "buildings_place", "buildings_asset",
)  # fmt: skip
ERRORS = {"stale", "missing"}  # these are no matter of the map: the gazetteer itself is behind

_ROW = """kind, name, key, series, number, low, high, address, region_code, unit_grid_code, source, source_id,
          weight::numeric(6, 3), valid, ST_AsBinary(geometry)"""
_STALE = f"""
  SELECT source || ' ' || source_id || ' ' || name FROM (
    SELECT {_ROW} FROM geocoder_entry WHERE source = %(source)s
    EXCEPT ALL SELECT {_ROW} FROM geocoder_rows_of(%(source)s, NULL)) gone LIMIT %(limit)s"""
_MISSING = f"""
  SELECT source || ' ' || source_id || ' ' || name FROM (
    SELECT {_ROW} FROM geocoder_rows_of(%(source)s, NULL)
    EXCEPT ALL SELECT {_ROW} FROM geocoder_entry WHERE source = %(source)s) new LIMIT %(limit)s"""

# A door is on a side of its road by the course of the nearest piece; the side that most doors of its parity
# in that road are on is the right one.
_SIDES = """
  WITH sides AS (
    SELECT d.id, d.road_name || d.number AS door, r.id AS road, n.low %% 2 AS parity,
           sign((ST_X(ahead) - ST_X(here)) * (ST_Y(d.location) - ST_Y(here))
              - (ST_Y(ahead) - ST_Y(here)) * (ST_X(d.location) - ST_X(here))) AS side
      FROM buildings_door d JOIN buildings_road r ON r.id = d.road_id
     CROSS JOIN LATERAL geocoder_number(d.number) n
     CROSS JOIN LATERAL (SELECT geom FROM ST_Dump(r.centreline) ORDER BY geom <-> d.location LIMIT 1) piece
     CROSS JOIN LATERAL (SELECT LEAST(ST_LineLocatePoint(piece.geom, d.location), 0.999) AS at) l
     CROSS JOIN LATERAL (SELECT ST_LineInterpolatePoint(piece.geom, l.at) AS here,
                                ST_LineInterpolatePoint(piece.geom, LEAST(l.at + 0.001, 1)) AS ahead) p
     WHERE n.low > 0
  ), usual AS (
    SELECT road, parity, sum(side) AS lean, count(*) AS doors FROM sides GROUP BY road, parity
  )
  SELECT door FROM sides JOIN usual USING (road, parity)
   WHERE doors >= 5 AND abs(lean) > 0.6 * doors AND side * lean < 0 ORDER BY door LIMIT %(limit)s"""

# Of three doors that follow each other on one side, the middle one lies farther off than both ends are apart.
_ORDER = """
  WITH rows AS (
    SELECT e.address AS door, e.location,
           lag(e.location) OVER along AS before, lead(e.location) OVER along AS behind
      FROM geocoder_entry e WHERE e.kind = 'door' AND e.low > 0 AND e.series <> ''
       AND e.address LIKE substr(e.series, 1, 1) || '%%'
    WINDOW along AS (PARTITION BY e.series, e.low %% 2 ORDER BY e.low, e.number)
  )
  SELECT door FROM rows
   WHERE ST_DistanceSphere(location, before) > 100 + 3 * ST_DistanceSphere(before, behind)
     AND ST_DistanceSphere(location, behind) > 100 + 3 * ST_DistanceSphere(before, behind)
   ORDER BY door LIMIT %(limit)s"""

_TWICE = """
  SELECT a.name || ' (' || a.source_id || ', ' || b.source_id || ')' FROM geocoder_entry a
    JOIN geocoder_entry b ON b.source = a.source AND b.key = a.key AND b.source_id > a.source_id
     AND ST_DWithin(a.location, b.location, 0.0003)
   WHERE a.key <> '' AND a.kind IN ('place', 'estate') ORDER BY 1 LIMIT %(limit)s"""

_DOOR_TWICE = """
  SELECT a.address || ' (' || a.source_id || ', ' || b.source_id || ')' FROM geocoder_entry a
    JOIN geocoder_entry b ON b.series = a.series AND b.low = a.low AND b.number = a.number
     AND b.source = a.source AND b.source_id > a.source_id AND ST_DistanceSphere(a.location, b.location) > 200
   WHERE a.kind = 'door' AND a.series <> '' AND a.address = b.address ORDER BY 1 LIMIT %(limit)s"""

_ELSEWHERE = """
  SELECT p.address || ' ' || p.name FROM buildings_place p
    JOIN grids_region named ON length(named.code) IN (9, 12) AND named.valid @> current_date
     AND strpos(p.address, named.name) > 0
   WHERE p.region_code <> '' AND NOT starts_with(p.region_code, named.code)
   ORDER BY 1 LIMIT %(limit)s"""

_MAP = (
    ("door on the wrong side", _SIDES), ("number out of order", _ORDER), ("one place twice", _TWICE),
    ("one door at two places", _DOOR_TWICE), ("address outside its named region", _ELSEWHERE),
)  # fmt: skip


def findings(limit: int) -> Iterator[tuple[str, list[str]]]:
    """What is wrong, by kind: at most ``limit`` lines of each."""
    for name, statement in (("stale", _STALE), ("missing", _MISSING)):
        yield (
            name,
            [line for source in SOURCES for line in _ask(statement, source=source, limit=limit)][:limit],
        )
    for name, statement in _MAP:
        yield name, _ask(statement, limit=limit)


def _ask(statement: str, **parameters) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [line for (line,) in cursor.fetchall()]
