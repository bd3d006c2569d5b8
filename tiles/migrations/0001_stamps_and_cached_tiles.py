"""Where something changed, and tiles that were drawn; see tiles/sql/stamps.sql and tiles/sql/cached.sql."""

from django.db import migrations

CREATE = """
CREATE TABLE tiles_stamp (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  relation text COLLATE "C" NOT NULL,
  west float8 NOT NULL, south float8 NOT NULL, east float8 NOT NULL, north float8 NOT NULL,  -- EPSG:3857
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tiles_stamp_xid ON tiles_stamp (xid);
CREATE INDEX tiles_stamp_relation ON tiles_stamp (relation, xid);
-- A crash may empty it, and nothing is lost.
CREATE UNLOGGED TABLE tiles_cached (
  question bytea NOT NULL, z smallint NOT NULL, x integer NOT NULL, y integer NOT NULL,
  packed bytea NOT NULL, etag text NOT NULL, snapshot pg_snapshot NOT NULL, thinned smallint NOT NULL,
  layers text NOT NULL, drawn_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (question, z, x, y)
);
ALTER TABLE tiles_cached ALTER COLUMN packed SET STORAGE EXTERNAL;  -- it is packed already
CREATE INDEX tiles_cached_drawn_at ON tiles_cached (drawn_at);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, "DROP TABLE tiles_cached; DROP TABLE tiles_stamp;")]
