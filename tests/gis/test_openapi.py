"""The description of the interface for programs."""

import pytest
from django.core.management import call_command


def test_the_document_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "api.yml"))


@pytest.mark.parametrize("media_type", ["application/vnd.oai.openapi", "application/vnd.oai.openapi+json"])
def test_it_is_served_to_who_signed_in(db, worker, signed_in, media_type):
    answer = signed_in(worker).get("/api/schema", headers={"Accept": media_type})
    assert (answer.status_code, b"/ogc/collections" in answer.content) == (200, True)


def test_its_page_sends_who_has_not_signed_in_to_the_sign_in_page(client):
    assert client.get("/api/docs")["Location"] == "/sign-in?next=/api/docs"


def test_its_page_has_no_script_of_its_own_without_a_source(db, worker, signed_in):
    """The content security policy would block it."""
    text = signed_in(worker).get("/api/docs").content.decode()
    assert "<style>" not in text
    assert "<script>" not in text


def test_its_start_script_is_served(db, worker, signed_in):
    answer = signed_in(worker).get("/api/docs?script=")
    assert answer["Content-Type"].startswith("application/javascript")
