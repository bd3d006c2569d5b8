"""Programs sign in by token or password; tokens are issued, used and revoked."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from gis.models import AccessToken
from tests import city
from tests.conftest import make_user

PASSWORD = "correct horse"
QUESTION = "/ogc/collections/places/items"


def issue(owner, *, scope="read", **values) -> str:
    _token, secret = AccessToken.objects.issue(owner, name="QGIS", scope=scope, **values)
    return secret


def bearer(secret: str) -> dict:
    return {"Authorization": f"Bearer {secret}"}


def basic(name: str, password: str) -> dict:
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


@pytest.fixture
def get():
    """``get(headers)`` asks for the places with these headers and no session."""
    return lambda headers: APIClient().get(QUESTION, headers=headers)


@pytest.fixture
def post():
    """``post(headers)`` tries to issue a token, which is a write."""
    return lambda headers: APIClient().post("/api/tokens", {"name": "x"}, headers=headers, format="json")


# --- who gets in --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "token", "worker"])
def test_a_token_is_also_a_password(worker, get, name):
    assert get(basic(name, issue(worker))).status_code == 200


def test_a_token_is_a_bearer_token(worker, get):
    assert get(bearer(issue(worker))).status_code == 200


def test_a_password_is_a_password(worker, get):
    assert get(basic("worker", PASSWORD)).status_code == 200


def test_a_password_in_chinese_is_a_password(worker, get):
    worker.set_password("春眠不觉晓处处闻啼鸟")
    worker.save()
    assert get(basic("worker", "春眠不觉晓处处闻啼鸟")).status_code == 200


def test_a_token_is_no_password_of_somebody_else(worker, colleague, get):
    assert get(basic("colleague", issue(worker))).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer(""),
        bearer("wg_nothing"),
        bearer("名"),
        {"Authorization": "Bearer"},
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + b64encode(b"\xff\xfe").decode()},
        {"Authorization": "Basic " + b64encode(b"no colon").decode()},
        {"Authorization": "Digest x"},
        basic("worker", "wrong"),
        basic("nobody", PASSWORD),
        basic("", ""),
        basic("a\0b", PASSWORD),
        basic("worker", "a\0b"),
        basic("x" * 5000, PASSWORD),
        basic("token", "wg_nothing"),
    ],
)
def test_anything_else_is_refused_with_the_way_to_sign_in(worker, get, headers):
    answer = get(headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="wangge"')


def test_a_revoked_token_is_refused(worker, get):
    secret = issue(worker)
    AccessToken.objects.get().revoke()
    assert get(bearer(secret)).status_code == 401


def test_a_token_past_its_end_is_refused(worker, get):
    now = timezone.now()
    before, after = (issue(worker, expires_at=now + timedelta(seconds=s)) for s in (-1, 60))
    assert [get(bearer(secret)).status_code for secret in (before, after)] == [401, 200]


@pytest.mark.parametrize("way", ["token", "password"])
def test_who_may_not_sign_in_any_more_is_refused(worker, get, way):
    headers = bearer(issue(worker)) if way == "token" else basic("worker", PASSWORD)
    assert get(headers).status_code == 200
    worker.is_active = False
    worker.save()
    assert get(headers).status_code == 401


def test_an_old_password_is_refused_at_once(worker, get):
    """A right password is remembered for a minute; not beyond its change."""
    assert get(basic("worker", PASSWORD)).status_code == 200
    worker.set_password("battery staple")
    worker.save()
    assert get(basic("worker", PASSWORD)).status_code == 401


def test_the_last_use_of_a_token_is_kept(worker, get):
    get(bearer(issue(worker)))
    assert AccessToken.objects.get().last_used_at is not None


# --- what it may do -----------------------------------------------------------------------------


def test_a_token_sees_what_its_owner_sees(town, worker, get):
    features = get(bearer(issue(worker))).json()["features"]
    assert [feature["properties"]["name"] for feature in features] == ["west小卖部"]


def test_a_token_follows_its_owner_to_another_jurisdiction(town, worker, get):
    secret = issue(worker)
    worker.jurisdiction = city.EAST
    worker.save()
    [feature] = get(bearer(secret)).json()["features"]
    assert feature["properties"]["name"] == "east小卖部"


def test_a_reading_token_cannot_write(worker, post):
    assert post(bearer(issue(worker))).status_code == 403


def test_a_reading_token_may_ask_range_queries(town, worker):
    body = {"layers": ["places"], "region": city.WEST}
    assert (
        APIClient().post("/api/range", body, headers=bearer(issue(worker)), format="json").status_code == 200
    )


def test_no_token_issues_tokens(worker, post):
    assert post(bearer(issue(worker, scope="write"))).status_code == 403


def test_no_token_revokes_tokens(worker):
    secret = issue(worker, scope="write")
    token = AccessToken.objects.get()
    assert APIClient().delete(f"/api/tokens/{token.pk}", headers=bearer(secret)).status_code == 403


def test_a_password_issues_tokens(worker, post):
    assert post(basic("worker", PASSWORD)).status_code == 201


# --- lockout ------------------------------------------------------------------------------------


def fail(get, times: int, name: str = "worker") -> list[int]:
    return [get(basic(name, f"wrong {n}")).status_code for n in range(times)]


def test_repeated_wrong_passwords_lock_out(worker, get):
    assert fail(get, 6)[-1] == 429


def test_who_is_locked_out_is_told_so_as_a_problem(worker, get):
    fail(get, 6)
    answer = get(basic("worker", PASSWORD))
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert (answer.json()["code"], answer["Retry-After"]) == ("locked-out", "900")


def test_a_lockout_is_of_one_user(worker, colleague, get):
    fail(get, 6)
    assert get(basic("colleague", PASSWORD)).status_code == 200


def test_a_token_still_signs_in_for_who_is_locked_out(worker, get):
    secret = issue(worker)
    fail(get, 6)
    assert get(bearer(secret)).status_code == 200


def test_a_right_password_forgets_the_wrong_ones(worker, get):
    fail(get, 4)
    get(basic("worker", PASSWORD))
    assert fail(get, 4) == [401] * 4


def test_the_page_locks_out_too(worker, client):
    for n in range(6):
        answer = client.post("/sign-in", {"username": "worker", "password": f"wrong {n}"})
    assert answer.status_code == 429


def test_wrong_passwords_of_programs_lock_the_page(worker, get, client):
    fail(get, 6)
    answer = client.post("/sign-in", {"username": "worker", "password": PASSWORD})
    assert answer.status_code == 429


# --- sessions -----------------------------------------------------------------------------------


@pytest.fixture
def strict(worker):
    """A browser of the worker, in which forged requests are not let through for being tests."""
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(worker, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_write_of_a_session_needs_the_csrf_token(strict):
    answer = strict.post("/api/tokens", {"name": "x"}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_a_write_of_a_session_with_the_csrf_token_is_taken(strict):
    strict.get("/tokens")
    headers = {"X-CSRFToken": strict.cookies["csrftoken"].value}
    assert strict.post("/api/tokens", {"name": "x"}, headers=headers, format="json").status_code == 201


# --- the list of tokens -------------------------------------------------------------------------


@pytest.fixture
def browser(worker, signed_in):
    return signed_in(worker)


def test_the_secret_of_a_new_token_works_and_is_shown_once(browser, get):
    made = browser.post("/api/tokens", {"name": "QGIS"}, format="json").json()
    assert get(bearer(made["secret"])).status_code == 200
    assert made["secret"] not in browser.get("/api/tokens").content.decode()


def test_a_token_reads_unless_more_is_asked_for(browser):
    assert browser.post("/api/tokens", {"name": "QGIS"}, format="json").json()["scope"] == "read"


def test_the_database_does_not_hold_the_secret(browser):
    made = browser.post("/api/tokens", {"name": "QGIS"}, format="json").json()
    assert made["secret"] not in str(AccessToken.objects.values().get())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 61},
        {"name": "x", "scope": "all"},
        {"name": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "a\0"},
    ],
)
def test_a_token_that_cannot_be_is_refused(browser, body):
    assert browser.post("/api/tokens", body, format="json").status_code == 400


def test_one_cannot_name_another_owner_or_secret(browser, worker, colleague):
    browser.post(
        "/api/tokens", {"name": "x", "owner": colleague.pk, "secret": "wg_mine", "digest": "0"}, format="json"
    )
    assert AccessToken.objects.get().owner == worker
    assert AccessToken.objects.get().digest != AccessToken.digest_of("wg_mine")


def test_a_token_of_ones_own_is_revoked(browser, worker, get):
    secret = issue(worker)
    assert browser.delete(f"/api/tokens/{AccessToken.objects.get().pk}").status_code == 204
    assert get(bearer(secret)).status_code == 401


def test_revoking_again_changes_nothing(browser, worker):
    issue(worker)
    token = AccessToken.objects.get()
    times = []
    for _n in range(2):
        assert browser.delete(f"/api/tokens/{token.pk}").status_code == 204
        token.refresh_from_db()
        times.append(token.revoked_at)
    assert times[0] == times[1]


def test_tokens_of_somebody_else_are_not_seen(browser, colleague):
    issue(colleague)
    assert browser.get("/api/tokens").json() == []


def test_tokens_of_somebody_else_are_not_revoked(browser, colleague, get):
    secret = issue(colleague)
    assert browser.delete(f"/api/tokens/{AccessToken.objects.get().pk}").status_code == 404
    assert get(bearer(secret)).status_code == 200


def test_a_viewer_may_have_tokens_too(db, signed_in):
    viewer = make_user("viewer", role="viewer", jurisdiction=city.DISTRICT)
    assert signed_in(viewer).post("/api/tokens", {"name": "x"}, format="json").status_code == 201
