"""An OpenStreetMap extract of the town of ``tests.city``, written by hand, and a real one of Lujiazui."""

import osmium
import pytest
from django.core.management import CommandError, call_command

from buildings.models import Building, Door, Estate, Green, Place, Road, Water
from grids.models import Region
from tests import city
from tests.city import MAP
from tests.gis.files import counts


class Extract:
    """Nodes, ways and relations by the marks of ``tests.city``, written with pyosmium."""

    def __init__(self):
        self.nodes, self.ways, self.relations = [], [], []

    def node(self, mark: str, *, east_m: float = 0, north_m: float = 0, **tags) -> int:
        at = MAP.lonlat(mark, east_m=east_m, north_m=north_m)
        key = len(self.nodes) + 1
        self.nodes.append(osmium.osm.mutable.Node(id=key, location=at, tags=_tags(tags), version=1))
        return key

    def way(self, marks: str, **tags) -> int:
        corner = {mark: self.node(mark) for mark in dict.fromkeys(marks)}
        return self.way_of([corner[mark] for mark in marks], **tags)

    def way_of(self, nodes: list[int], **tags) -> int:
        key = len(self.ways) + 1
        self.ways.append(osmium.osm.mutable.Way(id=key, nodes=nodes, tags=_tags(tags), version=1))
        return key

    def square(self, mark: str, half_m: float, **tags) -> int:
        corners = [
            self.node(mark, east_m=x * half_m, north_m=y * half_m)
            for x, y in [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        ]
        return self.way_of([*corners, corners[0]], **tags)

    def relation(self, members: list[tuple[int, str]], **tags) -> int:
        key = len(self.relations) + 1
        made = [("w", way, role) for way, role in members]
        self.relations.append(osmium.osm.mutable.Relation(id=key, members=made, tags=_tags(tags), version=1))
        return key

    def write(self, path):
        with osmium.SimpleWriter(str(path)) as out:
            for node in self.nodes:
                out.add_node(node)
            for way in self.ways:
                out.add_way(way)
            for relation in self.relations:
                out.add_relation(relation)
        return path


def _tags(tags: dict) -> dict:
    return {key.replace("__", ":"): str(value) for key, value in tags.items()}


def town_extract(*, boundaries: bool = True) -> Extract:
    """A district outline with its code, one of each thing, a lake with an island, and a road beyond."""
    extract = Extract()
    if boundaries:
        outline = extract.way("ACJGA")
        extract.relation(
            [(outline, "outer")],
            type="boundary",
            boundary="administrative",
            admin_level=6,
            name="魏南区",
            ref=city.DISTRICT,
        )
    extract.way("DEF", highway="primary", name="中轴路")
    extract.way("NM", highway="residential", name="邻路")
    extract.way("BE", waterway="stream", name="小溪")
    extract.square("p", 10, building="apartments", name="1号楼", building__levels="18", height="54 m",
                   addr__street="中轴路", addr__housenumber="8号")  # fmt: skip
    extract.square("s", 40, landuse="residential", name="幸福小区")
    extract.square("t", 20, leisure="park", name="中心公园")
    lake, island = extract.square("q", 30), extract.square("q", 10)
    extract.relation([(lake, "outer"), (island, "inner")], type="multipolygon", natural="water", name="东湖")
    extract.node("s", shop="convenience", name="小卖部", addr__street="中轴路", addr__housenumber="9号")
    extract.node("t", amenity="bench")
    return extract


def load_osm(path, *options: str) -> None:
    call_command("load_osm", str(path), *options)


@pytest.fixture
def loaded(db, tmp_path):
    load_osm(town_extract().write(tmp_path / "town.osm.pbf"))


@pytest.mark.parametrize("suffix", ["osm.pbf", "osm", "osm.gz", "osm.bz2"])
def test_an_extract_loads_from_every_format(db, tmp_path, suffix):
    load_osm(town_extract().write(tmp_path / f"town.{suffix}"))
    assert Road.objects.filter(name="中轴路").exists()


def test_a_boundary_with_a_code_becomes_a_region(loaded):
    assert Region.objects.get().code == city.DISTRICT


def test_a_building_has_its_storeys_height_and_use(loaded):
    building = Building.objects.get()
    assert (building.name, building.floors, building.height_m, building.kind) == (
        "1号楼",
        18,
        54.0,
        "residential",
    )


def test_doors_come_from_nodes_and_from_buildings(loaded):
    assert set(Door.objects.values_list("road_name", "number")) == {("中轴路", "8号"), ("中轴路", "9号")}


def test_a_door_is_linked_to_its_road(loaded):
    assert set(Door.objects.values_list("road__name", flat=True)) == {"中轴路"}


def test_named_shops_and_parks_become_places(loaded):
    assert set(Place.objects.values_list("name", "category")) == {
        ("小卖部", "convenience"),
        ("中心公园", "park"),
    }


def test_a_named_residential_area_becomes_an_estate(loaded):
    assert Estate.objects.get().name == "幸福小区"


def test_a_lake_keeps_its_island(loaded):
    [lake] = Water.objects.filter(name="东湖")
    assert len(lake.extent[0]) == 2


def test_a_watercourse_is_a_line(loaded):
    assert Water.objects.get(name="小溪").extent.geom_type == "MultiLineString"


def test_a_park_is_green(loaded):
    assert Green.objects.get().kind == "park"


def test_what_lies_outside_the_regions_is_left_out(loaded):
    assert not Road.objects.filter(name="邻路").exists()


def test_everything_has_its_region(loaded):
    for model in (Road, Building, Door, Place, Estate, Green, Water):
        assert set(model.objects.values_list("region_code", flat=True)) == {city.DISTRICT}, model


def test_an_outline_without_a_code_gets_one(db, tmp_path):
    extract = town_extract()
    del extract.relations[0].tags["ref"]
    load_osm(extract.write(tmp_path / "town.osm"), "--district", city.DISTRICT)
    assert Region.objects.get().code == city.DISTRICT


def test_a_relation_is_given_its_code(db, tmp_path):
    extract = town_extract()
    del extract.relations[0].tags["ref"]
    load_osm(extract.write(tmp_path / "town.osm"), "--region-code", f"1={city.DISTRICT}")
    assert Region.objects.get().name == "魏南区"


def test_an_extract_goes_into_a_city_that_is_there(town, tmp_path, capsys):
    load_osm(town_extract().write(tmp_path / "town.osm"))
    assert Building.objects.get(name="1号楼").unit_grid_code == city.WEST + "001"
    assert Region.objects.filter(code=city.DISTRICT).count() == 1


def test_a_dry_run_changes_nothing(db, tmp_path):
    before = counts()
    load_osm(town_extract().write(tmp_path / "town.osm"), "--dry-run")
    assert counts() == before


# --- a newer extract ----------------------------------------------------------------------------


def keys() -> dict[str, list]:
    """What came from which object, under which key, with what it is linked to."""
    found = {model.__name__: list(model.objects.order_by("pk").values_list("pk", "osm_id"))
             for model in (Road, Place, Green, Water)}  # fmt: skip
    found["Door"] = list(Door.objects.order_by("pk").values_list("pk", "osm_id", "road"))
    found["Building"] = list(Building.objects.order_by("pk").values_list("pk", "osm_id", "estate"))
    return found


def test_an_extract_loaded_twice_is_there_once_with_its_links(loaded, tmp_path):
    before = keys()
    load_osm(town_extract().write(tmp_path / "again.osm"))
    assert keys() == before


def test_a_newer_extract_brings_the_rows_up_to_date(loaded, tmp_path):
    newer = town_extract()
    newer.ways[1].tags["name"] = "新中轴路"
    load_osm(newer.write(tmp_path / "newer.osm"))
    assert Road.objects.get().name == "新中轴路"


def test_what_the_newer_extract_cannot_mend_stays_as_it_was(loaded, tmp_path):
    newer = town_extract()
    newer.ways[1].nodes = [9001, 9002]
    load_osm(newer.write(tmp_path / "newer.osm"))
    assert Road.objects.get().name == "中轴路"


def test_what_came_from_elsewhere_is_not_replaced(loaded, tmp_path):
    Road.objects.update(osm_id="")
    load_osm(town_extract().write(tmp_path / "again.osm"))
    assert Road.objects.filter(name="中轴路").count() == 2


@pytest.fixture
def refused(db, settings):
    settings.LANGUAGE_CODE = "en"

    def check(path, *options: str, says: str) -> None:
        before = counts()
        with pytest.raises(CommandError, match=says):
            load_osm(path, *options)
        assert counts() == before

    return check


def test_without_a_region_the_boundaries_to_name_are_told(refused, tmp_path):
    extract = town_extract()
    del extract.relations[0].tags["ref"]
    refused(extract.write(tmp_path / "town.osm"), says="1 魏南区")


def test_without_any_boundary_the_outline_must_come_first(refused, tmp_path):
    refused(town_extract(boundaries=False).write(tmp_path / "town.osm"), says="Load the outline first")


def test_a_district_code_needs_an_outline(refused, tmp_path):
    path = town_extract(boundaries=False).write(tmp_path / "town.osm")
    refused(path, "--district", city.DISTRICT, says="no district outline")


@pytest.mark.parametrize("option", [("--district", "41"), ("--region-code", "魏南区=411002")])
def test_a_code_that_is_none_is_refused(refused, tmp_path, option):
    refused(
        town_extract().write(tmp_path / "town.osm"), *option, says="RELATION=CODE|not the code of a district"
    )


def test_a_relation_that_is_not_there_is_refused(refused, tmp_path):
    refused(town_extract().write(tmp_path / "town.osm"), "--region-code", "99=411002", says="99.*1 魏南区")


@pytest.mark.parametrize("suffix", ["osm.pbf", "osm", "osm.gz", "osm.bz2"])
def test_a_truncated_extract_is_refused(refused, tmp_path, suffix):
    path = town_extract().write(tmp_path / f"town.{suffix}")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    refused(path, says="cut off")


@pytest.mark.parametrize("data", [b"", b"no map at all"])
def test_a_file_that_is_no_extract_is_refused(refused, tmp_path, data):
    (tmp_path / "town.osm.pbf").write_bytes(data)
    refused(tmp_path / "town.osm.pbf", says="holds no rows|cut off|cannot be read")


def test_a_file_that_is_not_there_is_refused(refused, tmp_path):
    refused(tmp_path / "none.osm.pbf", says="no file")


def test_an_extract_of_another_city_is_refused(town, tmp_path, request, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(CommandError, match="does not lie in the city"):
        load_osm(request.config.rootpath / "tests/data/lujiazui/lujiazui.osm")


def test_a_road_whose_nodes_are_missing_is_reported(db, tmp_path, capsys, settings):
    settings.LANGUAGE_CODE = "en"
    extract = town_extract()
    extract.way_of([9001, 9002], highway="primary", name="断路")
    load_osm(extract.write(tmp_path / "town.osm"))
    assert "Its nodes are not in the file" in capsys.readouterr().out
    assert not Road.objects.filter(name="断路").exists()


def test_the_real_blocks_of_lujiazui_load(db, request):
    """© OpenStreetMap contributors, ODbL 1.0: tests/data/lujiazui/README.md."""
    load_osm(request.config.rootpath / "tests/data/lujiazui/lujiazui.osm", "--district", "310115")
    assert (Road.objects.count(), Building.objects.count(), Door.objects.count()) == (24, 5, 13)
