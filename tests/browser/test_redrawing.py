"""Each tool of the drawing table that changes grids, with the mouse; the result is read from the database."""

import json
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import map_eval, map_idle, on_screen, screenshot

NEIGHBOURS = """
  SELECT a.id, b.id, ST_X(sa.p), ST_Y(sa.p), ST_X(sb.p), ST_Y(sb.p),
         ST_XMin(x.e), ST_YMin(x.e), ST_XMax(x.e), ST_YMax(x.e)
  FROM grids_unitgrid a JOIN grids_unitgrid b ON a.boundary && b.boundary AND a.id < b.id
    AND a.region_code = b.region_code AND a.valid @> current_date AND b.valid @> current_date
  CROSS JOIN LATERAL (SELECT ST_PointOnSurface(a.boundary) AS p) sa
  CROSS JOIN LATERAL (SELECT ST_PointOnSurface(b.boundary) AS p) sb
  CROSS JOIN LATERAL (SELECT ST_Extent(g) AS e FROM unnest(ARRAY[a.boundary, b.boundary]) g) x
  WHERE ST_Length(ST_Intersection(a.boundary, b.boundary)::geography) > 60
    AND a.region_code LIKE %s AND {condition}
  ORDER BY a.code, b.code OFFSET %s LIMIT 1"""
PICKED = """(n) => {
  const key = Object.keys(localStorage).find((name) => name.startsWith("wangge-changing"));
  return key && JSON.parse(localStorage.getItem(key)).asked.picked.length >= n;
}"""
SAME = "a.responsibility_grid_id = b.responsibility_grid_id"
OTHER = "a.responsibility_grid_id <> b.responsibility_grid_id"


@pytest.fixture
def table(site, desk):
    """``table(tool, offset)``: the page with the tool chosen, over two neighbours; and these two."""

    def at(tool: str, offset: int, *, condition: str = SAME):
        district = site.accounts[Role.GRID_WORKER]["jurisdiction"][:6] + "%"
        [row] = site.sql(NEIGHBOURS.format(condition=condition), district, offset)
        one, other, *places = row
        page = desk(Role.GIS_ADMINISTRATOR, "/grids")
        map_idle(page)
        map_eval(page, "(map, box) => map.fitBounds(box, { padding: 180, animate: false })", places[4:])
        map_idle(page)
        page.get_by_role("button", name=tool, exact=True).click()
        expect(page.locator("#rd")).to_be_visible()
        return page, (one, tuple(places[:2])), (other, tuple(places[2:4]))

    return at


def click(page, place) -> None:
    x, y = on_screen(page, *place)
    page.mouse.move(x, y, steps=3)
    page.mouse.click(x, y, delay=30)


def pick(page, *grids) -> None:
    """Click grids one after the other, each when the one before has been taken."""
    for n, (_id, place) in enumerate(grids, start=1):
        click(page, place)
        page.wait_for_function(PICKED, arg=n)


def save(page, why: str) -> None:
    expect(page.locator("#rd-save")).to_be_enabled(timeout=20_000)
    page.get_by_label("变更原因").fill(why)
    page.get_by_role("button", name="保存变更").click()
    expect(page.locator("#rd")).to_be_hidden(timeout=20_000)


def made(site, why: str, table: str = "unitgrid") -> int:
    """How many versions the edit with this reason has begun."""
    [(count,)] = site.sql(
        f"SELECT count(*) FROM grids_{table} g JOIN grids_edit e ON e.id = g.made_in_id WHERE e.why = %s", why
    )
    return count


def test_grids_are_merged(site, table):
    page, one, other = table("合并", 0)
    pick(page, one, other)
    expect(page.locator("#rd-facts")).to_contain_text("2 → 1", timeout=20_000)
    map_idle(page)
    screenshot(page, "grids-merge")
    save(page, "浏览器合并")
    [(ended,)] = site.sql(
        "SELECT count(*) FROM grids_unitgrid WHERE id IN (%s, %s) AND NOT valid @> current_date",
        one[0],
        other[0],
    )
    assert (ended, made(site, "浏览器合并")) == (2, 1)


def test_a_grid_is_split_by_a_line(site, table):
    page, one, _other = table("拆分", 5)
    pick(page, one)
    [(west, east)] = site.sql(
        "SELECT ST_XMin(boundary), ST_XMax(boundary) FROM grids_unitgrid WHERE id = %s",
        one[0],
    )
    _lon, lat = one[1]
    for place in ((west - 3e-4, lat), (east + 3e-4, lat)):
        click(page, place)
    expect(page.locator("#rd-facts")).to_contain_text("1 →", timeout=20_000)
    screenshot(page, "grids-split")
    save(page, "浏览器拆分")
    assert made(site, "浏览器拆分") >= 2


def test_a_shared_corner_is_dragged(site, table):
    page, one, other = table("调整边界", 10)
    pick(page, one)
    [(text,)] = site.sql(
        "SELECT ST_AsGeoJSON(ST_Intersection(a.boundary, b.boundary), 15)"
        " FROM grids_unitgrid a, grids_unitgrid b WHERE a.id = %s AND b.id = %s",
        one[0],
        other[0],
    )
    border = json.loads(text)
    line = (
        max(border["coordinates"], key=len) if border["type"] == "MultiLineString" else border["coordinates"]
    )
    (x1, y1), (x2, y2) = max(
        pairwise(line), key=lambda s: (s[0][0] - s[1][0]) ** 2 + (s[0][1] - s[1][1]) ** 2
    )
    map_idle(page)
    middle = on_screen(page, (x1 + x2) / 2, (y1 + y2) / 2)
    inside = on_screen(page, *other[1])
    page.mouse.move(*middle, steps=3)
    page.mouse.down()
    page.mouse.move(
        middle[0] + (inside[0] - middle[0]) * 0.2, middle[1] + (inside[1] - middle[1]) * 0.2, steps=6
    )
    page.mouse.up()
    expect(page.locator("#rd-facts")).to_contain_text("2 → 2", timeout=20_000)
    screenshot(page, "grids-reshape")
    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.locator("#rd-save")).to_be_disabled()
    page.get_by_role("button", name="重做", exact=True).click()
    save(page, "浏览器调整")
    assert made(site, "浏览器调整") == 2


def test_a_unit_grid_is_transferred(site, table):
    page, one, other = table("划转", 3, condition=OTHER)
    pick(page, one, other)
    expect(page.locator("#rd-facts")).to_contain_text("2 → 2", timeout=20_000)
    screenshot(page, "grids-transfer")
    save(page, "浏览器划转")
    [(together,)] = site.sql(
        "SELECT a.responsibility_grid_id = b.responsibility_grid_id FROM grids_unitgrid a, grids_unitgrid b"
        " WHERE a.id = %s AND b.id = %s",
        one[0],
        other[0],
    )
    assert together
    assert made(site, "浏览器划转", "responsibilitygrid") == 2


def test_a_grid_is_retired(site, table):
    page, one, other = table("撤并", 20)
    pick(page, one, other)
    save(page, "浏览器撤并")
    [(heir,)] = site.sql(
        "SELECT to_unitgrid_id FROM grids_unitgrid_ancestors l"
        " JOIN grids_unitgrid g ON g.id = l.from_unitgrid_id"
        " JOIN grids_edit e ON e.id = g.made_in_id WHERE e.why = %s AND l.to_unitgrid_id = %s",
        "浏览器撤并",
        one[0],
    )
    assert heir == one[0]


def test_what_is_refused_is_red_and_nothing_is_lost(site, table, forgive):
    forgive("status of 409")
    page, one, other = table("合并", 30)
    pick(page, one, other)
    expect(page.locator("#rd-save")).to_be_enabled(timeout=20_000)
    by_hand = {"grids": [one[0], other[0]], "why": "别人", "key": "5f3c1c1e-0000-4000-8000-000000000001"}
    answer = page.evaluate(
        """async (body) => {
          const token = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="))?.slice(10);
          const answer = await fetch("/api/unit-grids/merge", { method: "POST", body: JSON.stringify(body),
            headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
          return answer.status;
        }""",
        by_hand,
    )
    assert answer == 200
    page.get_by_role("button", name="保存变更").click()
    expect(page.get_by_role("alert").filter(has_text="修改")).to_be_visible(timeout=20_000)
    map_idle(page)
    assert map_eval(page, "(map) => map.querySourceFeatures('wrong').length") > 0
    assert map_eval(page, "(map) => map.querySourceFeatures('picked').length") > 0
    screenshot(page, "grids-changed-meanwhile")


def test_an_unfinished_change_survives_a_reload(table):
    page, one, other = table("合并", 40)
    pick(page, one, other)
    page.reload()
    expect(page.locator("#rd-save")).to_be_enabled(timeout=30_000)


def test_a_community_is_drafted(site, table):
    page, one, _other = table("自动划分", 60)
    click(page, one[1])
    expect(page.locator("#rd-facts")).to_contain_text("达标比例", timeout=30_000)
    map_idle(page)
    screenshot(page, "grids-draft")
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#rd")).to_be_hidden()
