"""The report page as a grid worker uses it in the street."""

import io
import re
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import map_eval, map_idle, screenshot

expect.set_options(timeout=15_000)  # two cores, many processes
WORKER = Role.GRID_WORKER
GOOD_DAY_S = 20  # for a whole report, by a practised worker; the script does not hesitate


def jpeg(*, width=1600, height=1200) -> dict:
    """A photograph as the camera hands it over, with its place in it."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "JPEG", exif=gps())
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def gps() -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (34.0, 1.0, 48.0)
    return exif


@pytest.fixture
def spot(site):
    """``spot(n)``: a place in the worker's own grid, 13 m from the next."""
    username = site.accounts[WORKER]["username"]
    [(lon, lat)] = site.sql(
        """SELECT ST_X(p), ST_Y(p) FROM (
             SELECT ST_PointOnSurface(u.boundary) AS p FROM wangge_user w
             JOIN grids_officer o ON o.user_id = w.id JOIN grids_posting t ON t.officer_id = o.id
             JOIN grids_unitgrid u ON u.responsibility_grid_id = t.grid_id
             WHERE w.username = %s ORDER BY ST_Area(u.boundary) DESC LIMIT 1) s""",
        username,
    )
    step = 13 / 111_320
    return lambda n: (lon + (n % 4 - 1.5) * step * 1.2, lat + (n // 4 - 1) * step)


@pytest.fixture
def elsewhere(site):
    """A place of the district in somebody else's grid, and the name of that grid."""
    username = site.accounts[WORKER]["username"]
    [(lon, lat, name)] = site.sql(
        """SELECT ST_X(p), ST_Y(p), name FROM (
             SELECT ST_PointOnSurface(g.boundary) AS p, g.name FROM grids_responsibilitygrid g
             WHERE g.region_code LIKE '411002%%' AND upper_inf(g.valid) AND g.id NOT IN (
               SELECT t.grid_id FROM grids_posting t JOIN grids_officer o ON o.id = t.officer_id
               JOIN wangge_user w ON w.id = o.user_id WHERE w.username = %s)
             ORDER BY g.code DESC LIMIT 1) s""",
        username,
    )
    return (lon, lat), name


@pytest.fixture
def report(phone, spot):
    """``report(n)``: the page, knowing that it is at ``spot(n)``, with the server's answer for it."""

    def open_it(n=0, **options):
        page = phone(WORKER, "/report", at=options.pop("at", None) or spot(n), **options)
        expect(page.locator("#where .report-place")).to_be_visible()
        return page

    return open_it


def answered(page):
    """The place under the pin is known."""
    expect(page.locator("#where")).to_have_attribute("aria-busy", "false")


def choose(page, name=None):
    """Tap one of the classes at hand."""
    classes = page.locator("#quick [data-id]")
    (classes.filter(has_text=name) if name else classes).first.click()
    answered(page)


def take_photo(page, photo=None):
    page.locator("#camera").set_input_files(photo or jpeg())
    expect(page.locator(".report-photo").last).to_be_visible()


def send(page):
    page.locator("#send").click()


def number_on(page) -> str:
    number = page.locator("[data-fact=number]")
    expect(number).to_be_visible()
    return number.inner_text()


def cases_of(site, number):
    """Photographs, stage and cross-grid mark of the cases with this number."""
    return site.sql(
        "SELECT (SELECT count(*) FROM cases_casephoto p WHERE p.case_id = c.id), c.stage, c.is_cross_grid"
        " FROM cases_case c WHERE number = %s",
        number,
    )


def last_case(site) -> int:
    return site.sql("SELECT COALESCE(max(id), 0) FROM cases_case")[0][0]


def new_cases(site, since: int) -> list[int]:
    """How many photographs each case has that came after ``since``."""
    return [
        photos
        for (photos,) in site.sql(
            "SELECT (SELECT count(*) FROM cases_casephoto p WHERE p.case_id = c.id)"
            " FROM cases_case c WHERE id > %s",
            since,
        )
    ]


# --- the good day -------------------------------------------------------------------------------


def test_camera_class_send_is_the_whole_path_and_takes_less_than_twenty_seconds(phone, spot, site):
    page = phone(WORKER, "/report", at=spot(0))
    expect(page.locator("#quick [data-id]").first).to_be_visible()
    started = time.monotonic()
    take_photo(page)
    choose(page)
    send(page)
    number = number_on(page)
    took_s = time.monotonic() - started
    print(f"camera, class, send: {took_s:.1f} s")
    expect(page.locator("#photo-progress")).to_have_text("已上传 1 张照片")
    assert cases_of(site, number) == [(1, "reported", False)]
    assert took_s < GOOD_DAY_S


def test_the_place_grid_and_officer_stand_under_the_map(report):
    page = report(0)
    map_idle(page)
    expect(page.locator("#where")).to_contain_text("单元网格 411002")
    expect(page.locator("#where .report-grid .chip")).to_be_visible()
    screenshot(page, "report-phone-light")


def test_it_looks_right_at_night(report):
    page = report(0, color_scheme="dark")
    take_photo(page)
    map_idle(page)
    screenshot(page, "report-phone-dark")


def test_after_sending_number_and_grid_are_told_and_the_next_one_begins_empty(report):
    page = report(1)
    choose(page)
    page.get_by_label("问题描述").fill("路口堆了两袋建筑垃圾")
    send(page)
    number_on(page)
    screenshot(page, "report-sent-phone")
    page.get_by_role("button", name="下一件").click()
    answered(page)
    expect(page.get_by_label("问题描述")).to_have_value("")
    expect(page.locator("#quick [aria-pressed=true]")).to_have_count(0)


def test_without_a_class_the_report_is_not_sent(report, site):
    before = last_case(site)
    page = report(2)
    send(page)
    expect(page.locator("#class-wrong")).to_have_text("请先选择类别。")
    assert new_cases(site, before) == []


def test_moving_the_map_moves_the_place(report):
    page = report(2)
    answered(page)
    before = page.locator("#where").inner_text()
    map_eval(
        page, "(map) => { const { lng, lat } = map.getCenter(); map.jumpTo({ center: [lng + 0.004, lat] }); }"
    )
    expect(page.locator("#where")).not_to_have_text(before, use_inner_text=True)
    page.get_by_role("button", name="我的位置").click()
    expect(page.locator("#where")).to_have_text(before, use_inner_text=True)


def test_a_late_answer_for_an_earlier_place_is_dropped(report):
    """The first question hangs on a slow network while the map moves on."""
    page = report(2)
    answered(page)
    held = []
    page.route("**/api/locate*", lambda route: held.append(route) if not held else route.continue_())
    move = (
        "(map, east) => { const { lng, lat } = map.getCenter(); map.jumpTo({ center: [lng + east, lat] }); }"
    )
    with page.expect_request("**/api/locate*"):
        map_eval(page, move, 0.004)
    with page.expect_response("**/api/locate*"):
        map_eval(page, move, 0.004)
    answered(page)
    now = page.locator("#where").inner_text()
    held[0].fulfill(json={"place": "旧地点", "similar": None})
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(page.locator("#where")).to_have_text(now, use_inner_text=True)


# --- classes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["暴露垃", "0110", "bllj"])
def test_a_class_is_found_by_name_code_or_initials(report, words):
    page = report(2)
    page.get_by_role("button", name="全部类别").click()
    page.get_by_label("搜索类别").fill(words)
    page.locator("#class-results button", has_text="暴露垃圾").click()
    expect(
        page.locator("#quick [aria-pressed=true], #class-chosen").filter(has_text="暴露垃圾")
    ).to_be_visible()


def test_a_class_is_found_in_the_tree_by_keyboard(report):
    page = report(2)
    page.get_by_role("button", name="全部类别").focus()
    page.keyboard.press("Enter")
    page.get_by_role("treeitem", name="01 市容环境").first.focus()
    page.keyboard.press("ArrowRight")
    leaf = page.get_by_role("treeitem", name="0101 私搭乱建")
    expect(leaf).to_be_visible()
    screenshot(page, "report-classes-phone")
    leaf.focus()
    page.keyboard.press("Enter")
    expect(
        page.locator("#quick [aria-pressed=true], #class-chosen").filter(has_text="私搭乱建")
    ).to_be_visible()


def test_a_word_that_no_class_has_says_so(report):
    page = report(2)
    page.get_by_role("button", name="全部类别").click()
    page.get_by_label("搜索类别").fill("火星")
    expect(page.locator("#class-count")).to_contain_text("没有找到")


# --- not my grid, the same thing ----------------------------------------------------------------


def test_outside_my_grid_the_page_says_whose_it_is_and_still_reports(report, elsewhere, site):
    at, name = elsewhere
    page = report(at=at)
    expect(page.locator("[data-strip=cross-grid]")).to_contain_text(name)
    map_idle(page)
    screenshot(page, "report-cross-grid-phone")
    choose(page)
    for other in page.get_by_role("button", name="另一件").all():
        other.click()
    send(page)
    assert cases_of(site, number_on(page)) == [(0, "reported", True)]


def test_outside_the_district_the_report_is_refused_before_it_is_sent(phone, site, forgive):
    forgive("status of 422")
    west, south, _east, _north = site.bounds
    page = phone(WORKER, "/report", at=(west - 0.05, south - 0.05))
    expect(page.locator("[data-strip=place]")).to_be_visible()
    expect(page.locator("#send")).to_be_disabled()


def test_a_similar_case_is_confirmed_instead_of_reported_again(report, site):
    first = report(3)
    take_photo(first)
    choose(first)
    name = first.locator("#quick [aria-pressed=true]").inner_text()
    send(first)
    number = number_on(first)
    expect(first.locator("#photo-progress")).to_have_text(re.compile("1"))
    before = last_case(site)
    again = report(3)
    choose(again, name)
    card = again.locator(f"[data-case='{number}']")
    expect(card.get_by_role("img")).to_be_visible()
    send(again)  # not before it is decided
    expect(again.get_by_text("请先选择是同一件还是另一件")).to_be_visible()
    screenshot(again, "report-similar-phone")
    card.get_by_role("button", name="是同一件").click()
    assert number_on(again) == number
    assert new_cases(site, before) == []
    events = site.sql(
        "SELECT action FROM cases_caseevent e JOIN cases_case c ON c.id = e.case_id"
        " WHERE number = %s ORDER BY e.id",
        number,
    )
    assert events == [("report",), ("confirm",)]


# --- the position -------------------------------------------------------------------------------


def test_without_permission_for_the_position_the_pin_is_placed_by_hand(phone, spot, site):
    page = phone(WORKER, "/report", at=None)
    expect(page.locator("[data-strip=position]")).to_contain_text("没有定位权限")
    lon, lat = spot(4)
    map_eval(page, "(map, center) => map.jumpTo({ center, zoom: 18 })", [lon, lat])
    expect(page.locator("#where .report-place")).to_be_visible()
    answered(page)
    screenshot(page, "report-no-gps-phone")
    choose(page)
    send(page)
    assert cases_of(site, number_on(page)) == [(0, "reported", False)]


def test_a_poor_position_says_how_poor(report):
    page = report(2, accuracy_m=120)
    expect(page.locator("[data-strip=accuracy]")).to_contain_text("120 米")


def test_without_a_secure_connection_the_pin_is_placed_by_hand(phone):
    page = phone(WORKER)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto("/report")
    expect(page.locator("[data-strip=position]")).to_contain_text("https")
    expect(page.locator("#where .report-place")).to_be_visible()


# --- the draft ----------------------------------------------------------------------------------


DRAFT = """async (wanted) => {
  const ask = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  for (;;) {
    const db = await ask(indexedDB.open("wangge-reports"));
    const parts = await ask(db.transaction("drafts").objectStore("drafts").getAll());
    db.close();
    if (wanted ? JSON.stringify(parts).includes(wanted) : !parts.length) return;
    await new Promise(requestAnimationFrame);
  }
}"""


def kept(page, words: str) -> None:
    """The phone keeps a draft with these words; with none, it keeps no draft."""
    page.evaluate(DRAFT, words)


def ready(page):
    """All that is known at the start is there: the classes, and the draft if there is one."""
    expect(page.locator("#quick")).to_have_attribute("aria-busy", "false")
    answered(page)


@pytest.fixture
def begun(report):
    """A report that was begun by a page that died."""
    page = report(12)
    take_photo(page)
    choose(page)
    page.get_by_label("问题描述").fill("井盖裂了，已围挡")
    kept(page, "井盖裂了，已围挡")
    context, place = page.context, page.locator("#where .report-place").inner_text()
    page.close()
    again = context.new_page()
    again.goto("/report")
    ready(again)
    return again, place


def test_what_was_not_sent_is_there_again_with_its_place(begun):
    page, place = begun
    expect(page.locator("[data-strip=draft]")).to_be_visible()
    expect(page.get_by_label("问题描述")).to_have_value("井盖裂了，已围挡")
    expect(page.locator(".report-photo")).to_have_count(1)
    expect(page.locator("#quick [aria-pressed=true]")).to_have_count(1)
    expect(page.locator("#where .report-place")).to_have_text(place, use_inner_text=True)
    screenshot(page, "report-restored-phone")


def test_a_draft_is_gone_once_it_is_sent(begun, site):
    page, _place = begun
    before = last_case(site)
    send(page)
    number_on(page)
    expect(page.locator("#photo-progress")).to_have_text("已上传 1 张照片")
    page.reload()
    ready(page)
    expect(page.locator("[data-strip=draft]")).to_have_count(0)
    assert new_cases(site, before) == [1]


def test_a_draft_is_discarded(begun):
    page, _place = begun
    page.locator("[data-strip=draft]").get_by_role("button", name="丢弃").click()
    expect(page.locator(".report-photo")).to_have_count(0)
    kept(page, "")
    page.reload()
    ready(page)
    expect(page.locator("[data-strip=draft]")).to_have_count(0)
    expect(page.get_by_label("问题描述")).to_have_value("")


# --- once ---------------------------------------------------------------------------------------


def test_a_double_tap_is_one_case(report, site):
    page = report(5)
    choose(page)
    before = last_case(site)
    page.locator("#send").dblclick()
    number_on(page)
    page.wait_for_load_state("networkidle")
    assert new_cases(site, before) == [0]


def test_an_answer_lost_on_the_way_does_not_double_the_case(report, site, forgive):
    """The server has the report; the phone does not know."""
    forgive("ERR_FAILED")
    page = report(6)
    take_photo(page)
    choose(page)
    before = last_case(site)
    lost = []

    def lose_first(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/api/cases", lose_first)
    send(page)
    expect(page.get_by_role("heading", name="已存在本机")).to_be_visible()
    page.get_by_role("button", name="立即发送").click()
    expect(page.locator("#outbox")).to_be_hidden()
    assert (lost, new_cases(site, before)) == ([201], [1])


def test_without_network_the_report_waits_and_arrives_once_with_its_photos(report, site, forgive):
    forgive("ERR_INTERNET_DISCONNECTED")
    page = report(7)
    choose(page)
    take_photo(page)
    take_photo(page, jpeg(width=800))
    before = last_case(site)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("#outbox")).to_contain_text("已存在本机，1 条待发")
    screenshot(page, "report-kept-phone")
    page.context.set_offline(False)
    expect(page.locator("#outbox")).to_be_hidden()
    assert new_cases(site, before) == [2]


def test_a_report_that_waits_is_sent_when_the_page_is_opened_again(report, site, forgive):
    forgive("ERR_INTERNET_DISCONNECTED")
    page = report(8)
    choose(page)
    take_photo(page)
    before = last_case(site)
    page.context.set_offline(True)
    send(page)
    expect(page.get_by_role("heading", name="已存在本机")).to_be_visible()
    context = page.context
    page.close()
    context.set_offline(False)
    assert new_cases(site, before) == []
    again = context.new_page()
    again.goto("/cases/mine")
    expect(again.get_by_text("1 条待发上报已送达")).to_be_visible()
    assert new_cases(site, before) == [1]


def test_a_server_that_is_down_for_a_moment_loses_nothing(report, site, forgive):
    forgive("status of 503")
    page = report(9)
    choose(page)
    before = last_case(site)
    page.route("**/api/cases", lambda route: route.fulfill(status=503, body="down"))
    send(page)
    expect(page.get_by_role("heading", name="已存在本机")).to_be_visible()
    page.unroute("**/api/cases")
    page.get_by_role("button", name="立即发送").click()
    expect(page.locator("#outbox")).to_be_hidden()
    assert new_cases(site, before) == [0]


def test_a_report_that_the_server_cannot_take_holds_up_no_other(report, site, forgive):
    forgive("status of 50[03]")
    page = report(13)
    before, keys, is_down = last_case(site), [], [True]

    def answer(route):
        keys.append(route.request.post_data_json["client_key"])
        if is_down[0]:
            route.fulfill(status=503, body="down")
        elif keys[-1] == keys[0]:
            route.fulfill(status=500, body="a mistake")
        else:
            route.continue_()

    page.route("**/api/cases", answer)
    for _ in range(2):
        choose(page)
        send(page)
        page.get_by_role("button", name="下一件").click()
        answered(page)
    expect(page.locator("#outbox")).to_contain_text("2 条待发")
    is_down[0] = False
    page.get_by_role("button", name="立即发送").click()
    expect(page.locator("#outbox")).to_contain_text("1 条待发")
    assert new_cases(site, before) == [0]


# --- photographs --------------------------------------------------------------------------------


def test_a_broken_photograph_is_refused_with_a_sentence(report):
    page = report(2)
    page.locator("#camera").set_input_files(
        {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no photograph"}
    )
    expect(page.get_by_role("alert").filter(has_text="照片无法读取")).to_be_visible()
    expect(page.locator(".report-photo")).to_have_count(0)


def test_a_photograph_is_made_smaller_before_it_is_sent(report, site):
    page = report(10)
    take_photo(page, jpeg(width=3000, height=4000))
    choose(page)
    with page.expect_request("**/photos") as asked:
        send(page)
    number = number_on(page)
    expect(page.locator("#photo-progress")).to_have_text("已上传 1 张照片")
    size = site.sql(
        "SELECT width, height FROM cases_casephoto p JOIN cases_case c ON c.id = p.case_id WHERE number = %s",
        number,
    )
    assert (asked.value.method, size) == ("POST", [(1536, 2048)])


def test_a_photograph_is_removed_again(report):
    page = report(2)
    take_photo(page)
    page.get_by_role("button", name="移除第 1 张照片").click()
    expect(page.locator(".report-photo")).to_have_count(0)


def test_after_six_photographs_no_more_are_taken(report):
    page = report(2)
    page.locator("#album").set_input_files([jpeg(width=80 + n, height=60) for n in range(6)])
    expect(page.locator(".report-photo")).to_have_count(6)
    expect(page.locator("#take")).to_be_hidden()


# --- other readers, other rooms -----------------------------------------------------------------


def test_the_page_speaks_english_to_who_reads_english(report):
    page = report(2, locale="en-GB")
    expect(page.get_by_role("button", name="Report it")).to_be_visible()
    map_idle(page)
    screenshot(page, "report-phone-english")
    assert not re.search(r"[\u4e00-\u9fff]", page.locator("#quick").inner_text())


def test_a_manager_reports_from_a_desk(desk, spot):
    place = {"longitude": spot(2)[0], "latitude": spot(2)[1], "accuracy": 20}
    page = desk(Role.STREET_MANAGER, "/report", geolocation=place, permissions=["geolocation"])
    expect(page.locator("#where .report-place")).to_be_visible()
    map_idle(page)
    screenshot(page, "report-desk")


def test_my_reports_list_what_i_sent(report):
    page = report(11)
    take_photo(page)
    choose(page)
    send(page)
    number = number_on(page)
    expect(page.locator("#photo-progress")).to_have_text("已上传 1 张照片")
    page.get_by_role("link", name="我的上报").click()
    expect(page.get_by_role("listitem").filter(has_text=number)).to_contain_text("已上报")
    screenshot(page, "report-mine-phone")
