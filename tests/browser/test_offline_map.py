"""The map of one's area on the phone: brought while there is a network, drawn while there is none."""

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import map_eval, map_idle, screenshot

WORKER = Role.GRID_WORKER
ROADS_DRAWN = """(map) => map.queryRenderedFeatures().filter(({ source, sourceLayer }) =>
  source === "base" && sourceLayer === "roads").length"""
TILES_FROM = "(map) => map.getStyle().sources.base.url ?? map.getStyle().sources.base.tiles[0]"


@pytest.fixture
def area(site):
    """The worker's community: its code, and two places in it that no view of a phone shows together."""
    code = site.accounts[WORKER]["jurisdiction"]
    rows = site.sql(
        """SELECT ST_X(ST_PointOnSurface(centreline)), ST_Y(ST_PointOnSurface(centreline))
             FROM buildings_road r JOIN grids_region g ON ST_Covers(g.boundary, ST_PointOnSurface(centreline))
            WHERE g.code = %s AND upper_inf(g.valid) AND kind = 'residential' ORDER BY 1""",
        code,
    )
    return code, rows[0], rows[-1]


@pytest.fixture
def pack(desk, area, site):
    """The pack of the worker's community, made once by the GIS administrator's button."""
    if site.sql("SELECT FROM tiles_pack WHERE region_code = %s", area[0]):
        return
    page = desk(Role.GIS_ADMINISTRATOR, "/admin/tiles/pack/add/")
    page.locator("#id_region_code").fill(area[0])
    page.locator("[name=_save]").click()
    expect(page.locator("#result_list")).to_contain_text(area[0])
    page.close()


@pytest.fixture
def report(phone, area, pack, forgive):
    """The report page at the one place, with the pack on the phone."""
    forgive(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    _code, here, _there = area
    page = phone(WORKER, "/report", at=here)
    control = page.locator("#offline-map")
    control.get_by_role("button", name="下载").click()
    expect(control.get_by_role("button", name="删除")).to_be_visible()
    map_idle(page)
    return page


def go(page, place):
    """Look at a place that was not on the screen before, until all is drawn that came."""
    look = "(map, center) => new Promise((r) => { map.once('idle', r); map.jumpTo({ center, zoom: 17.5 }); })"
    map_eval(page, f"(map, center) => ({look})(map, center).then(() => null)", list(place))


def drawn_from(page, whence: str):
    page.wait_for_selector(f'.maplibregl-map{whence}[aria-busy="false"]')


PACK, SERVER = '[data-tiles="pack"]', ":not([data-tiles])"


def test_without_network_the_map_goes_on_from_the_pack_and_returns_to_the_server(report, area):
    _code, _here, there = area
    report.reload()  # the pack survives it
    expect(report.locator("#offline-map")).to_contain_text("MB")
    expect(report.locator("#offline-map").get_by_role("button", name="删除")).to_be_visible()
    map_idle(report)
    report.context.set_offline(True)
    drawn_from(report, PACK)
    go(report, there)
    assert map_eval(report, ROADS_DRAWN) > 0
    assert map_eval(report, TILES_FROM).startswith("pmtiles://")
    expect(report.locator(".toast")).to_have_count(0)
    screenshot(report, "offline-map")
    report.context.set_offline(False)
    drawn_from(report, SERVER)
    assert map_eval(report, TILES_FROM).endswith("{z}/{x}/{y}.mvt")
    report.locator("#panel").evaluate("(panel) => panel.scrollTo(0, panel.scrollHeight)")
    screenshot(report, "offline-map-control")


def test_a_server_that_is_gone_is_no_different_from_a_network_that_is(report, area):
    _code, _here, there = area
    report.context.route("**/*", lambda route: route.abort())
    go(report, there)
    drawn_from(report, PACK)
    assert map_eval(report, ROADS_DRAWN) > 0
    expect(report.locator(".toast")).to_have_count(0)


def test_a_download_that_was_cut_goes_on_where_it_stopped(phone, area, pack, forgive):
    forgive(r"ERR_FAILED")
    page = phone(WORKER, "/report", at=area[1])
    asked, control = [], page.locator("#offline-map")

    def let_one_through(route):
        asked.append(route.request.headers["range"])
        route.continue_() if len(asked) == 1 else route.abort()

    page.route("**/*.pmtiles", let_one_through)
    control.get_by_role("button", name="下载").click()
    expect(page.locator(".toast")).to_contain_text("已下载的部分会保留")
    page.unroute("**/*.pmtiles")
    page.on("request", lambda request: asked.append(request.headers.get("range")))
    control.get_by_role("button", name="下载").click()
    expect(control.get_by_role("button", name="删除")).to_be_visible()
    assert asked.count("bytes=0-262143") == 1


def test_somebody_else_on_the_same_phone_does_not_get_the_pack(report, site):
    session = site.accounts[Role.DUTY_CHIEF]["session"]
    report.context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    report.reload()
    expect(report.locator("#offline-map").get_by_role("button", name="下载")).to_be_visible()


def test_a_removed_pack_is_gone_from_the_phone_and_offered_again(report):
    control = report.locator("#offline-map")
    control.get_by_role("button", name="删除").click()
    expect(control.get_by_role("button", name="下载")).to_be_visible()
    left = report.evaluate(
        """() => new Promise((resolve) => { indexedDB.open("wangge-packs").onsuccess = ({ target }) => {
             target.result.transaction("parts").objectStore("parts").count().onsuccess =
               (counted) => resolve(counted.target.result); }; })"""
    )
    assert left == 0
