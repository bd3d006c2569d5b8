-- What an edit has broken, judged by the database on the rows as they stand: ground of two grids at once
-- ('overlap'), and ground that the ended versions held and that no grid holds now ('gap'); places in EPSG:4326,
-- a square metre or more. `territory` is grids_unitgrid or grids_responsibilitygrid. Indexes: their boundary.
-- OFFSET 0 keeps the planner at the spatial index.
CREATE OR REPLACE FUNCTION edit_faults(territory regclass, edit bigint, today date)
RETURNS TABLE (fault text, place geometry)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE format($query$
    WITH made AS (
      SELECT id, boundary FROM %1$s WHERE made_in_id = $1 AND valid @> $2
    ), lost AS (
      SELECT ST_Difference(ended.ground, COALESCE(made.ground, ST_GeomFromText('POLYGON EMPTY', 4326))) AS ground
      FROM (SELECT ST_Union(boundary) AS ground FROM %1$s WHERE ended_in_id = $1) ended,
           (SELECT ST_Union(boundary) AS ground FROM made) made
    )
    SELECT 'overlap', ST_Intersection(made.boundary, other.boundary) FROM made CROSS JOIN LATERAL (
      SELECT met.boundary FROM (
        SELECT id, boundary, valid FROM %1$s WHERE boundary && made.boundary OFFSET 0
      ) met
      WHERE met.valid @> $2 AND met.id <> made.id AND ST_Relate(met.boundary, made.boundary, 'T********')
    ) other WHERE ST_Area(ST_Intersection(made.boundary, other.boundary)::geography) >= 1
    UNION ALL
    SELECT 'gap', ground FROM lost WHERE ST_Area(ground::geography) >= 1
  $query$, territory) USING edit, today;
END $$;
