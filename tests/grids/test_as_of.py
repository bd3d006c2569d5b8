"""The territory on the map as of any day."""

import pytest

from gis.layers import layers
from grids.redrawing import Merge
from grids.versions import UNITS
from tests.grids.test_history import TODAY, ago, old_town  # noqa: F401 — a fixture
from tests.grids.test_redrawing import W1, W2, M, do, ids
from tiles.mvt import Tile

ITEMS = "/ogc/collections/unit-grids/items"


def test_a_territory_layer_shows_any_day(old_town, gis_admin, signed_in):  # noqa: F811
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    for day, count in ((ago(1), 4), (TODAY, 3), (ago(101), 0)):
        told = signed_in(gis_admin).get(ITEMS, {"as_of": day.isoformat()}).json()
        assert told["numberMatched"] == count, day


def test_tiles_show_any_day(old_town, gis_admin, signed_in):  # noqa: F811
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    at = Tile.holding(*M.lonlat("E"), z=15)
    address, client = f"/tiles/unit-grids/{at.z}/{at.x}/{at.y}.mvt", signed_in(gis_admin)
    now, then = (client.get(address, {"as_of": day.isoformat()}).content for day in (TODAY, ago(1)))
    assert (W1.encode() in now, W1.encode() in then) == (False, True)


def test_regions_of_another_day_keep_to_ones_own_ground(old_town, stranger):  # noqa: F811
    rows = layers.get("regions").visible_to(stranger)
    assert set(rows.on(ago(1)).values_list("code", flat=True)) == set(rows.values_list("code", flat=True))
    assert not rows.on(ago(200)).exists()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-01-01/2026-02-01"])
def test_what_is_no_day_is_refused(town, gis_admin, signed_in, text):
    answer = signed_in(gis_admin).get(ITEMS, {"as_of": text})
    assert answer.status_code == 400


def test_layers_without_a_past_take_no_notice(old_town, gis_admin, signed_in):  # noqa: F811
    told = signed_in(gis_admin).get("/ogc/collections/roads/items", {"as_of": ago(200).isoformat()}).json()
    assert told["numberMatched"] == 1


def test_a_neighbour_sees_nothing_of_the_past(old_town, gis_admin, stranger, signed_in):  # noqa: F811
    do(Merge(UNITS, ids(W1, W2)), gis_admin)
    told = signed_in(stranger).get(ITEMS, {"as_of": ago(1).isoformat()}).json()
    assert told["numberMatched"] == 2
