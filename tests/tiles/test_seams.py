"""Nothing is cut, missing or counted twice where two tiles meet."""

import random

import pytest
import shapely
from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import GEOSGeometry, MultiLineString, MultiPolygon, Point

from buildings.models import Asset, AssetClass, Green, Place, Road
from cases.models import Case
from gis.layers import layers
from tests import city
from tests.tiles.decoding import decoded, envelope, features, get, in_mercator, tiles_over, unit_m
from tiles import styles
from tiles.mvt import BUFFER, DEEPEST, EXTENT, WORLD_M, Tile

TOWN = (*city.MAP.lonlat("G"), *city.MAP.lonlat("N"))
HOME = {"region_code": city.WEST, "unit_grid_code": city.WEST + "001"}


def seam(z: int = 17) -> tuple[Tile, Tile]:
    """Two neighbouring tiles in the town, west and east."""
    west = Tile.holding(*city.MAP.lonlat("p"), z=z)
    return west, Tile(z, west.x + 1, west.y)


def across(name: str, at: tuple[Tile, Tile]) -> shapely.Geometry:
    """A line or square over the middle of the two tiles' common edge, EPSG:3857."""
    west, _east = at
    box = envelope(west)
    x, y, reach = box.bounds[2], box.centroid.y, (box.bounds[2] - box.bounds[0]) / 3
    if name == "line":
        return shapely.LineString([(x - reach, y - 3), (x + reach, y + 5)])
    return shapely.box(x - reach, y - reach, x + reach, y + reach)


def stored(model, **values):
    """A row whose geometry is given in EPSG:3857."""
    for column, shape in values.items():
        if isinstance(shape, shapely.Geometry):
            geometry = GEOSGeometry(shape.wkt, srid=3857).transform(4326, clone=True)
            kind = {"Polygon": MultiPolygon, "LineString": MultiLineString}.get(shape.geom_type)
            values[column] = kind(geometry, srid=4326) if kind else geometry
    return model.objects.create(**values, **HOME)


def pieces(client, name: str, pk: int, at: tuple[Tile, Tile]) -> list[shapely.Geometry]:
    """What each of the two tiles has of a row, EPSG:3857."""
    return [in_mercator(f, tile) for tile in at for f in features(client, name, tile) if f["id"] == pk]


@pytest.mark.parametrize("z", [13, 15, 17, 19])
def test_a_line_across_an_edge_is_in_both_tiles_and_its_pieces_join(town, chief, signed_in, z):
    at = seam(z)
    line = across("line", at)
    road = stored(Road, name="跨界路", kind="primary", centreline=line)
    west, east = pieces(signed_in(chief), "roads", road.pk, at)
    assert west.intersects(east.buffer(unit_m(at[0])))
    assert shapely.union(west, east).buffer(2 * unit_m(at[0])).covers(line)


@pytest.mark.parametrize("z", [13, 15, 17, 19])
def test_an_area_across_an_edge_is_whole_in_the_two_tiles(town, chief, signed_in, z):
    at = seam(z)
    area = across("area", at)
    park = stored(Green, name="跨界公园", kind="park", extent=area)
    found = pieces(signed_in(chief), "green", park.pk, at)
    own = [piece.intersection(envelope(tile)).area for piece, tile in zip(found, at, strict=True)]
    assert sum(own) == pytest.approx(area.area, rel=0.002)


def test_pieces_reach_over_the_edge_by_the_buffer(town, chief, signed_in):
    at = seam()
    road = stored(Road, name="跨界路", kind="primary", centreline=across("line", at))
    west, east = pieces(signed_in(chief), "roads", road.pk, at)
    edge, reach = envelope(at[0]).bounds[2], BUFFER * unit_m(at[0])
    assert west.bounds[2] - edge == pytest.approx(reach, rel=0.02)
    assert edge - east.bounds[0] == pytest.approx(reach, rel=0.02)


def test_a_feature_in_the_buffer_alone_is_in_both_tiles(town, chief, signed_in):
    at = seam(18)
    edge = envelope(at[0]).bounds[2]
    y = envelope(at[0]).centroid.y
    spot = shapely.Point(edge + BUFFER / 2 * unit_m(at[0]), y)
    place = stored(Place, name="街角", category="shop", location=spot)
    assert len(pieces(signed_in(chief), "places", place.pk, at)) == 2


def test_a_point_on_the_corner_of_four_tiles_is_in_each(town, chief, signed_in):
    west, _east = seam(18)
    x, _south, _e, y = envelope(west).bounds
    place = stored(Place, name="四角", category="shop", location=shapely.Point(x, y))
    around = [Tile(18, west.x - dx, west.y - dy) for dx in (0, 1) for dy in (0, 1)]
    found = [f["id"] for at in around for f in features(signed_in(chief), "places", at)]
    assert found.count(place.pk) == 4


# --- clusters -----------------------------------------------------------------------------------


def scatter(number: int) -> None:
    """Cases all over the town, some on tile edges and corners to the last bit."""
    dice = random.Random(5)
    west, south, east, north = TOWN
    spots = [Point(dice.uniform(west, east), dice.uniform(south, north), srid=4326) for _n in range(number)]
    for z in (12, 14, 17, 20):
        side = WORLD_M / 2**z
        at = Tile.holding(*city.MAP.lonlat("q"), z=z)
        for dx in (0, 0.125, 0.5, 1):
            corner = Point(at.x * side - WORLD_M / 2 + dx * side, WORLD_M / 2 - at.y * side, srid=3857)
            spots.append(corner.transform(4326, clone=True))
    for n, spot in enumerate(spots):
        city.make_case(f"S{n:06}", spot, region_code=city.WEST)


@pytest.mark.parametrize("z", [8, 10, 11, 12, 13, 14])
def test_counts_over_all_tiles_add_up_to_the_plain_count(town, chief, signed_in, z):
    scatter(150)
    client = signed_in(chief)
    cases = layers.get("cases").visible_to(chief)
    extent = cases.aggregate(extent=Extent("location"))["extent"]
    drawn = [f["properties"] for at in tiles_over(extent, z=z) for f in features(client, "cases", at)]
    assert sum(properties.get("point_count", 1) for properties in drawn) == cases.count()


def test_a_cluster_lies_in_its_own_tile(town, chief, signed_in):
    scatter(60)
    client = signed_in(chief)
    for at in tiles_over(TOWN, z=14):
        for feature in features(client, "cases", at):
            x, y = feature["geometry"]["coordinates"]
            assert 0 <= x <= EXTENT
            assert 0 <= y <= EXTENT


def test_a_case_alone_in_its_square_is_itself(town, chief, signed_in):
    Case.objects.exclude(pk=town.cases["west"].pk).delete()
    (drawn,) = [f for at in tiles_over(TOWN, z=12) for f in features(signed_in(chief), "cases", at)]
    assert drawn["id"] == town.cases["west"].pk
    assert drawn["properties"]["number"] == town.cases["west"].number


def test_a_cluster_counts_only_what_one_sees(town, worker, chief, signed_in):
    at = Tile.holding(*city.MAP.lonlat("p"), z=10)
    (chief_sees,) = features(signed_in(chief), "cases", at)
    (worker_sees,) = features(signed_in(worker), "cases", at)
    assert chief_sees["properties"] == {"point_count": 2}
    assert "point_count" not in worker_sees["properties"]


@pytest.mark.parametrize("lon, column", [(-180, 0), (180, -1)])
@pytest.mark.parametrize("z", [14, 17])
def test_a_point_on_the_antimeridian_is_in_the_outermost_tile(town, chief, signed_in, lon, column, z):
    Asset.objects.all().delete()
    spot = Asset.objects.create(
        code="4110020101999999", asset_class_id=_any_class(), location=Point(lon, 0.001, srid=4326), **HOME
    )
    at = Tile.holding(lon, 0.001, z=z)
    assert at.x == column % 2**z
    assert [f["id"] for f in features(signed_in(chief), "assets", at)] == [spot.pk]


def _any_class() -> int:
    return AssetClass.objects.first().pk


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [layer.name for layer in layers if styles.labelled_from(layer) <= DEEPEST])
@pytest.mark.parametrize("deeper", [0, 1])
def test_each_area_has_its_name_in_one_tile_only(town, chief, signed_in, name, deeper):
    layer = layers.get(name)
    z = max(styles.labelled_from(layer), layer.zooms[0], 12) + deeper
    client = signed_in(chief)
    labels = [
        f["id"]
        for at in tiles_over(TOWN, z=z)
        for f in decoded(get(client, name, at)).get(styles.label_source(layer), [])
    ]
    assert sorted(labels) == sorted(layer.visible_to(chief).values_list("pk", flat=True))


def test_a_name_stands_inside_its_area(town, chief, signed_in):
    estates = layers.get("estates").visible_to(chief)
    rows = {row.pk: shapely.from_wkb(bytes(row.boundary_3857.wkb)) for row in estates}
    client = signed_in(chief)
    for at in tiles_over(TOWN, z=16):
        for label in decoded(get(client, "estates", at)).get("estates-label", []):
            assert rows[label["id"]].buffer(unit_m(at)).covers(in_mercator(label, at))
