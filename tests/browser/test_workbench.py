"""The map workbench as a GIS administrator uses it."""

import re

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import map_eval, map_idle, on_screen, screenshot


@pytest.fixture
def workbench(desk):
    """``workbench(query)``: the workbench, drawn; on a small screen, because pixels cost time here."""

    def open_it(query="", width=1100, height=700):
        page = desk(Role.GIS_ADMINISTRATOR, f"/map{query}", viewport={"width": width, "height": height})
        expect(page.locator(".wb-layer").first).to_be_attached(timeout=30_000)  # what is shown is known now
        map_idle(page)
        return page

    return open_it


def box_around_middle(site, share):
    """The corners (west, south), (east, north) of the middle of the district, as a share of it."""
    west, south, east, north = site.bounds
    x, y, half_x, half_y = (
        (west + east) / 2,
        (south + north) / 2,
        (east - west) * share / 2,
        (north - south) * share / 2,
    )
    return (x - half_x, y - half_y), (x + half_x, y + half_y)


def first_community(site):
    """Code and name."""
    return site.sql(
        "SELECT code, name FROM grids_region WHERE length(code) = 12 AND code LIKE '411002%%' ORDER BY code"
    )[0]


def first_building(site):
    """Its id, and the longitude and latitude of a point in it."""
    return site.sql(
        "SELECT id, ST_X(p), ST_Y(p) FROM"
        " (SELECT id, ST_PointOnSurface(footprint) AS p FROM buildings_building) AS b ORDER BY id LIMIT 1"
    )[0]


def drag(page, start, end):
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=6)
    page.mouse.up()


def click_along(page, places):
    for place in places:
        page.mouse.move(*on_screen(page, *place), steps=4)
        page.mouse.click(*on_screen(page, *place), delay=30)


def found_cases(page):
    """The number on the chip of the layer of cases."""
    chip = page.locator("#results-layers").get_by_role("button", name=re.compile(r"^案件 [\d,]+$"))
    expect(chip).to_be_visible()
    return int(chip.inner_text().split()[-1].replace(",", ""))


def test_the_tree_counts_what_is_there_and_switches_layers_on_the_map(workbench, site):
    page = workbench(width=1920, height=1080)
    (count,) = site.sql("SELECT count(*) FROM cases_case WHERE region_code LIKE '411002%%'")[0]
    row = page.locator(".wb-layer").filter(has=page.get_by_role("checkbox", name="案件", exact=True))
    expect(row).to_contain_text(f"{count:,}")
    row.get_by_role("checkbox").uncheck()
    map_idle(page)
    shown = map_eval(page, "map => map.queryRenderedFeatures().some((f) => f.source === 'cases')")
    assert not shown
    expect(page).to_have_url(re.compile(r"layers=(?!.*\bcases\b)"))
    screenshot(page, "workbench")


def test_search_finds_a_region_previews_it_and_enter_opens_its_card(workbench, site):
    (name,) = site.sql(
        "SELECT name FROM grids_region WHERE length(code) = 12 AND code LIKE '411002%%' ORDER BY code"
    )[0]
    page = workbench()
    page.keyboard.press("/")
    page.keyboard.type(name)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    screenshot(page, "workbench-search")
    page.keyboard.press("Enter")
    expect(page.locator("#card-name")).to_have_text(name)
    expect(page.locator("#card .facts")).to_be_visible()
    map_idle(page)
    screenshot(page, "workbench-card")


def test_a_click_on_the_map_opens_the_card_of_what_lies_there(workbench, site):
    pk, lon, lat = first_building(site)
    page = workbench(f"?at={lon},{lat},18.5&layers=buildings")
    page.mouse.click(*on_screen(page, lon, lat))
    expect(page.locator("#card .facts")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"pick=buildings/{pk}\b"))
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()


def test_things_that_overlap_are_a_stack_to_turn_over(workbench, site):
    lon, lat = site.sql(
        "SELECT ST_X(p), ST_Y(p) FROM"
        " (SELECT ST_PointOnSurface(boundary) AS p FROM grids_unitgrid WHERE upper_inf(valid)"
        " ORDER BY id LIMIT 1) AS g"
    )[0]
    page = workbench(f"?at={lon},{lat},18&layers=unit-grids,responsibility-grids")
    page.mouse.click(*on_screen(page, lon, lat))
    expect(page.locator("#card-pager")).to_contain_text("1/")
    expect(page.locator("#card .facts")).to_be_visible()
    first = page.locator("#card-name").inner_text()
    page.get_by_role("button", name="此处重叠的下一个").click()
    expect(page.locator("#card .facts")).to_be_visible()
    expect(page.locator("#card-name")).not_to_have_text(first)


def test_a_box_holds_as_many_cases_as_the_database_says(workbench, site):
    start, end = box_around_middle(site, 0.2)
    page = workbench("?layers=cases")
    page.get_by_role("button", name="矩形查询").click()
    drag(page, start, end)
    counted = found_cases(page)
    west, south, east, north = map(float, re.search(r"range=box:([-\d.,]+)", page.url)[1].split(","))
    (stored,) = site.sql(
        "SELECT count(*) FROM cases_case"
        " WHERE ST_Intersects(location, ST_MakeEnvelope(%s,%s,%s,%s,4326)) AND region_code LIKE '411002%%'",
        west, south, east, north,
    )[0]  # fmt: skip
    assert counted == stored > 0
    screenshot(page, "workbench-box")


def test_a_circle_is_metres_on_the_ground(workbench, site):
    (lon, lat), (east, _north) = box_around_middle(site, 0.3)
    page = workbench("?layers=cases")
    page.get_by_role("button", name="圆形查询").click()
    drag(page, (lon, lat), (lon + (east - lon) / 3, lat))
    counted = found_cases(page)
    x, y, radius = map(float, re.search(r"range=circle:([-\d.,]+)", page.url)[1].split(","))
    (stored,) = site.sql(
        "SELECT count(*) FROM cases_case"
        " WHERE ST_DWithin(location::geography, ST_SetSRID(ST_MakePoint(%s,%s),4326)::geography, %s)"
        " AND region_code LIKE '411002%%'",
        x, y, radius,
    )[0]  # fmt: skip
    assert counted == pytest.approx(stored, abs=1)  # the address keeps decimetres
    assert stored > 0


def test_a_polygon_query_is_in_the_address_and_a_link_shows_the_same(workbench, site):
    (west, south), (east, north) = box_around_middle(site, 0.3)
    page = workbench("?layers=cases")
    page.get_by_role("button", name="多边形查询", exact=True).click()
    click_along(page, [(west, south), (east, south), ((west + east) / 2, north), (west, south)])
    counted = found_cases(page)
    again = workbench(page.url[page.url.index("?") :])
    assert found_cases(again) == counted > 0
    screenshot(again, "workbench-polygon")


def test_a_region_query_counts_what_is_at_home_there(workbench, site):
    code, name = site.sql(
        "SELECT code, name FROM grids_region WHERE length(code) = 12 AND code LIKE '411002%%' ORDER BY code"
    )[0]
    page = workbench("?layers=cases")
    page.get_by_role("button", name="按行政区划查询").click()
    page.locator("#regions").get_by_role("button", name=re.compile(name)).click()
    (stored,) = site.sql("SELECT count(*) FROM cases_case WHERE region_code LIKE %s", code + "%")[0]
    assert found_cases(page) == stored
    map_idle(page)
    screenshot(page, "workbench-region")


def test_the_table_and_the_map_are_tied_both_ways(workbench, site):
    pk, lon, lat = first_building(site)
    page = workbench(f"?at={lon},{lat},18&layers=buildings&range=circle:{lon},{lat},60&in=buildings")
    row = page.locator(f'tr[data-feature="buildings/{pk}"]')
    expect(row).to_be_visible()
    map_idle(page)
    page.mouse.click(*on_screen(page, lon, lat))
    expect(row).to_have_attribute("aria-selected", "true")
    other = (
        page.locator("#results-body tbody tr")
        .filter(has_not=page.locator(f'[data-feature="buildings/{pk}"]'))
        .first
    )
    other.get_by_role("button").first.click()
    expect(other).to_have_attribute("aria-selected", "true")


def test_measuring_agrees_with_postgis(workbench, site):
    (west, south), (east, north) = box_around_middle(site, 0.4)
    (metres,) = site.sql(
        "SELECT ST_Length(ST_SetSRID(ST_MakeLine(ST_MakePoint(%s,%s), ST_MakePoint(%s,%s)),4326)::geography)",
        west, south, east, north,
    )[0]  # fmt: skip
    page = workbench()
    page.get_by_role("button", name="测量距离").click()
    click_along(page, [(west, south), (east, north), (east, north)])
    expect(page.locator("#hint")).to_contain_text("清除")
    said = float(re.search(r"([\d.,]+) 公里", page.locator("#hint").inner_text())[1].replace(",", ""))
    assert said * 1000 == pytest.approx(metres, rel=0.01)  # a pixel of this view is metres
    expect(page.locator("#card")).to_be_hidden()  # the last click measured, it picked nothing
    screenshot(page, "workbench-distance")


def test_lengths_and_areas_on_the_ellipsoid_are_right_to_a_millionth(workbench, site):
    (west, south), (east, north) = box_around_middle(site, 0.8)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    text = "POLYGON((" + ",".join(f"{x} {y}" for x, y in ring) + "))"
    area, length = site.sql("SELECT ST_Area(g), ST_Perimeter(g) FROM (SELECT ST_GeogFromText(%s) g) q", text)[
        0
    ]
    page = workbench()
    ours = page.evaluate(
        """async (ring) => {
          const isGround = ({ name }) => /\\/tiles\\/ground\\.[^/]*js$/.test(name);
          const { name } = performance.getEntriesByType("resource").find(isGround);
          const { areaM2, lengthM } = await import(name);
          return [areaM2(ring), lengthM(ring)];
        }""",
        ring,
    )
    assert ours[1] == pytest.approx(length, rel=1e-6)
    assert ours[0] == pytest.approx(area, rel=1e-5)  # sides are parallels here, geodesics there


def test_escape_puts_a_tool_down_and_the_map_picks_again(workbench):
    page = workbench()
    button = page.get_by_role("button", name="圆形查询")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_theme_changes_the_map_and_what_was_found_stays_on_it(workbench, site):
    (west, south), (east, north) = box_around_middle(site, 0.1)
    page = workbench(f"?layers=cases&range=box:{west},{south},{east},{north}")
    found_cases(page)
    page.get_by_role("button", name=re.compile("的菜单$")).click()
    page.get_by_text("深色").click()
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'night'")
    map_idle(page)
    assert map_eval(page, "map => map.getStyle().metadata['wangge:theme']") == "night"
    assert map_eval(page, "map => map.queryRenderedFeatures({layers: ['range/line']}).length") > 0
    screenshot(page, "workbench-night")


def test_a_neighbours_link_shows_nothing_of_ours(visit, site, forgive):
    forgive("status of 404")
    stranger = site.accounts["stranger"]
    assert not stranger["jurisdiction"].startswith("411002")
    (pk,) = site.sql("SELECT min(id) FROM cases_case WHERE region_code LIKE '411002%%'")[0]
    page = visit("stranger", f"/map?pick=cases/{pk}", viewport={"width": 1280, "height": 800})
    expect(page.locator("#card").get_by_role("alert")).to_contain_text("没有您可以查看的内容")


def test_the_workbench_serves_on_a_phone(phone):
    page = phone(Role.COMMUNITY_MANAGER, "/map")
    map_idle(page)
    page.get_by_role("button", name="图层", exact=True).tap()
    expect(page.get_by_role("checkbox", name="案件", exact=True)).to_be_visible()
    screenshot(page, "workbench-phone-layers")
    page.get_by_role("button", name="关闭图层").tap()
    screenshot(page, "workbench-phone")
