"""Signing in and out as people do it."""

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.accounts import PASSWORD
from tests.browser.conftest import screenshot


def sign_in(page, username, password):
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def test_the_right_password_opens_the_screen_of_the_role(desk):
    page = desk(None, "/")
    sign_in(page, "browser", PASSWORD)
    expect(page).to_have_url("/map", timeout=15_000)


def test_a_wrong_password_says_so_and_keeps_the_name(phone):
    page = phone(None, "/sign-in")
    sign_in(page, "browser", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("密码")
    expect(page.get_by_label("用户名")).to_have_value("browser")
    screenshot(page, "sign-in-refused-phone")


def test_five_wrong_passwords_lock_the_door_even_for_the_right_one(desk, forgive):
    forgive("status of 429")
    page = desk(None, "/sign-in")
    for _attempt in range(4):
        sign_in(page, "guesser", "wrong")
        expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "guesser", "wrong")
    expect(page.get_by_role("heading", name="尝试次数过多")).to_be_visible()
    screenshot(page, "sign-in-locked")


def test_signing_out_ends_the_session(site, visit):
    page = visit(None, "/sign-in?next=/tokens")
    sign_in(page, "browser", PASSWORD)
    page.get_by_role("button", name="browser 的菜单").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    page.goto("/tokens")
    expect(page).to_have_url(f"{site.url}/sign-in?next=/tokens")


def test_a_token_is_shown_once_works_and_stops_when_it_is_revoked(desk, site):
    page = desk(Role.VIEWER, "/tokens")
    page.get_by_role("button", name="新建令牌").click()
    page.get_by_label("名称").fill("桌面制图")
    page.get_by_role("button", name="生成令牌").click()
    secret = page.get_by_label("令牌", exact=True).input_value()
    screenshot(page, "token-shown-once")
    bearer = {"Authorization": f"Bearer {secret}"}
    stranger = page.context.browser.new_context(base_url=site.url, extra_http_headers=bearer)
    try:
        assert stranger.request.get("/styles/paper.json").status == 200
        page.keyboard.press("Escape")
        page.get_by_role("row", name="桌面制图").get_by_role("button", name="吊销").click()
        page.locator("wa-dialog[open]").get_by_role("button", name="吊销").click()
        expect(page.get_by_text("“桌面制图”已吊销。")).to_be_visible()
        assert stranger.request.get("/styles/paper.json").status == 401
    finally:
        stranger.close()
    page.reload()
    expect(page.get_by_text(secret)).to_have_count(0)


@pytest.mark.parametrize("path", ["/sign-in", "/tokens", "/style", "/password"])
def test_a_page_is_there_in_english_too(desk, path):
    page = desk(None if path == "/sign-in" else Role.GIS_ADMINISTRATOR, path, locale="en-US")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("main")).to_be_visible()
