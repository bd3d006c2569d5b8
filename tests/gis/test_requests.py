"""A request's id is in its answer and its log line."""

import logging

import pytest

from gis import requests


@pytest.mark.parametrize("given", ["abc", "A-1_b.c", "x" * 64])
def test_the_id_that_a_proxy_gave_is_kept(client, given):
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "名", 'a"b'])
def test_an_id_that_is_no_id_is_replaced(client, given):
    made = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (made != given, len(made)) == (True, 32)


def test_two_requests_have_two_ids(client):
    assert len({client.get("/healthz")["X-Request-ID"] for _n in range(2)}) == 2


def test_a_request_is_one_line_in_the_log(client, caplog):
    with caplog.at_level(logging.INFO, "wangge.request"):
        client.get("/manifest.webmanifest")
    [line] = [record for record in caplog.records if record.name == "wangge.request"]
    assert (line.getMessage(), line.status) == ("GET /manifest.webmanifest 200", 200)


def test_a_probe_is_no_line_in_the_log(client, caplog):
    with caplog.at_level(logging.INFO, "wangge.request"):
        client.get("/healthz")
    assert not [record for record in caplog.records if record.name == "wangge.request"]


def test_the_query_string_is_not_logged(client, caplog):
    """It may hold what somebody typed into the search box."""
    with caplog.at_level(logging.INFO, "wangge.request"):
        client.get("/manifest.webmanifest?q=secret")
    assert "GET /manifest.webmanifest" in caplog.text
    assert "secret" not in caplog.text


def test_log_lines_within_a_request_carry_its_id():
    record = logging.LogRecord("x", logging.INFO, "", 0, "", (), None)
    requests.RequestIdFilter().filter(record)
    assert record.request_id == ""
