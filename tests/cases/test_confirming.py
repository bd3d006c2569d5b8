"""The same thing, seen again."""

import uuid

import pytest
from django.utils import timezone

from cases.models import Case
from gis.roles import Role
from tests import city
from tests.conftest import make_user


@pytest.fixture
def confirm(case, colleague, signed_in):
    """Say the same thing of the worker's case, as the colleague from the neighbouring community."""

    def confirm(*, user=colleague, of=case, mark="p", **values):
        lon, lat = city.MAP.lonlat(mark, east_m=values.pop("east_m", 4))
        body = {"client_key": str(uuid.uuid4()), "lon": lon, "lat": lat, "note": "还在"} | values
        return signed_in(user).post(f"/api/cases/{of.pk}/confirm", body, format="json")

    return confirm


def test_the_same_thing_is_one_more_line_in_the_history(confirm, case, colleague):
    assert confirm().status_code == 201
    event = case.events.get(action="confirm")
    assert (event.officer, event.note, bool(event.location)) == (colleague, "还在", True)


def test_the_same_confirmation_again_is_the_same_line(confirm, case):
    key = str(uuid.uuid4())
    assert [confirm(client_key=key).status_code, confirm(client_key=key).status_code] == [201, 200]
    assert case.events.filter(action="confirm").count() == 1


def test_a_confirmation_tells_no_more_than_the_number(confirm):
    assert set(confirm().json()) == {"case", "number", "at"}


def test_somebody_elses_confirmation_key_is_refused(confirm, chief):
    key = str(uuid.uuid4())
    confirm(client_key=key)
    assert confirm(client_key=key, user=chief).json()["code"] == "key-in-use"


def test_from_too_far_away_it_is_not_the_same_thing(confirm, chief, case):
    assert confirm(user=chief, east_m=40).json()["code"] == "not-similar"


def test_a_colleague_too_far_away_learns_nothing_of_the_case(confirm):
    assert confirm(east_m=40).status_code == 404


@pytest.mark.parametrize("stage", Case.OVER)
def test_a_case_that_is_over_is_not_confirmed(confirm, case, chief, stage):
    Case.objects.filter(pk=case.pk).update(stage=stage)
    assert confirm(user=chief).json()["code"] == "not-similar"


def test_a_confirmation_that_waited_for_the_network_still_counts(confirm, case):
    Case.objects.filter(pk=case.pk).update(reported_at=timezone.now() - timezone.timedelta(hours=40))
    assert confirm().status_code == 201


def test_the_stranger_confirms_nothing(confirm, stranger, case):
    assert (confirm(user=stranger).status_code, case.events.count()) == (404, 1)


def test_a_viewer_may_not_confirm(confirm):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert confirm(user=viewer).status_code == 403
