"""Refusals become problem details (RFC 9457), and nothing else."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.translation import override
from rest_framework import exceptions

from gis import errors


class TooFar(errors.Refused):
    code = "too-far"
    status = 422
    sentence = "It is {metres} m away."


def answer(exc: Exception):
    return errors.handle(exc, {})


@pytest.mark.parametrize(
    "exc, status, code",
    [
        (TooFar(metres=12), 422, "too-far"),
        (errors.NotHere(), 404, "not-found"),
        (errors.BadParameter(name="bbox", reason="no"), 400, "bad-parameter"),
        (Http404(), 404, "not-found"),
        (PermissionDenied(), 403, "permission-denied"),
        (DjangoValidationError("no"), 400, "invalid"),
        (DjangoValidationError({"name": ["no"]}), 400, "invalid"),
        (exceptions.ValidationError({"name": ["no"]}), 400, "invalid"),
        (exceptions.NotAuthenticated(), 401, "not-authenticated"),
        (exceptions.PermissionDenied(), 403, "permission-denied"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method-not-allowed"),
        (exceptions.ParseError(), 400, "parse-error"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported-media-type"),
        (exceptions.Throttled(wait=3.2), 429, "throttled"),
    ],
)
def test_each_refusal_has_its_status_and_code(exc, status, code):
    response = answer(exc)
    assert (response.status_code, response.data["status"], response.data["code"]) == (status, status, code)


def test_a_sentence_tells_the_facts():
    assert answer(TooFar(metres=12)).data["detail"] == "It is 12 m away."


def test_a_fact_with_braces_is_just_text():
    assert "{x}" in answer(errors.BadParameter(name="q", reason="{x}")).data["detail"]


def test_where_it_is_wrong_is_geojson():
    where = {"type": "Point", "coordinates": [113.8, 34.0]}
    assert answer(TooFar(metres=1, where=where)).data["where"] == where


def test_errors_of_fields_are_told_one_by_one():
    exc = exceptions.ValidationError({"circle": {"radius_m": ["a", "b"]}, "layers": [{}, {"name": ["c"]}]})
    assert answer(exc).data["errors"] == [
        {"field": "circle.radius_m", "detail": "a"},
        {"field": "circle.radius_m", "detail": "b"},
        {"field": "layers[1].name", "detail": "c"},
    ]


def test_a_refusal_speaks_the_language_of_the_user():
    with override("zh-hans"):
        chinese = answer(errors.NotHere()).data["detail"]
    with override("en"):
        english = answer(errors.NotHere()).data["detail"]
    assert (chinese != english, english) == (True, "There is nothing here that you may see.")


def test_what_is_not_a_refusal_is_left_to_the_log():
    assert answer(KeyError("x")) is None


def test_waiting_is_told_in_the_header():
    assert answer(exceptions.Throttled(wait=3.2))["Retry-After"] == "4"


# --- over HTTP ----------------------------------------------------------------------------------


def test_a_problem_has_its_media_type_and_the_id_of_the_request(db, signed_in, worker):
    response = signed_in(worker).get("/api/search", headers={"X-Request-ID": "abc"})
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["instance"] == "urn:wangge:request:abc"


def test_a_body_that_is_no_json_is_a_problem_of_the_client(db, signed_in, worker):
    response = signed_in(worker).post("/api/range", "{", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "parse-error")


def test_a_body_in_an_unknown_format_is_refused(db, signed_in, worker):
    assert signed_in(worker).post("/api/range", "x", content_type="text/x").status_code == 415


def test_a_body_in_a_wrong_encoding_is_a_problem_of_the_client(db, signed_in, worker):
    response = signed_in(worker).post("/api/range", b'{"a": "\xff"}', content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_method_that_an_address_does_not_have_is_refused(db, signed_in, worker, method):
    assert getattr(signed_in(worker), method)("/api/search").status_code == 405
