"""The page shell without a browser: who lands where, both languages, errors in the product's own words."""

import json
import re

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.views.defaults import server_error

from gis import pages
from gis.roles import CENTRE, Role
from tests.conftest import make_user

PUBLIC, SIGNED_IN = ["sign-in"], ["tokens", "style", "password", "password-changed", "workbench"]
CHINESE = re.compile(r"[一-鿿]")


def session_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_home_is_the_screen_of_the_role(role):
    user = make_user("somebody", role=role, jurisdiction="411002")
    workers = {Role.GRID_WORKER, Role.COMMUNITY_MANAGER}
    screen = (
        "/report" if role in workers else "/centre" if role in CENTRE
        else "/grids" if role == Role.GIS_ADMINISTRATOR else "/map"
    )  # fmt: skip
    assert session_of(user).get("/").url == screen


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_to_the_door():
    assert Client().get("/tokens").url == "/sign-in?next=/tokens"


@pytest.mark.parametrize("name", PUBLIC + SIGNED_IN)
def test_a_page_is_chinese_unless_the_browser_asks_for_english(name, town, gis_admin):
    client = Client() if name in PUBLIC else session_of(gis_admin)
    page = client.get(reverse(name))
    assert page.status_code == 200
    assert '<html lang="zh-CN"' in page.content.decode()


@pytest.mark.parametrize("name", PUBLIC + SIGNED_IN)
def test_an_english_page_has_no_chinese_but_names(name, town, gis_admin):
    client = Client() if name in PUBLIC else session_of(gis_admin)
    text = client.get(reverse(name), headers={"accept-language": "en"}).content.decode()
    text = text.replace("简体中文", "").replace("魏南区", "")
    assert '<html lang="en"' in text
    assert CHINESE.findall(text) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked, code, words",
    [("bad_request", 400, "无法识别"), ("forbidden", 403, "没有权限"), ("not_found", 404, "未找到")],
)
def test_an_error_says_in_chinese_what_happened_and_leads_back(asked, code, words):
    request = RequestFactory().get("/nowhere")
    request.user, request.resolver_match = (
        make_user("somebody", role=Role.VIEWER, jurisdiction="411002"),
        None,
    )
    with translation.override("zh-hans"):
        page = getattr(pages, asked)(request, Exception())
    assert page.status_code == code
    assert words in page.content.decode()
    assert 'href="/"' in page.content.decode()


@pytest.mark.django_db
def test_an_unknown_address_is_a_page_of_ours():
    page = Client().get("/no-such-page")
    assert page.status_code == 404
    assert "未找到" in page.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_our_words():
    page = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "a", "password": "b"})
    assert page.status_code == 403
    assert "页面已失效" in page.content.decode()


def test_the_page_of_a_broken_server_needs_neither_database_nor_session():
    with translation.override("zh-hans"):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "服务器出错了" in answer.content.decode()


@pytest.mark.django_db
def test_signing_out_is_not_a_link_that_a_page_can_make_one_follow(gis_admin):
    assert session_of(gis_admin).get("/sign-out").status_code == 405


@pytest.mark.django_db
def test_after_signing_in_one_is_not_sent_to_another_site(gis_admin):
    answer = Client().post(
        "/sign-in", {"username": "gisadmin", "password": "correct horse", "next": "https://evil.example/"}
    )
    assert answer.url == "/"


@pytest.mark.django_db
def test_the_manifest_makes_the_pages_installable():
    manifest = json.loads(Client().get("/manifest.webmanifest").content)
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_the_sign_in_page_of_a_real_city_names_nobody(settings, demo):
    settings.DEMO = demo
    assert "wangge-demo" not in Client().get("/sign-in").content.decode()


@pytest.mark.django_db
def test_what_the_page_may_load_is_named_and_scripts_carry_a_nonce():
    page = Client().get("/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'nonce-" in policy
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*nonce=)[^>]*>", page.content.decode())
    assert [tag for tag in inline if "application/json" not in tag] == []
