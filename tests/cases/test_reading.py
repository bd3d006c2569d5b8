"""Cases as lists, one by one, and as pages."""

import pytest

from gis.roles import Role
from tests import city
from tests.cases.pictures import picture, upload
from tests.conftest import make_user


def test_the_detail_has_photographs_and_history(pictured, chief, signed_in):
    found = signed_in(chief).get(f"/api/cases/{pictured.pk}").json()
    assert (len(found["photos"]), [event["action"] for event in found["events"]]) == (1, ["report"])


@pytest.mark.parametrize(
    "who, status", [("worker", 200), ("chief", 200), ("colleague", 404), ("stranger", 404)]
)
def test_a_case_is_opened_within_ones_jurisdiction(case, who, status, request, signed_in):
    assert signed_in(request.getfixturevalue(who)).get(f"/api/cases/{case.pk}").status_code == status


def test_what_i_reported_next_door_stays_open_to_me(send, worker, signed_in):
    made = send("q").json()["id"]
    assert signed_in(worker).get(f"/api/cases/{made}").status_code == 200


def test_the_list_holds_ones_jurisdiction(send, town, worker, colleague, signed_in):
    send("p")
    numbers = {case["region_code"] for case in signed_in(colleague).get("/api/cases").json()["results"]}
    assert numbers == {city.EAST}


def test_my_list_holds_what_i_reported_wherever_it_was(send, worker, signed_in):
    made = {send("p").json()["number"], send("q").json()["number"]}
    mine = signed_in(worker).get("/api/cases", {"mine": 1}).json()
    assert ({case["number"] for case in mine["results"]}, mine["count"]) == (made, 2)


def test_the_stranger_lists_and_counts_nothing_of_the_town(send, stranger, signed_in):
    send("p")
    found = signed_in(stranger).get("/api/cases").json()
    assert (found["count"], {case["region_code"] for case in found["results"]}) == (
        1,
        {city.NEIGHBOUR_COMMUNITY},
    )


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    send, worker, signed_in, django_assert_num_queries
):
    for _ in range(3):
        send("p", photos=[upload(picture())])
    client = signed_in(worker)
    client.get("/api/cases", {"mine": 1})
    with django_assert_num_queries(4):  # session with user, count, cases, photographs
        client.get("/api/cases", {"mine": 1})


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/report", "/cases/mine"])
def test_a_viewer_has_no_report_page(path, signed_in, town):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert signed_in(viewer).get(path).status_code == 403


def test_my_reports_show_mine_and_nobody_elses(send, worker, colleague, signed_in):
    mine, other = send("p").json()["number"], send("q", user=colleague).json()["number"]
    page = signed_in(worker).get("/cases/mine").content.decode()
    assert (mine in page, other in page) == (True, False)
