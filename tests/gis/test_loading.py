"""What can be loaded, from which kinds of files, and what becomes of it."""

import csv
import gzip
import io
import json
import shutil
import zipfile

import openpyxl
import pytest
import shapely
from django.core.management import CommandError
from django.utils import timezone

from buildings.models import Asset, Building, Door, Estate, Green, Place, Road, Water
from cases.models import Case
from gis import crs
from gis.layers import layers
from gis.models import DataSource
from grids.models import Region, ResponsibilityGrid, UnitGrid
from tests import city
from tests.city import MAP
from tests.gis import files
from tests.gis.files import area, counts, frame, geojson, load, lonlat, places, polygon, spots, table


def names() -> set[str]:
    return set(Place.objects.values_list("name", flat=True)) & {"小卖部", "理发店"}


# --- kinds of files -----------------------------------------------------------------------------


def test_a_file_may_have_any_name(town, tmp_path):
    plain = places(tmp_path / "places.gpkg")
    load(plain.rename(tmp_path / "商户#1.gpkg"), "places")
    assert names() == {"小卖部", "理发店"}


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "fgb"])
def test_places_load_from_every_vector_format(town, tmp_path, suffix):
    options = {"encoding": "UTF-8"} if suffix == "shp" else {}
    load(places(tmp_path / f"places.{suffix}", **options), "places")
    assert names() == {"小卖部", "理发店"}


def test_a_zipped_shapefile_loads(town, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    places(folder / "地点.shp", encoding="UTF-8")
    load(shutil.make_archive(str(tmp_path / "places"), "zip", folder), "places")
    assert names() == {"小卖部", "理发店"}


def test_a_gzipped_geojson_loads(town, tmp_path):
    plain = places(tmp_path / "places.geojson")
    packed = tmp_path / "packed.geojson.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    load(packed, "places")
    assert names() == {"小卖部", "理发店"}


def test_one_table_of_a_geopackage_is_named(town, tmp_path):
    both = tmp_path / "both.gpkg"
    places(both, layer="shops", names=("小卖部", "甲"))
    places(both, layer="others", names=("理发店", "乙"))
    load(both, "places", "--table", "others")
    assert names() == {"理发店"}


def test_several_tables_without_a_name_are_refused(town, tmp_path):
    both = tmp_path / "both.gpkg"
    places(both, layer="shops")
    places(both, layer="others")
    with pytest.raises(CommandError, match="shops, others"):
        load(both, "places")


@pytest.mark.parametrize("heading", ["名称,经度,纬度", "name,lon,lat", "name,X,Y"])
def test_a_table_with_coordinates_loads_by_usual_names(town, tmp_path, heading):
    load(table(tmp_path / "t.csv", heading, f"小卖部,{lonlat('p')}"), "places", "--crs", "4326")
    assert Place.objects.get(name="小卖部").unit_grid_code == city.WEST + "001"


def test_a_table_with_wkt_loads(town, tmp_path):
    load(table(tmp_path / "t.csv", "name,wkt", f'花园,"{area("ABED").wkt}"'), "estates", "--crs", "4326")
    assert Estate.objects.filter(name="花园").exists()


def test_columns_are_mapped_and_constants_set(town, tmp_path):
    rows = table(tmp_path / "t.csv", "店,东,北", f"小卖部,{lonlat('p')}")
    load(rows, "places", "--crs", "4326", "--map", "name=店", "lon=东", "lat=北", "--set", "category=shop")
    assert Place.objects.get(name="小卖部").category == "shop"


def test_only_the_rows_asked_for_are_loaded(town, tmp_path):
    rows = table(
        tmp_path / "t.csv", "name,kind,lon,lat", f"小卖部,a,{lonlat('p')}", f"理发店,b,{lonlat('q')}"
    )
    load(rows, "places", "--crs", "4326", "--only", "kind=b")
    assert names() == {"理发店"}


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_excel_loads_with_coordinates_as_text(town, tmp_path):
    lon, lat = lonlat("p").split(",")
    load(
        workbook(tmp_path / "t.xlsx", ["名称", "经度", "纬度"], ["小卖部", f" {lon}", f"{lat}°"]),
        "places",
        "--crs",
        "4326",
    )
    assert Place.objects.get(name="小卖部").location.x == pytest.approx(float(lon))


def test_excel_numbers_become_codes_without_a_decimal_point(town, tmp_path):
    lon, lat = map(float, lonlat("p").split(","))
    rows = workbook(tmp_path / "t.xlsx", ["编码", "经度", "纬度"], [4110020101000009.0, lon, lat])
    load(rows, "assets", "--crs", "4326")
    assert Asset.objects.get(code="4110020101000009").asset_class.code == "0101"


# --- coordinate systems -------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["4490", "4547", "GCJ02", "bd-09", "EPSG:32649"])
def test_coordinates_of_every_system_come_to_the_same_place(town, tmp_path, system):
    here = shapely.get_coordinates(spots("p"))
    x, y = crs.from_storage(here, crs=system)[0]
    load(table(tmp_path / "t.csv", "name,x,y", f"小卖部,{x:.9f},{y:.9f}"), "places", "--crs", system)
    assert Place.objects.get(name="小卖部").location.coords == pytest.approx(tuple(here[0]), abs=2e-7)


def test_the_files_own_system_is_taken(town, tmp_path):
    projected = frame(spots(), name=["小卖部", "理发店"]).to_crs(4547)
    projected.to_file(tmp_path / "places.gpkg")
    load(tmp_path / "places.gpkg", "places")
    assert Place.objects.get(name="小卖部").location.coords == pytest.approx(MAP.lonlat("p"), abs=1e-7)


def test_gcj02_is_believed_of_a_file_that_says_wgs84(town, tmp_path):
    shifted = shapely.points(crs.from_storage(shapely.get_coordinates(spots()), crs="GCJ02"))
    load(places(tmp_path / "places.gpkg", shapes=shifted), "places", "--crs", "GCJ02")
    assert Place.objects.get(name="小卖部").location.coords == pytest.approx(MAP.lonlat("p"), abs=1e-7)


# --- each layer ---------------------------------------------------------------------------------


def test_every_layer_declares_what_may_be_loaded(db):
    territory = "regions unit-grids responsibility-grids cases"
    ground = "roads doors estates buildings places assets water green"
    assert {layer.name for layer in layers if layer.loading} >= {*territory.split(), *ground.split()}


def test_a_first_region_loads_into_an_empty_city(db, tmp_path):
    outline = geojson(tmp_path / "r.geojson", ({"名称": "魏南区"}, polygon("A", "C", "J", "G", "A")))
    load(outline, "regions", "--set", f"code={city.DISTRICT}")
    assert Region.objects.get().name == "魏南区"


def test_regions_load_in_any_order(db, tmp_path):
    frame(
        [area("ABHG"), area("ACJG"), area("ACJG")],
        code=[city.WEST, city.DISTRICT, city.STREET], name=["社区", "区", "街道"],
    ).to_file(tmp_path / "r.gpkg")  # fmt: skip
    load(tmp_path / "r.gpkg", "regions")
    assert Region.objects.count() == 3


def test_new_regions_and_unit_grids_home_what_stands_there_already(town, tmp_path):
    UnitGrid.objects.all().delete()
    Region.objects.filter(code=city.WEST).delete()
    Place.objects.filter(name="west小卖部").update(region_code=city.STREET, unit_grid_code="")
    frame([area("ABHG")], code=[city.WEST], name=["西社区"]).to_file(tmp_path / "r.gpkg")
    load(tmp_path / "r.gpkg", "regions")
    assert Place.objects.get(name="west小卖部").region_code == city.WEST
    frame([area("ABED")], code=[city.WEST + "001"]).to_file(tmp_path / "u.gpkg")
    load(tmp_path / "u.gpkg", "unit-grids")
    assert Place.objects.get(name="west小卖部").unit_grid_code == city.WEST + "001"


def test_a_case_keeps_the_unit_grid_of_its_report(town, tmp_path):
    UnitGrid.objects.filter(code=city.WEST + "001").delete()
    frame([area("ABED")], code=[city.WEST + "011"]).to_file(tmp_path / "u.gpkg")
    load(tmp_path / "u.gpkg", "unit-grids")
    assert Case.objects.get(pk=town.cases["west"].pk).unit_grid_code == city.WEST + "001"


def test_unit_grids_are_linked_to_their_responsibility_grid(town, tmp_path):
    UnitGrid.objects.all().delete()
    frame([area("ABED")], code=[city.WEST + "001"]).to_file(tmp_path / "u.gpkg")
    load(tmp_path / "u.gpkg", "unit-grids")
    assert UnitGrid.objects.get().responsibility_grid == town.responsibility[city.WEST]


def test_responsibility_grids_get_their_region_and_unit_grids(town, tmp_path):
    ResponsibilityGrid.objects.all().delete()
    frame([area("ABHG")], code=["G1"], name=["一网格"]).to_file(tmp_path / "g.gpkg")
    load(tmp_path / "g.gpkg", "responsibility-grids")
    grid = ResponsibilityGrid.objects.get()
    assert (grid.region_code, grid.unit_grids.count()) == (city.WEST, 2)


def test_roads_take_openstreetmaps_classes(town, tmp_path):
    line = shapely.LineString([MAP.lonlat("p"), MAP.lonlat("q")])
    frame([line], name=["东西路"], highway=["living_street"]).to_file(tmp_path / "r.gpkg")
    load(tmp_path / "r.gpkg", "roads")
    road = Road.objects.get(name="东西路")
    assert (road.kind, road.region_code) == ("residential", city.STREET)


def test_doors_find_the_nearest_road_of_their_name(town, tmp_path):
    rows = table(tmp_path / "d.csv", "道路名称,门牌号,lon,lat", f"中轴路,88号,{lonlat('p')}")
    load(rows, "doors", "--crs", "4326")
    assert Door.objects.get(number="88号").road == town.road


def test_buildings_find_their_estate_and_lose_their_units(town, tmp_path):
    shape = area("ABED").buffer(-0.0003)
    frame([shape], 名称=["9号楼"], 层数=["18层"], height=["54.5 m"]).to_file(tmp_path / "b.gpkg")
    load(tmp_path / "b.gpkg", "buildings")
    building = Building.objects.get(name="9号楼")
    assert (building.floors, building.height_m, building.estate) == (18, 54.5, town.estates["west"])


def test_water_takes_areas_and_lines(town, tmp_path):
    shapes = [shapely.LineString([MAP.lonlat("A"), MAP.lonlat("E")]), area("ABED").buffer(-0.0003)]
    frame(shapes, name=["小河", "小湖"]).to_file(tmp_path / "w.geojson")
    load(tmp_path / "w.geojson", "water")
    assert Water.objects.filter(name__in=["小河", "小湖"], region_code=city.WEST).count() == 2


def test_green_loads(town, tmp_path):
    frame([area("ABED").buffer(-0.0003)], name=["中心公园"], leisure=["park"]).to_file(tmp_path / "g.gpkg")
    load(tmp_path / "g.gpkg", "green")
    assert Green.objects.get(name="中心公园").kind == "park"


def case_table(path, *rows: str):
    return table(path, "类别,上报时间,结案时间,位置,经度,纬度", *rows)


def test_cases_get_category_number_cell_and_territory(town, tmp_path):
    load(
        case_table(tmp_path / "c.csv", f"私搭乱建,2026/3/5 8:20,,路口,{lonlat('p')}"),
        "cases",
        "--crs",
        "4326",
    )
    case = Case.objects.get(place="路口")
    assert case.category.code == "0101"
    assert case.number.startswith("20260305")
    assert (case.unit_grid_code, case.responsibility_grid_code) == (city.WEST + "001", "411002001G001")
    assert timezone.localtime(case.reported_at).isoformat() == "2026-03-05T08:20:00+08:00"


def test_a_closed_case_is_closed(town, tmp_path):
    load(
        case_table(tmp_path / "c.csv", f"0101,2026-03-05,2026-03-06,路口,{lonlat('p')}"),
        "cases",
        "--crs",
        "4326",
    )
    assert Case.objects.get(place="路口").stage == Case.Stage.CLOSED


@pytest.mark.parametrize(
    "row, reason",
    [
        ("不存在,2026-03-05,,x", "不存在"),
        ("0101,gestern,,x", "gestern"),
        ("0101,2026-03-05,2026-03-01,x", "closed before|早于|之前"),
        (",2026-03-05,,x", "category"),
        ("0101,,,x", "reported_at"),
    ],
)
def test_a_case_that_makes_no_sense_is_refused(town, tmp_path, capsys, row, reason):
    with pytest.raises(CommandError):
        load(case_table(tmp_path / "c.csv", f"{row},{lonlat('p')}"), "cases", "--crs", "4326")
    output = capsys.readouterr().out
    assert any(word in output for word in reason.split("|"))


# --- the report ---------------------------------------------------------------------------------


def mixed(tmp_path):
    """Two good rows, one without a name, one far away: rows 2 to 5 of the sheet."""
    return table(
        tmp_path / "t.csv", "name,lon,lat",
        f"小卖部,{lonlat('p')}", f",{lonlat('p')}", "远店,100.5,30.5", f"理发店,{lonlat('q')}",
    )  # fmt: skip


def test_a_refused_row_stops_a_strict_load(town, tmp_path):
    before = counts()
    with pytest.raises(CommandError, match="2"):
        load(mixed(tmp_path), "places", "--crs", "4326", "--strict")
    assert counts() == before


def test_the_others_are_loaded(town, tmp_path):
    load(mixed(tmp_path), "places", "--crs", "4326")
    assert names() == {"小卖部", "理发店"}
    assert not Place.objects.filter(name="远店").exists()


@pytest.mark.parametrize("code", ["", " "])
def test_a_row_without_its_code_refuses_the_file(tmp_path, db, code):
    rows = [({"code": value, "name": "区"}, polygon(*"ACJGA")) for value in ("411002", code)]
    path = geojson(tmp_path / "r.geojson", *rows)
    before = counts()
    with pytest.raises(CommandError, match="2"):
        load(path, "regions")
    assert counts() == before


def test_the_report_names_row_reason_and_place(town, tmp_path):
    path = tmp_path / "report.csv"
    load(mixed(tmp_path), "places", "--crs", "4326", "--report", str(path))
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [(row["row"], row["outcome"]) for row in rows] == [("3", "refused"), ("4", "outside")]
    assert (float(rows[1]["lon"]), float(rows[1]["lat"])) == (100.5, 30.5)


def test_the_report_is_written_when_the_load_is_refused(town, tmp_path):
    path = tmp_path / "report.json"
    with pytest.raises(CommandError):
        load(mixed(tmp_path), "places", "--crs", "4326", "--strict", "--report", str(path))
    [report] = json.loads(path.read_text())
    assert (report["rows"], report["loaded"], report["refused"], report["outside"]) == (4, 0, 1, 1)


def test_a_dry_run_reports_and_changes_nothing(town, tmp_path, capsys):
    before = counts()
    load(places(tmp_path / "p.geojson"), "places", "--dry-run")
    assert counts() == before
    assert "2" in capsys.readouterr().out


def test_repaired_rows_are_told(town, tmp_path):
    ring = polygon("A", "B", "E", "E", "D", "A", height=12.5)
    path = tmp_path / "report.json"
    load(geojson(tmp_path / "e.geojson", ({"name": "高院"}, ring)), "estates", "--report", str(path))
    [report] = json.loads(path.read_text())
    assert (report["loaded"], report["repaired"], report["lines"][0]["row"]) == (1, 1, 1)


def test_a_table_of_many_rows_is_written_in_few_statements(town, tmp_path, django_assert_max_num_queries):
    rows = [f"店{i},{lonlat('p')}" for i in range(5000)]
    path = table(tmp_path / "t.csv", "name,lon,lat", *rows)
    with django_assert_max_num_queries(40):
        load(path, "places", "--crs", "4326")
    assert Place.objects.filter(region_code=city.WEST).count() >= 5000


def test_zip_holds_only_shapefiles_of_the_named_table(town, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    places(folder / "shops.shp", encoding="UTF-8", names=("小卖部", "甲"))
    places(folder / "others.shp", encoding="UTF-8", names=("理发店", "乙"))
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        for path in folder.iterdir():
            packed.write(path, path.name)
    load(tmp_path / "both.zip", "places", "--table", "others")
    assert names() == {"理发店"}


def test_the_real_blocks_of_lujiazui_load(db, request):
    """© OpenStreetMap contributors, ODbL 1.0: tests/data/lujiazui/README.md."""
    data = request.config.rootpath / "tests/data/lujiazui"
    load(data / "district.geojson", "regions", "--set", "code=310115")
    load(data / "roads.geojson", "roads", "--map", "kind=kind_detail")
    load(data / "buildings.geojson", "buildings")
    load(data / "addresses.geojson", "doors")
    assert set(Road.objects.values_list("region_code", flat=True)) == {"310115"}
    assert Door.objects.get(road_name="世纪大道", number="8").region_code == "310115"
    assert files.counts()["buildings.Building"] == 5


# --- where it comes from ------------------------------------------------------------------------


def test_the_map_thanks_whom_the_data_comes_from(town, tmp_path, chief, signed_in):
    load(places(tmp_path / "p.geojson"), "places", "--attribution", "© 测绘院 <b>")
    style = signed_in(chief).get("/styles/paper.json").json()
    assert style["sources"]["places"]["attribution"] == "© 测绘院 &lt;b&gt;"
    assert style["sources"]["base"]["attribution"] == ""


def test_a_load_is_remembered_with_its_system_and_rows(town, tmp_path):
    load(places(tmp_path / "p.geojson"), "places")
    source = DataSource.objects.get()
    assert (source.layer, source.file, source.crs, source.rows) == ("places", "p.geojson", "4326", 2)


def test_a_dry_run_leaves_nothing_to_remember(town, tmp_path):
    load(places(tmp_path / "p.geojson"), "places", "--dry-run")
    assert not DataSource.objects.exists()
