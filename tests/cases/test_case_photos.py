"""Photographs of a case: added after its report, and looked at by who may open it."""

import pytest
from django.utils import timezone

from cases.models import Case
from gis.roles import Role
from tests import city
from tests.cases.pictures import files_in, picture, upload
from tests.conftest import make_user

# --- added after the report -----------------------------------------------------------------------


def add(client, case, content=None):
    return client.post(
        f"/api/cases/{case.pk}/photos", {"photo": upload(content or picture())}, format="multipart"
    )


def test_a_photograph_comes_after_its_report(case, worker, signed_in):
    answer = add(signed_in(worker), case)
    assert (answer.status_code, len(answer.json()["photos"])) == (201, 1)


def test_the_same_photograph_again_stays_one(case, worker, signed_in, media):
    answers = [add(signed_in(worker), case) for _ in range(2)]
    assert ([answer.status_code for answer in answers], len(files_in(media))) == ([201, 200], 2)


def test_a_seventh_photograph_is_refused(case, worker, signed_in, media):
    answers = [add(signed_in(worker), case, picture(colour=(n * 30, 0, 0))) for n in range(7)]
    assert (answers[-1].status_code, answers[-1].json()["code"], len(files_in(media))) == (
        400,
        "too-many-photos",
        12,
    )


def test_a_broken_photograph_that_comes_later_is_refused(case, worker, signed_in):
    assert add(signed_in(worker), case, b"no photograph").status_code == 400


def test_only_the_reporter_adds_photographs(case, chief, signed_in):
    assert add(signed_in(chief), case).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_who_may_not_open_the_case_cannot_add_to_it(case, who, request, signed_in):
    assert add(signed_in(request.getfixturevalue(who)), case).status_code == 404


# --- looked at ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", "/thumb"])
def test_a_photograph_is_served_to_who_may_open_the_case(pictured, chief, signed_in, suffix):
    answer = signed_in(chief).get(f"/api/cases/{pictured.pk}/photos/1{suffix}")
    assert (answer.status_code, answer["Content-Type"], b"".join(answer.streaming_content)[:2]) == (
        200,
        "image/jpeg",
        b"\xff\xd8",
    )


def test_a_photograph_is_kept_by_the_browser_alone(pictured, chief, signed_in):
    answer = signed_in(chief).get(f"/api/cases/{pictured.pk}/photos/1")
    assert ("private" in answer["Cache-Control"], answer["X-Content-Type-Options"]) == (True, "nosniff")


def test_a_photograph_that_one_has_is_not_sent_again(pictured, chief, signed_in):
    client = signed_in(chief)
    etag = client.get(f"/api/cases/{pictured.pk}/photos/1")["ETag"]
    assert (
        client.get(f"/api/cases/{pictured.pk}/photos/1", headers={"if-none-match": etag}).status_code == 304
    )


@pytest.mark.parametrize("n", [0, 2, 99, 10**20])
def test_a_photograph_that_is_not_there_is_not_found(pictured, chief, signed_in, n):
    assert signed_in(chief).get(f"/api/cases/{pictured.pk}/photos/{n}").status_code == 404


def test_a_lost_file_is_not_found(pictured, chief, signed_in, media):
    for path in files_in(media):
        path.unlink()
    assert signed_in(chief).get(f"/api/cases/{pictured.pk}/photos/1").status_code == 404


def test_the_file_name_tells_nothing(pictured):
    assert pictured.number not in pictured.photos.get().image.name


def test_no_photograph_is_served_by_its_path(pictured, chief, signed_in):
    assert signed_in(chief).get(f"/media/{pictured.photos.get().image.name}").status_code == 404


@pytest.mark.parametrize("suffix", ["", "/thumb"])
def test_the_stranger_gets_no_photograph(pictured, stranger, signed_in, suffix):
    assert signed_in(stranger).get(f"/api/cases/{pictured.pk}/photos/1{suffix}").status_code == 404


@pytest.mark.parametrize("suffix, status", [("", 404), ("/thumb", 200)])
def test_a_colleague_at_the_border_gets_the_thumbnail_alone(pictured, colleague, signed_in, suffix, status):
    assert signed_in(colleague).get(f"/api/cases/{pictured.pk}/photos/1{suffix}").status_code == status


@pytest.mark.parametrize(
    "change", [{"stage": "closed"}, {"reported_at": timezone.now() - timezone.timedelta(hours=25)}]
)
def test_a_colleague_gets_no_thumbnail_of_what_is_no_longer_compared(pictured, colleague, signed_in, change):
    Case.objects.filter(pk=pictured.pk).update(**change)
    assert signed_in(colleague).get(f"/api/cases/{pictured.pk}/photos/1/thumb").status_code == 404


def test_a_viewer_of_another_community_gets_no_thumbnail(pictured, signed_in):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.EAST)
    assert signed_in(viewer).get(f"/api/cases/{pictured.pk}/photos/1/thumb").status_code == 404
