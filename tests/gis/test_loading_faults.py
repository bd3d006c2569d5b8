"""Files that must not get in: each is refused with a clear sentence, and every table stays as it was."""

import json
import shutil
import sqlite3
import struct

import openpyxl
import pytest
import shapely
from django.core.management import CommandError

from buildings.models import Estate, Place
from tests import city
from tests.city import MAP
from tests.gis.files import (
    area,
    counts,
    frame,
    geojson,
    load,
    lonlat,
    places,
    polygon,
    spots,
    table,
)


@pytest.fixture
def refused(town, settings):
    """``refused(path, layer, *options, says=…)``: refused in these words (English), nothing changed."""
    settings.LANGUAGE_CODE = "en"

    def check(path, layer: str, *options: str, says: str) -> None:
        before = counts()
        with pytest.raises(CommandError, match=says):
            load(path, layer, *options)
        assert counts() == before

    return check


# --- damage -------------------------------------------------------------------------------------


def cut(path, share: float = 0.6):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("suffix", ["shp", "gpkg", "geojson", "fgb"])
def test_a_truncated_file_is_refused(refused, tmp_path, suffix):
    many = [shapely.Point(113.8 + i * 1e-5, 34.03) for i in range(2000)]
    path = places(tmp_path / f"p.{suffix}", shapes=many, names=[f"店{i}" for i in range(2000)])
    refused(cut(path), "places", says="cut off|cannot be read")


def test_a_truncated_dbf_is_refused(refused, tmp_path):
    path = places(tmp_path / "p.shp")
    cut(tmp_path / "p.dbf", 0.8)
    refused(path, "places", says="dbf is shorter")


@pytest.mark.parametrize("missing", ["dbf", "shx"])
def test_a_shapefile_without_its_parts_is_refused(refused, tmp_path, missing):
    path = places(tmp_path / "p.shp")
    (tmp_path / f"p.{missing}").unlink()
    refused(path, "places", says=f"[.]{missing} is missing")


def test_a_truncated_zip_is_refused(refused, tmp_path):
    (tmp_path / "in").mkdir()
    places(tmp_path / "in/p.shp")
    path = shutil.make_archive(str(tmp_path / "p"), "zip", tmp_path / "in")
    refused(cut(tmp_path / "p.zip"), "places", says="cut off")
    assert path


def test_a_workbook_that_is_none_is_refused(refused, tmp_path):
    refused(table(tmp_path / "t.xlsx", "name,lon,lat"), "places", "--crs", "4326", says="cut off")


def test_a_quoted_text_without_end_is_refused(refused, tmp_path):
    path = table(tmp_path / "t.csv", "name,lon,lat", f'"小卖部,{lonlat("p")}')
    refused(path, "places", "--crs", "4326", says="does not end")


@pytest.mark.parametrize("name", ["t.csv", "t.geojson", "t.gpkg", "t.shp", "t.xlsx"])
def test_an_empty_file_is_refused(refused, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    refused(tmp_path / name, "places", "--crs", "4326", says="holds no rows")


def test_a_heading_without_rows_is_refused(refused, tmp_path):
    refused(table(tmp_path / "t.csv", "name,lon,lat"), "places", "--crs", "4326", says="holds no rows")


def test_a_file_that_is_not_there_is_refused(refused, tmp_path):
    refused(tmp_path / "nothing.shp", "places", says="no file")


def test_a_picture_is_refused(refused, tmp_path):
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    refused(tmp_path / "p.png", "places", says="cannot be read")


def test_curves_are_refused(refused, tmp_path):
    path = places(tmp_path / "p.gpkg")
    with sqlite3.connect(path) as database:
        curve = bytes.fromhex("47500001e6100000" + "0108000000" + "03000000") + b"".join(
            struct.pack("<dd", *MAP.lonlat(mark)) for mark in "pEq"
        )
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        database.execute("UPDATE p SET geom = ? WHERE fid = 1", [curve])
    refused(path, "places", says="curves")


# --- text ---------------------------------------------------------------------------------------


def gbk_shapefile(tmp_path, *, cpg: str | None):
    path = places(tmp_path / "p.shp", encoding="GBK")
    (tmp_path / "p.cpg").unlink(missing_ok=True)
    dbf = bytearray((tmp_path / "p.dbf").read_bytes())
    dbf[29] = 0  # no language either
    (tmp_path / "p.dbf").write_bytes(dbf)
    if cpg:
        (tmp_path / "p.cpg").write_text(cpg)
    return path


@pytest.mark.parametrize("cpg", ["GBK", "936", None, "ISO-8859-1"])
def test_a_gbk_shapefile_keeps_its_names(town, tmp_path, cpg):
    load(gbk_shapefile(tmp_path, cpg=cpg), "places")
    assert Place.objects.filter(name__in=["小卖部", "理发店"]).count() == 2


def test_a_guessed_encoding_is_told(town, tmp_path, capsys, settings):
    settings.LANGUAGE_CODE = "en"
    load(gbk_shapefile(tmp_path, cpg=None), "places")
    assert "read as GBK" in capsys.readouterr().out


def test_a_gbk_shapefile_that_claims_utf_8_is_refused(refused, tmp_path):
    refused(gbk_shapefile(tmp_path, cpg="UTF-8"), "places", says="--encoding")


def test_it_loads_when_told_its_encoding(town, tmp_path):
    load(gbk_shapefile(tmp_path, cpg="UTF-8"), "places", "--encoding", "GBK")
    assert Place.objects.filter(name="小卖部").exists()


def test_a_wrong_encoding_is_refused(refused, tmp_path):
    refused(gbk_shapefile(tmp_path, cpg=None), "places", "--encoding", "UTF-8", says="not UTF-8")


def test_an_unknown_encoding_is_refused(refused, tmp_path):
    refused(gbk_shapefile(tmp_path, cpg=None), "places", "--encoding", "klingon", says="klingon")


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_a_table_is_read_in_its_encoding(town, tmp_path, encoding):
    path = table(tmp_path / "t.csv", "名称,经度,纬度", f"小卖部,{lonlat('p')}", encoding=encoding)
    load(path, "places", "--crs", "4326")
    assert Place.objects.filter(name="小卖部").exists()


def test_bytes_of_no_encoding_are_refused(refused, tmp_path):
    (tmp_path / "t.csv").write_bytes(b"name,lon,lat\n\xff\xff\xff,113.8,34.0\n")
    refused(tmp_path / "t.csv", "places", "--crs", "4326", says="--encoding")


# --- coordinate systems -------------------------------------------------------------------------


def test_a_table_without_a_system_is_refused(refused, tmp_path):
    refused(table(tmp_path / "t.csv", "name,lon,lat", f"小卖部,{lonlat('p')}"), "places", says="--crs")


def test_a_shapefile_without_a_system_is_refused(refused, tmp_path):
    path = places(tmp_path / "p.shp")
    (tmp_path / "p.prj").unlink()
    refused(path, "places", says="--crs")


def test_two_different_systems_are_refused(refused, tmp_path):
    refused(places(tmp_path / "p.gpkg"), "places", "--crs", "4547", says="4326.*4547")


def test_an_unknown_system_is_refused(refused, tmp_path):
    refused(places(tmp_path / "p.gpkg"), "places", "--crs", "WGS72b", says="WGS72b")


def test_metres_said_to_be_degrees_are_refused(refused, tmp_path):
    path = table(tmp_path / "t.csv", "name,x,y", "小卖部,481530.2,3766980.1")
    refused(path, "places", "--crs", "4326", says="metres")


def test_degrees_said_to_be_metres_are_refused(refused, tmp_path):
    path = table(tmp_path / "t.csv", "name,x,y", f"小卖部,{lonlat('p')}")
    refused(path, "places", "--crs", "4547", says="degrees")


@pytest.mark.parametrize("layer", ["places", "regions"])
def test_latitude_first_is_recognised(refused, tmp_path, layer):
    turned = [shapely.Point(*reversed(MAP.lonlat("p")))]
    if layer == "regions":
        turned = [turned[0].buffer(0.001)]
    frame(turned, name=["小卖部"], code=["411004"]).to_file(tmp_path / "t.gpkg")
    refused(tmp_path / "t.gpkg", layer, says="latitude comes first")


def test_another_city_is_refused(refused, tmp_path):
    path = places(tmp_path / "p.gpkg", shapes=[shapely.Point(121.5, 31.2), shapely.Point(121.6, 31.2)])
    refused(path, "places", says="does not lie in the city")


def test_without_any_region_nothing_is_placed(db, tmp_path, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(CommandError, match="Load the outline first"):
        load(places(tmp_path / "p.gpkg"), "places")
    assert not Place.objects.exists()


# --- columns and codes --------------------------------------------------------------------------


def test_a_missing_column_is_named_with_those_that_are_there(refused, tmp_path):
    path = table(tmp_path / "t.csv", "称呼,lon,lat", f"小卖部,{lonlat('p')}")
    refused(path, "places", "--crs", "4326", says="name.*称呼")


def test_an_unknown_field_is_refused(refused, tmp_path):
    refused(places(tmp_path / "p.gpkg"), "places", "--map", "colour=name", says="colour")


def test_an_unknown_column_is_refused(refused, tmp_path):
    refused(places(tmp_path / "p.gpkg"), "places", "--map", "name=label", says="label")


def test_an_unknown_layer_is_refused(refused, tmp_path):
    refused(places(tmp_path / "p.gpkg"), "volcanoes", says="volcanoes.*places")


def test_a_table_without_coordinates_is_refused(refused, tmp_path):
    refused(table(tmp_path / "t.csv", "name", "小卖部"), "places", "--crs", "4326", says="coordinates")


def regions(path, *rows):
    frame(
        [shape for _code, shape in rows], code=[code for code, _shape in rows], name=["甲"] * len(rows)
    ).to_file(path)
    return path


def test_a_code_twice_in_the_file_is_refused_with_both_rows(refused, tmp_path):
    path = regions(
        tmp_path / "r.gpkg",
        ("411002002", area("ABED")),
        ("411002003", area("DEHG")),
        ("411002002", area("DEHG")),
    )
    refused(path, "regions", says="411002002.*row 1.*row 3")


def test_a_code_that_is_loaded_already_is_refused(refused, tmp_path):
    path = regions(tmp_path / "r.gpkg", ("411002009", area("ABED")), (city.STREET, area("DEHG")))
    refused(path, "regions", says=f"{city.STREET}.*row 2")


def test_a_code_that_is_no_code_is_refused(refused, tmp_path, capsys):
    refused(regions(tmp_path / "r.gpkg", ("41100", area("ABED"))), "regions", says="Every row")
    assert "2, 4, 6, 9 or 12 digits" in capsys.readouterr().out


def test_a_region_outside_its_parent_is_refused(refused, tmp_path, capsys):
    refused(regions(tmp_path / "r.gpkg", ("411002002", area("CNKJ"))), "regions", says="Every row")
    assert "outside its parent 411002" in capsys.readouterr().out


def test_a_region_outside_its_parent_can_be_left_out(town, tmp_path):
    path = regions(tmp_path / "r.gpkg", ("411002002", area("CNKJ")), ("411002003", area("ABED")))
    load(path, "regions")
    assert counts()["grids.Region"] == 9


def test_a_unit_grid_in_another_community_is_refused(refused, tmp_path, capsys):
    path = regions(tmp_path / "u.gpkg", (city.WEST + "009", area("BCFE")))
    refused(path, "unit-grids", says="Every row")
    assert city.EAST in capsys.readouterr().out


def test_a_unit_grid_of_several_parts_is_refused(refused, tmp_path, capsys):
    both = shapely.MultiPolygon([area("ABED").buffer(-0.0004), area("DEHG").buffer(-0.0004)])
    refused(regions(tmp_path / "u.gpkg", (city.WEST + "009", both)), "unit-grids", says="Every row")
    assert "several parts" in capsys.readouterr().out


# --- geometry -----------------------------------------------------------------------------------


def test_the_wrong_type_for_all_rows_is_refused(refused, tmp_path):
    refused(places(tmp_path / "p.gpkg"), "estates", says="Point, but an area")


def test_one_row_of_the_wrong_type_is_refused(refused, tmp_path, capsys):
    frame([*spots("p"), area("ABED")], name=["小卖部", "院子"]).to_file(tmp_path / "p.geojson")
    refused(tmp_path / "p.geojson", "places", "--strict", says="1 of 2")
    assert "row 2" in capsys.readouterr().out


def estate(tmp_path, *shapes):
    return geojson(tmp_path / "e.geojson", *(({"name": f"院{i}"}, shape) for i, shape in enumerate(shapes)))


def test_an_outline_that_crosses_itself_is_refused_with_the_place(refused, tmp_path):
    report = tmp_path / "report.json"
    bow_tie = estate(tmp_path, polygon("A", "E", "B", "D", "A"))
    refused(bow_tie, "estates", "--report", str(report), says="Every row")
    [line] = json.loads(report.read_text())[0]["lines"]
    middle = [(a + b) / 2 for a, b in zip(MAP.lonlat("A"), MAP.lonlat("E"), strict=True)]
    assert "crosses itself" in line["reason"]
    assert line["where"] == pytest.approx(middle, abs=1e-7)


@pytest.mark.parametrize(
    "shape, reason",
    [
        (polygon("A", "B", "C", "A"), "area is zero"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        (None, "no geometry"),
    ],
)
def test_geometry_that_is_no_area_is_refused(refused, tmp_path, capsys, shape, reason):
    refused(estate(tmp_path, polygon("A", "B", "E", "D", "A"), shape), "estates", "--strict", says="1 of 2")
    assert reason in capsys.readouterr().out


def test_a_vertex_that_is_no_number_is_refused(refused, tmp_path, capsys):
    (x, y), b, c = (MAP.lonlat(mark) for mark in "ABE")
    broken = f"POLYGON(({x} {y}, {b[0]} nan, {c[0]} {c[1]}, {x} {y}))"
    path = table(tmp_path / "t.csv", "name,wkt", f'花园,"{area("ABED").wkt}"', f'坏园,"{broken}"')
    refused(path, "estates", "--crs", "4326", "--strict", says="1 of 2")
    assert "row 3: A coordinate is not a number" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["nan", "", "abc", "1e999", "113°48′"])
def test_a_coordinate_that_is_no_number_is_refused(refused, tmp_path, capsys, text):
    path = table(tmp_path / "t.csv", "name,lon,lat", f"小卖部,{lonlat('p')}", f"理发店,{text},34.03")
    refused(path, "places", "--crs", "4326", "--strict", says="1 of 2")
    assert "row 3" in capsys.readouterr().out


def test_excel_with_words_for_coordinates_is_refused(refused, tmp_path, capsys):
    book = openpyxl.Workbook()
    for row in (
        ["名称", "经度", "纬度"],
        ["小卖部", *map(float, lonlat("p").split(","))],
        ["理发店", "东", "北"],
    ):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    refused(tmp_path / "t.xlsx", "places", "--crs", "4326", "--strict", says="1 of 2")
    assert "东" in capsys.readouterr().out


@pytest.mark.parametrize(
    "shape",
    [
        polygon("A", "B", "E", "D", "A", height=3.0),
        polygon("A", "B", "E", "D"),
        polygon("A", "B", "B", "E", "D", "A"),
        polygon("A", "D", "E", "B", "A"),
        {"type": "GeometryCollection", "geometries": [polygon("A", "B", "E", "D", "A")]},
        polygon("A", "B", "E", "H", "J", "H", "E", "D", "A"),
        polygon("A", "B", "E", "F", "J", "H", "E", "D", "A"),
    ],
    ids=[
        "heights",
        "open ring",
        "repeated point",
        "clockwise",
        "collection of one",
        "spike",
        "touches itself",
    ],
)
def test_geometry_is_repaired_where_nothing_is_lost(town, tmp_path, shape):
    load(estate(tmp_path, shape), "estates")
    assert Estate.objects.filter(name="院0", boundary__isvalid=True).exists()


def test_a_value_that_is_too_long_is_refused(refused, tmp_path, capsys):
    path = table(tmp_path / "t.csv", "name,lon,lat", f"{'长' * 101},{lonlat('p')}")
    refused(path, "places", "--crs", "4326", says="Every row")
    assert "100" in capsys.readouterr().out


def test_a_file_of_refused_rows_is_refused(refused, tmp_path):
    path = table(tmp_path / "t.csv", "name,lon,lat", f",{lonlat('p')}")
    refused(path, "places", "--crs", "4326", says="Every row")
