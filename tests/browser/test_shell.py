"""The frame around every screen: themes, languages, keyboard, phones, and a network that fails."""

import re
import urllib.request

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import map_idle, screenshot

NAMELESS = """() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select")]
  .filter((control) => control.checkVisibility())
  .filter((control) => {
    const { ariaLabel, labels, textContent, title, value, type } = control;
    const words = [ariaLabel, title, textContent, type === "submit" ? value : ""];
    return ![...words, ...[...(labels ?? [])].map((label) => label.textContent)].some((text) => text?.trim());
  })
  .map((control) => control.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select")]
  .filter((control) => control.checkVisibility())
  .map((control) => (control.closest("label") ?? control))
  .filter((control) => Math.min(control.getBoundingClientRect().width, control.offsetHeight) < 44)
  .map((control) => control.outerHTML.slice(0, 120))"""


def test_the_style_page_shows_everything_in_both_themes(desk):
    page = desk(Role.GIS_ADMINISTRATOR, "/style")
    page.wait_for_function("() => customElements.get('wa-tree') && customElements.get('wa-select')")
    expect(page.get_by_role("region", name="深色")).to_be_visible()
    page.get_by_role("button", name="错误消息").click()
    expect(page.get_by_role("alert").filter(has_text="无法连接服务器")).to_be_visible()
    screenshot(page, "style")


def test_a_chosen_theme_is_there_from_the_first_byte_of_the_next_page(desk, site):
    page = desk(Role.VIEWER, "/tokens")
    page.get_by_role("button", name="的菜单").click()
    page.get_by_text("深色").click()
    assert 'data-theme="night"' in page.request.get(f"{site.url}/tokens").text()
    page.reload()
    background = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(18, 23, 21)"
    expect(page.locator("#tokens")).to_have_attribute("aria-busy", "false")
    screenshot(page, "tokens-night")


def test_without_a_choice_the_system_decides(desk):
    page = desk(None, "/sign-in", color_scheme="dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 21)"


def test_the_language_is_switched_in_place(desk):
    page = desk(Role.VIEWER, "/tokens")
    page.get_by_role("button", name="的菜单").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Access tokens")).to_be_visible()
    expect(page.get_by_text("You have no tokens yet.")).to_be_visible()


def test_the_menu_works_by_keyboard_alone(desk):
    page = desk(Role.VIEWER, "/tokens")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    menu = page.get_by_role("button", name="的菜单")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(menu).to_be_focused()


@pytest.mark.parametrize("path", ["/style", "/tokens", "/password", "/map"])
def test_every_control_has_a_name(desk, path):
    page = desk(Role.GIS_ADMINISTRATOR, path)
    if path == "/map":
        map_idle(page)
        expect(page.locator("#layers-body")).to_have_attribute("aria-busy", "false")
    assert page.evaluate(NAMELESS) == []


@pytest.mark.parametrize("path", ["/sign-in", "/password"])
def test_what_a_finger_presses_is_large_enough(phone, path):
    page = phone(None if path == "/sign-in" else Role.GRID_WORKER, path)
    page.wait_for_function("() => customElements.get('wa-icon')")
    assert page.evaluate(SMALL) == []
    screenshot(page, f"{path[1:]}-phone")


@pytest.mark.parametrize("path", ["/sign-in", "/tokens", "/password", "/style", "/map"])
def test_no_page_is_wider_than_the_phone(phone, path):
    page = phone(None if path == "/sign-in" else Role.GIS_ADMINISTRATOR, path)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_lost_connection_is_said_and_another_try_helps(desk, forgive):
    forgive("ERR_INTERNET_DISCONNECTED")
    page = desk(Role.VIEWER, "/tokens")
    expect(page.locator("#tokens")).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="新建令牌").click()
    page.get_by_label("名称").fill("断网时")
    page.context.set_offline(True)
    page.get_by_role("button", name="生成令牌").click()
    expect(page.get_by_role("alert").filter(has_text="无法连接服务器")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="生成令牌").click()
    expect(page.get_by_label("令牌", exact=True)).to_have_value(re.compile("^wg_"))


def test_the_shell_is_light_on_a_slow_phone(phone):
    page = phone(None, "/sign-in")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("() => performance.getEntriesByType('resource').map((one) => one.encodedBodySize)")
    assert sum(sizes) < 120_000


def test_our_files_and_vendored_ones_are_kept_for_good_and_sent_packed(desk):
    page = desk(None, "/sign-in")
    page.wait_for_function("() => customElements.get('wa-icon')")
    names = page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
    [ours] = [name for name in names if "/static/gis/tokens." in name]
    vendored = next(name for name in names if re.search(r"/static/vendor/webawesome@.*/chunk\..*\.js", name))
    for address in (ours, vendored):
        with urllib.request.urlopen(
            urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
        ) as answer:
            assert "immutable" in answer.headers["Cache-Control"], address
    with urllib.request.urlopen(urllib.request.Request(ours, headers={"Accept-Encoding": "gzip"})) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
