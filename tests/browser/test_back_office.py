"""The back office and the page of the interface in a real browser: nothing that they load is refused.

``desk`` fails a test on anything that the content security policy blocks.
"""

import pytest
from playwright.sync_api import expect

from gis.roles import Role
from tests.browser.conftest import screenshot


@pytest.fixture
def office(site, desk):
    """``office(path)`` is a page of the GIS administrator, who is on the staff."""
    name = site.accounts[Role.GIS_ADMINISTRATOR]["username"]
    site.sql("UPDATE wangge_user SET is_staff = true WHERE username = %s", name)
    return lambda path: desk(Role.GIS_ADMINISTRATOR, path)


def test_the_back_office_lists_its_tables(office):
    page = office("/admin/")
    expect(page.get_by_role("link", name="兴趣点").first).to_be_visible()
    screenshot(page, "back-office")


def test_a_list_is_searched_and_filtered(office):
    page = office("/admin/cases/case/")
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    screenshot(page, "back-office-cases")


def test_a_building_is_opened_with_its_outline(office):
    page = office("/admin/buildings/building/")
    page.locator("#result_list tbody tr th a").first.click()
    expect(page.locator("textarea[name=footprint]")).to_be_visible()
    screenshot(page, "back-office-building")


def test_an_account_is_entered(office):
    page = office("/admin/wangge/user/add/")
    expect(page.locator("select[name=role]")).to_be_visible()


def test_the_interface_is_described(desk):
    page = desk(Role.GIS_ADMINISTRATOR, "/api/docs")
    expect(page.get_by_text("/api/search").first).to_be_visible()
    screenshot(page, "api-docs")
