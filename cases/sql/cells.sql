-- The parent of a stored H3 cell (bigint) at resolution `res`, 0 to the cell's own: the coarser digits stay,
-- the finer ones become 7 (H3 index layout). Immutable, so that it can stand in an index or a GROUP BY.
CREATE OR REPLACE FUNCTION cell_parent(cell bigint, res integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (cell & ~(15::bigint << 52)) | (res::bigint << 52) | ((1::bigint << (3 * (15 - res))) - 1)
$$;
