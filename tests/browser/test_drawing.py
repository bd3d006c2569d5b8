"""The drawing table in a real browser: the administrator draws, fits, names, staffs and saves a grid."""

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import map_eval, map_idle, on_screen, screenshot


@pytest.fixture
def free_ground(site):
    """A unit grid that no responsibility grid covers, emptied for the test: its code and box."""
    [(code, west, south, east, north)] = site.sql(
        "SELECT code, ST_XMin(boundary), ST_YMin(boundary), ST_XMax(boundary), ST_YMax(boundary)"
        " FROM grids_unitgrid WHERE region_code LIKE %s ORDER BY ST_Area(boundary) DESC LIMIT 1",
        site.accounts[Role.GRID_WORKER]["jurisdiction"][:9] + "%",
    )
    ground = "ST_MakeEnvelope(%s, %s, %s, %s, 4326)"
    here = f"(SELECT id FROM grids_responsibilitygrid WHERE ST_Intersects(boundary, {ground}))"
    for statement in (
        f"UPDATE grids_unitgrid SET responsibility_grid_id = NULL WHERE responsibility_grid_id IN {here}",
        f"DELETE FROM grids_posting WHERE grid_id IN {here}",
        f"DELETE FROM grids_responsibilitygrid WHERE id IN {here}",
    ):
        site.sql(statement, west, south, east, north)
    return {"code": code, "box": (west, south, east, north)}


def at_table(open_page, box):
    """The drawing table, looking at ``box`` from above, ready to draw."""
    page = open_page(Role.GIS_ADMINISTRATOR, "/grids")
    map_idle(page)
    look_at(page, box)
    page.get_by_role("button", name="绘制网格").click()
    expect(page.locator("#tools")).to_be_visible()
    return page


def look_at(page, box) -> None:
    map_eval(page, "(map, box) => map.fitBounds(box, { padding: 140, animate: false })", list(box))
    map_idle(page)


def corners(box, *, out: float = 0.06):
    """The box a little larger, so that its interior points lie inside, as lon, lat corners."""
    west, south, east, north = box
    dx, dy = (east - west) * out, (north - south) * out
    return [
        (west - dx, south - dy),
        (east + dx, south - dy),
        (east + dx, north + dy),
        (west - dx, north + dy),
    ]


def draw(page, places) -> None:
    """Click each corner, and the first one again."""
    spots = [on_screen(page, *place) for place in places]
    for x, y in [*spots, spots[0]]:
        page.mouse.move(x, y, steps=4)
        page.mouse.click(x, y, delay=30)
    expect(page.locator("#fit")).to_be_enabled()


def test_a_grid_is_drawn_fitted_staffed_and_saved(site, desk, free_ground):
    page = at_table(desk, free_ground["box"])
    draw(page, corners(free_ground["box"]))
    expect(page.locator("#facts")).to_contain_text("面积")
    page.get_by_role("button", name="贴合单元网格").click()
    expect(page.get_by_role("button", name="恢复手绘边界")).to_be_visible()
    page.get_by_label("名称").fill("浏览器第一网格")
    [(officer,)] = site.sql(
        "SELECT name FROM grids_officer o JOIN wangge_user u ON u.id = o.user_id"
        " WHERE u.is_active AND o.region_code LIKE %s ORDER BY o.id LIMIT 1",
        free_ground["code"][:9] + "%",
    )
    page.get_by_label("网格员", exact=True).fill(officer)
    page.get_by_role("option").first.click()
    screenshot(page, "grids-drawing")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#list")).to_contain_text("浏览器第一网格")
    [(code, linked, lon, lat)] = site.sql(
        "SELECT g.code, count(u.id), ST_X(ST_PointOnSurface(g.boundary)), ST_Y(ST_PointOnSurface(g.boundary))"
        " FROM grids_responsibilitygrid g LEFT JOIN grids_unitgrid u ON u.responsibility_grid_id = g.id"
        " WHERE g.name = '浏览器第一网格' GROUP BY g.id"
    )
    assert re.fullmatch(free_ground["code"][:9] + r"G\d{3}", code)
    assert linked >= 1
    look_at(page, free_ground["box"])
    drawn = map_eval(
        page,
        "(map) => map.querySourceFeatures('responsibility-grids', {sourceLayer: 'responsibility-grids'})"
        ".map(({ properties }) => properties.code)",
    )
    assert code in drawn
    screenshot(page, "grids-saved")
    assert officer in json.dumps(located(site, lon, lat), ensure_ascii=False)


def located(site, lon: float, lat: float) -> dict:
    request = urllib.request.Request(
        f"{site.url}/api/locate?lon={lon}&lat={lat}",
        headers={"Cookie": f"sessionid={site.accounts[Role.GIS_ADMINISTRATOR]['session']}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def wrong_places(page) -> list[str]:
    """The kinds of geometry that are drawn in red."""
    return map_eval(page, "(map) => map.querySourceFeatures('wrong').map(({ geometry }) => geometry.type)")


def test_a_knot_is_shown_in_red_with_its_sentence(desk, free_ground, forgive):
    forgive("status of 400")
    page = at_table(desk, free_ground["box"])
    a, b, c, d = corners(free_ground["box"])
    draw(page, [a, c, b, d])
    page.get_by_label("名称").fill("打结")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").filter(has_text="自相交")).to_be_visible()
    map_idle(page)
    assert "Point" in wrong_places(page)
    screenshot(page, "grids-crosses-itself")


def test_an_overlap_is_shown_in_red_with_its_owner(site, desk, forgive):
    forgive("status of 409")
    [(name, west, south, east, north)] = site.sql(
        "SELECT name, ST_XMin(boundary), ST_YMin(boundary), ST_XMax(boundary), ST_YMax(boundary)"
        " FROM grids_responsibilitygrid WHERE region_code LIKE %s ORDER BY ST_Area(boundary) LIMIT 1",
        site.accounts[Role.GRID_WORKER]["jurisdiction"] + "%",
    )
    lon, lat, dx, dy = (west + east) / 2, (south + north) / 2, (east - west) / 8, (north - south) / 8
    page = at_table(desk, (west, south, east, north))
    draw(page, [(lon - dx, lat - dy), (lon + dx, lat - dy), (lon + dx, lat + dy), (lon - dx, lat + dy)])
    page.get_by_label("名称").fill("重叠")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").filter(has_text=name)).to_be_visible()
    map_idle(page)
    assert wrong_places(page)
    screenshot(page, "grids-overlap")


def test_a_draft_survives_a_reload(desk, free_ground):
    page = at_table(desk, free_ground["box"])
    draw(page, corners(free_ground["box"]))
    page.get_by_label("名称").fill("没画完")
    page.reload()
    expect(page.get_by_label("名称")).to_have_value("没画完", timeout=30_000)
    expect(page.locator("#fit")).to_be_enabled()


def test_a_step_is_undone(desk, free_ground):
    page = at_table(desk, free_ground["box"])
    draw(page, corners(free_ground["box"]))
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("#fit")).to_be_disabled()
    page.get_by_role("button", name="重做").click()
    expect(page.locator("#fit")).to_be_enabled()


def test_others_read_the_grids_and_draw_none(desk):
    page = desk(Role.VIEWER, "/grids")
    expect(page.locator("#list [data-grid]").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="绘制网格")).to_have_count(0)


def test_the_table_on_a_phone(phone, free_ground):
    page = at_table(phone, free_ground["box"])
    spots = [on_screen(page, *place) for place in corners(free_ground["box"])]
    for x, y in [*spots, spots[0]]:
        page.touchscreen.tap(x, y)
    expect(page.locator("#fit")).to_be_enabled()
    map_idle(page)
    screenshot(page, "grids-phone")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
