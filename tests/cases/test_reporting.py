import json
import threading
import uuid
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone
from rest_framework.test import APIClient

from cases import reporting
from cases.cells import cell_of
from cases.models import Case, CaseEvent, Category
from cases.numbering import next_numbers
from gis.models import AccessToken
from gis.roles import Role
from grids.models import Officer, Posting
from tests import city
from tests.cases.test_photos import picture, upload
from tests.conftest import make_user


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.fixture
def rubbish(town):
    return Category.objects.get(kind="incident", scheme="GB/T 30428.2-2013", code="0110")


@pytest.fixture
def body(rubbish):
    """A report at a mark of the town, as a phone sends it."""

    def body(mark="p", **values):
        lon, lat = city.MAP.lonlat(mark, east_m=values.pop("east_m", 0), north_m=values.pop("north_m", 0))
        return {
            "client_key": str(uuid.uuid4()),
            "category": rubbish.pk,
            "lon": lon,
            "lat": lat,
            "accuracy_m": 8,
        } | values

    return body


@pytest.fixture
def send(worker, body, signed_in):
    """Report as the worker (or somebody else): JSON, or multipart if it has photographs."""

    def send(mark="p", *, user=worker, **values):
        sent = body(mark, **values)
        return signed_in(user).post("/api/cases", sent, format="multipart" if "photos" in sent else "json")

    return send


# --- a report becomes a case --------------------------------------------------------------------


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
    import numpy as np

    from gis import crs

    ((lon, lat),) = crs.from_storage(np.array([city.MAP.lonlat("q")]), crs="GCJ02")
    assert send("q", lon=lon, lat=lat, crs="GCJ02").json()["unit_grid_code"] == city.EAST + "001"


def test_photographs_come_with_the_report(send, media):
    answer = send(photos=[upload(picture()), upload(picture(colour="red"))])
    assert (answer.status_code, len(answer.json()["photos"]), len(files_in(media))) == (201, 2, 4)


# --- refused, and nothing has changed -----------------------------------------------------------


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


# --- once ---------------------------------------------------------------------------------------


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


def at_once(*calls):
    """The results of calls that run at the same time, each with a database connection of its own."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(n, call):
        barrier.wait()
        try:
            results[n] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


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


@pytest.mark.django_db(transaction=True)
def test_numbers_drawn_at_once_are_all_different(committed_town):
    drawn = at_once(*[lambda: next_numbers(50) for _ in range(4)])
    assert len({number for numbers in drawn for number in numbers}) == 200


@pytest.fixture
def committed_town(transactional_db):
    """The town for tests with several connections; the class tables, which a flush empties, come with it."""
    from django.apps import apps

    from gis.database_code import load

    for app in ("buildings", "cases"):
        load(apps.get_app_config(app), using="default")
    city.load()
    category = Category.objects.get(kind="incident", scheme="GB/T 30428.2-2013", code="0110")
    lon, lat = city.MAP.lonlat("p")
    return {"category": category.pk, "lon": lon, "lat": lat}


# --- numbers ------------------------------------------------------------------------------------


def test_numbers_of_another_day_carry_that_day(db):
    day = timezone.datetime(2024, 2, 29).date()
    assert next_numbers(2, day=day) == ["2024022900001", "2024022900002"]


def test_a_number_that_a_file_brought_is_passed_over(town):
    city.make_case("2024022800002", city.MAP.point("p"), region_code=city.WEST)
    day = timezone.datetime(2024, 2, 28).date()
    assert next_numbers(3, day=day) == ["2024022800001", "2024022800003", "2024022800004"]


def test_after_99999_the_count_grows(db):
    day = timezone.datetime(2024, 2, 27).date()
    next_numbers(1, day=day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('case_number_20240227', 99999)")
    assert next_numbers(1, day=day) == ["20240227100000"]


# --- photographs that come later ----------------------------------------------------------------


@pytest.fixture
def case(send):
    return Case.objects.get(pk=send().json()["id"])


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


# --- looking at photographs ---------------------------------------------------------------------


@pytest.fixture
def pictured(send):
    return Case.objects.get(pk=send(photos=[upload(picture(800, 600))]).json()["id"])


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


# --- the same thing -----------------------------------------------------------------------------


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


# --- who may report -----------------------------------------------------------------------------


def test_a_viewer_may_not_report(send):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert send(user=viewer).status_code == 403


def test_a_viewer_may_not_confirm(confirm):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert confirm(user=viewer).status_code == 403


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


# --- too many -----------------------------------------------------------------------------------


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


# --- reading ------------------------------------------------------------------------------------


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
    with django_assert_num_queries(5):  # session, user, count, cases, photographs
        client.get("/api/cases", {"mine": 1})


# --- categories ---------------------------------------------------------------------------------


@pytest.fixture
def categories(worker, town, signed_in):
    return lambda user=worker, **headers: signed_in(user).get("/api/categories", headers=headers)


def test_the_tree_goes_from_kind_to_major_to_class_in_both_languages(categories):
    kinds = categories().json()["kinds"]
    major = kinds[0]["majors"][0]
    assert [(kind["kind"], kind["name"], kind["name_en"]) for kind in kinds] == [
        ("incident", "事件", "Incident"), ("asset", "部件", "Asset"),
    ]  # fmt: skip
    assert (major["code"], major["name"], major["name_en"]) == (
        "01",
        "市容环境",
        "City appearance and sanitation",
    )
    assert major["classes"][0] | {"id": 0} == {
        "id": 0, "code": "0101", "name": "私搭乱建", "name_en": "Illegal structure", "initials": "sdlj",
    }  # fmt: skip


def test_only_classes_in_use_are_offered(categories, rubbish):
    Category.objects.filter(pk=rubbish.pk).update(is_active=False)
    assert "暴露垃圾" not in categories().content.decode()


def test_what_i_report_most_comes_first(categories, send, rubbish):
    for _ in range(2):
        send("p")
    assert categories().json()["most_used"][0] == rubbish.pk


def test_the_stranger_is_not_offered_what_the_town_reports(categories, send, stranger, rubbish):
    send("p")
    assert rubbish.pk not in categories(user=stranger).json()["most_used"]


def test_the_tree_is_sent_once(categories):
    etag = categories()["ETag"]
    assert categories(**{"if-none-match": etag}).status_code == 304


# --- pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/report", "/cases/mine"])
def test_a_viewer_has_no_report_page(path, signed_in, town):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert signed_in(viewer).get(path).status_code == 403


def test_my_reports_show_mine_and_nobody_elses(send, worker, colleague, signed_in):
    mine, other = send("p").json()["number"], send("q", user=colleague).json()["number"]
    page = signed_in(worker).get("/cases/mine").content.decode()
    assert (mine in page, other in page) == (True, False)
