"""A report from the street becomes a case, once."""

import json
import uuid

import numpy as np
import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from cases import reporting
from cases.cells import cell_of
from cases.models import Case, CaseEvent, Category
from gis import crs
from gis.models import AccessToken
from gis.roles import Role
from grids.models import Officer, Posting
from tests import city
from tests.cases.at_once import at_once
from tests.cases.pictures import files_in, picture, upload
from tests.conftest import make_user

# --- a report becomes a case ----------------------------------------------------------------------


def test_a_report_becomes_a_case_of_its_territory(send):
    answer = send("q")
    case = Case.objects.get(pk=answer.json()["id"])
    assert answer.status_code == 201
    assert (case.region_code, case.unit_grid_code, case.responsibility_grid_code, case.stage) == (
        city.EAST, city.EAST + "001", "411002001G002", "reported",
    )  # fmt: skip


def test_a_case_keeps_where_it_happened(send):
    case = Case.objects.get(pk=send("p", accuracy_m=12.5).json()["id"])
    lon, lat = city.MAP.lonlat("p")
    assert (case.location.coords, case.accuracy_m, case.h3) == ((lon, lat), 12.5, cell_of(lon, lat))


def test_the_described_place_is_chinese_whatever_the_reporter_reads(worker, body, signed_in):
    answer = signed_in(worker).post(
        "/api/cases", body("p", east_m=35), format="json", headers={"accept-language": "en"}
    )
    assert answer.json()["place"] == "west花园1号楼东侧约20米"


def test_outside_my_own_grid_the_case_is_marked(send):
    assert [send("p").json()["is_cross_grid"], send("q").json()["is_cross_grid"]] == [False, True]


def test_the_own_grid_is_where_the_officer_is_posted(send, worker, town):
    officer = Officer.objects.create(
        user=worker, name="王小满", card_number="W1", organisation=town.organisation, region_code=city.WEST
    )
    Posting.objects.create(grid=town.responsibility[city.EAST], officer=officer)
    assert [send("p").json()["is_cross_grid"], send("q").json()["is_cross_grid"]] == [True, False]


def test_a_report_that_waited_for_a_network_keeps_when_it_was_sent_and_when_it_came(send):
    sent_at = timezone.now() - timezone.timedelta(hours=30)
    case = Case.objects.get(pk=send(reported_at=sent_at.isoformat()).json()["id"])
    assert (case.reported_at, case.events.get().at) == (sent_at, sent_at)
    assert case.received_at > sent_at + timezone.timedelta(hours=29)


@pytest.mark.parametrize("hours", [-24 * 8, 1, None])
def test_a_clock_that_is_wrong_or_silent_is_not_believed(send, hours):
    sent_at = hours and (timezone.now() + timezone.timedelta(hours=hours)).isoformat()
    case = Case.objects.get(pk=send(reported_at=sent_at).json()["id"])
    assert case.reported_at == case.received_at


def test_a_clock_that_runs_a_little_fast_reports_nothing_of_the_future(send):
    sent_at = timezone.now() + timezone.timedelta(minutes=4)
    case = Case.objects.get(pk=send(reported_at=sent_at.isoformat()).json()["id"])
    assert case.reported_at == case.received_at


def test_the_number_is_the_day_and_a_count(send):
    today = timezone.localdate().strftime("%Y%m%d")
    first, second = (send().json()["number"] for _ in range(2))
    assert (first[:8], len(first), int(second) - int(first)) == (today, 13, 1)


def test_the_history_begins_with_the_report(send, worker):
    events = CaseEvent.objects.filter(case_id=send().json()["id"])
    assert [(event.action, event.officer) for event in events] == [("report", worker)]


def test_coordinates_of_a_chinese_map_are_converted(send):
    ((lon, lat),) = crs.from_storage(np.array([city.MAP.lonlat("q")]), crs="GCJ02")
    assert send("q", lon=lon, lat=lat, crs="GCJ02").json()["unit_grid_code"] == city.EAST + "001"


def test_photographs_come_with_the_report(send, media):
    answer = send(photos=[upload(picture()), upload(picture(colour="red"))])
    assert (answer.status_code, len(answer.json()["photos"]), len(files_in(media))) == (201, 2, 4)


# --- refused, and nothing has changed -------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"category": 999_999}, "category"), ({"category": "垃圾"}, "category"), ({"lon": "NaN"}, "lon"),
        ({"lat": "inf"}, "lat"),
        ({"accuracy_m": -1}, "accuracy_m"), ({"level": "huge"}, "level"), ({"urgency": "now"}, "urgency"),
        ({"description": "长" * 1001}, "description"), ({"description": "a\0b"}, "description"),
        ({"client_key": "1"}, "client_key"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(send, wrong, field):
    answer = send(**wrong)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, [field])


def test_a_missing_field_is_told_in_chinese(send, worker, signed_in, town):
    answer = signed_in(worker).post("/api/cases", {}, format="json", headers={"accept-language": "zh-CN"})
    told = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert (set(told), told["category"]) == ({"client_key", "category", "lon", "lat"}, "该字段是必填项。")


def test_a_number_beyond_all_numbers_is_a_wrong_field(worker, body, signed_in):
    text = json.dumps(body(category=float("inf"))).replace("Infinity", "1e400")
    answer = signed_in(worker).generic("POST", "/api/cases", text, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "category")


def test_a_class_that_is_switched_off_is_refused(send, rubbish):
    Category.objects.filter(pk=rubbish.pk).update(is_active=False)
    answer = send()
    assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == ("class-not-in-use", "category")


def test_a_place_in_the_neighbouring_district_is_refused_with_a_sentence(send):
    answer = send("n")
    assert (answer.status_code, answer.json()["code"]) == (422, "outside-district")


def test_a_place_outside_all_regions_is_refused(send):
    assert send("A", north_m=5000).json()["code"] == "outside-regions"


def test_a_broken_photograph_is_named_and_nothing_is_kept(send, media):
    before = Case.objects.count()
    answer = send(photos=[upload(picture()), upload(b"no photograph")])
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, ["photos[1]"])
    assert (Case.objects.count(), files_in(media)) == (before, [])


def test_seven_photographs_are_too_many(send, media):
    answer = send(photos=[upload(picture(colour=(n * 30, 0, 0))) for n in range(7)])
    assert (answer.status_code, files_in(media)) == (400, [])


def test_files_are_removed_when_the_transaction_fails(send, media, worker, rubbish, monkeypatch):
    """The second photograph cannot be written: the disk is full."""
    from django.core.files.storage import FileSystemStorage

    save, times = FileSystemStorage._save, []

    def full(self, name, content):
        times.append(name)
        if len(times) > 2:
            raise OSError("No space left on device")
        return save(self, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    before = Case.objects.count()
    with pytest.raises(OSError, match="No space"):
        send(photos=[upload(picture()), upload(picture(colour="red"))])
    assert (Case.objects.count(), files_in(media)) == (before, [])


# --- once -----------------------------------------------------------------------------------------


def test_the_same_key_again_is_the_same_case(send):
    key = str(uuid.uuid4())
    first, second = send(client_key=key), send("q", client_key=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["number"] == second.json()["number"]


def test_the_same_key_again_is_the_same_case_though_its_class_went_out_of_use(send, rubbish):
    key = str(uuid.uuid4())
    send(client_key=key)
    Category.objects.filter(pk=rubbish.pk).update(is_active=False)
    assert send(client_key=key).status_code == 200


def test_the_same_key_again_keeps_no_second_photograph(send, media):
    key = str(uuid.uuid4())
    for _ in range(2):
        send(client_key=key, photos=[upload(picture())])
    assert len(files_in(media)) == 2


def test_somebody_elses_key_tells_nothing_of_his_case(send, colleague):
    key = str(uuid.uuid4())
    number = send(client_key=key).json()["number"]
    answer = send("q", client_key=key, user=colleague)
    assert (answer.status_code, answer.json()["code"]) == (409, "key-in-use")
    assert number not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_of_the_same_at_once_are_one_case(committed_town, worker, signed_in, media):
    sent = committed_town | {"client_key": str(uuid.uuid4())}
    clients = [signed_in(worker) for _ in range(4)]
    answers = at_once(
        *[
            lambda c=c: c.post("/api/cases", sent | {"photos": [upload(picture())]}, format="multipart")
            for c in clients
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert Case.objects.filter(client_key=sent["client_key"]).count() == 1
    assert len(files_in(media)) == 2


# --- who may report -------------------------------------------------------------------------------


def test_a_viewer_may_not_report(send):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert send(user=viewer).status_code == 403


@pytest.mark.parametrize("scope, status", [("read", 403), ("write", 201)])
def test_a_token_reports_only_if_it_may_write(body, worker, scope, status):
    _token, secret = AccessToken.objects.issue(worker, name="script", scope=scope)
    answer = APIClient().post(
        "/api/cases", body(), format="json", headers={"authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == status


def test_nobody_reports_without_signing_in(body):
    assert APIClient().post("/api/cases", body(), format="json").status_code == 401


def test_the_stranger_cannot_report_into_the_town(send, stranger):
    assert send(user=stranger).json()["code"] == "outside-district"


# --- too many -------------------------------------------------------------------------------------


@pytest.fixture
def came(worker, rubbish):
    """The n-th report of the worker has come just now."""
    reported = {"category": rubbish, "reporter": worker, "received_at": timezone.now()}
    return lambda n: city.make_case(f"R{n}", city.MAP.point("p"), region_code=city.WEST, **reported)


def test_a_phone_gone_wrong_is_told_when_to_come_again(send, came):
    most, within_s = reporting.LIMITS[0]
    for n in range(most):
        came(n)
    answer = send()
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-reports")
    assert 0 < int(answer["Retry-After"]) <= within_s


def test_what_was_sent_already_is_never_too_much(send, came):
    key = str(uuid.uuid4())
    send(client_key=key)
    for n in range(reporting.LIMITS[0][0]):
        came(n)
    assert send(client_key=key).status_code == 200


def test_waiting_reports_that_come_all_at_once_are_too_many_too(send, came):
    for n in range(reporting.LIMITS[0][0]):
        came(n)
    Case.objects.filter(number__startswith="R").update(
        reported_at=timezone.now() - timezone.timedelta(days=2)
    )
    assert send().json()["code"] == "too-many-reports"


def test_one_users_haste_does_not_stop_another(send, came, colleague):
    for n in range(reporting.LIMITS[0][0]):
        came(n)
    assert send("q", user=colleague).status_code == 201
