import pytest
from django.db import connection
from django.utils import timezone, translation

from buildings.models import Building, Door, Estate, Road
from cases import locating
from gis import crs
from gis.models import AccessToken
from gis.roles import Role
from grids.models import Officer, Posting, Region, ResponsibilityGrid, UnitGrid
from tests import city
from tests.conftest import make_user


def at(mark, **moved):
    lon, lat = city.MAP.lonlat(mark, **moved)
    return {"lon": lon, "lat": lat}


def post(user, town, region, *, is_main=True, name="王小满", phone="13900000001"):
    officer = getattr(user, "officer", None) or Officer.objects.create(
        user=user, name=name, card_number=f"W{user.pk:04}", phone=phone, organisation=town.organisation,
        region_code=user.jurisdiction,
    )  # fmt: skip
    Posting.objects.create(grid=town.responsibility[region], officer=officer, is_main=is_main)
    return officer


@pytest.fixture
def ask(town, worker, signed_in):
    """Ask for a mark of the town as the worker (or as somebody else)."""

    def ask(mark, *, user=worker, east_m=0, north_m=0, **params):
        query = at(mark, east_m=east_m, north_m=north_m) | params
        return signed_in(user).get("/api/locate", query)

    return ask


def test_a_spot_has_its_unit_grid_and_all_regions_above(ask):
    found = ask("p").json()
    codes = [found[level]["code"] for level in ("unit_grid", "community", "street", "district")]
    assert codes == [city.WEST + "001", city.WEST, city.STREET, city.DISTRICT]


def test_a_spot_on_a_shared_border_belongs_to_the_lower_code(ask):
    assert ask("E").json()["unit_grid"]["code"] == city.WEST + "001"


def test_without_a_unit_grid_the_smallest_region_is_told(ask):
    UnitGrid.objects.all().delete()
    found = ask("q").json()
    assert (found["unit_grid"], found["region_code"]) == (None, city.EAST)


def test_a_district_without_communities_still_locates(ask, chief):
    UnitGrid.objects.all().delete()
    Region.objects.filter(code__startswith=city.STREET).delete()
    found = ask("p", user=chief).json()
    assert (found["region_code"], found["community"], found["street"]) == (city.DISTRICT, None, None)


def test_a_boundary_that_has_ended_no_longer_locates(ask):
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    UnitGrid.objects.update(valid=(yesterday - timezone.timedelta(days=9), yesterday))
    assert ask("p").json()["unit_grid"] is None


def test_the_main_officer_of_the_grid_comes_first_with_a_work_phone(ask, town, worker, colleague):
    post(colleague, town, city.WEST, is_main=False, name="李副", phone="13900000002")
    post(worker, town, city.WEST, name="王主")
    assert ask("p").json()["responsibility_grid"]["officers"] == [
        {"name": "王主", "phone": "13900000001", "is_main": True},
        {"name": "李副", "phone": "13900000002", "is_main": False},
    ]


def test_outside_the_grid_that_i_am_posted_to_is_cross_grid(ask, town, worker):
    post(worker, town, city.WEST)
    assert [ask("p").json()["is_cross_grid"], ask("q").json()["is_cross_grid"]] == [False, True]


def test_a_grid_that_i_am_posted_to_is_mine_even_outside_my_jurisdiction(ask, town, worker):
    post(worker, town, city.EAST)
    assert ask("q").json()["is_cross_grid"] is False


def test_an_officer_without_a_posting_is_at_home_in_his_jurisdiction(ask, chief, worker):
    assert [ask("q", user=worker).json()["is_cross_grid"], ask("q", user=chief).json()["is_cross_grid"]] == [
        True,
        False,
    ]


def test_a_posting_to_a_grid_of_the_past_counts_no_more(ask, town, worker):
    post(worker, town, city.EAST)
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    ResponsibilityGrid.objects.filter(region_code=city.EAST).update(
        valid=(yesterday - timezone.timedelta(days=9), yesterday)
    )
    assert ask("q").json()["is_cross_grid"] is True


def test_where_two_grids_meet_mine_comes_first(ask, town, colleague):
    post(colleague, town, city.EAST)
    found = ask("B", user=colleague, north_m=-50).json()
    assert (found["responsibility_grid"]["name"], found["is_cross_grid"]) == ("东网格", False)


@pytest.mark.parametrize("accuracy, crosses", [(20, False), (150, True)])
def test_an_accuracy_circle_that_crosses_the_grid_is_told(ask, accuracy, crosses):
    assert ask("p", accuracy=accuracy).json()["is_border_in_accuracy"] is crosses


# --- in words -----------------------------------------------------------------------------------


def described(ask, mark, **moved):
    with translation.override("zh-hans"):
        return ask(mark, **moved).json()["place"]


def test_inside_a_building_the_place_is_the_building(ask):
    assert described(ask, "p") == "west花园1号楼"


@pytest.mark.parametrize(
    "moved, said",
    [
        ({"east_m": 35}, "west花园1号楼东侧约20米"),
        ({"east_m": -35}, "west花园1号楼西侧约20米"),
        ({"north_m": 30}, "west花园1号楼北侧约15米"),
        ({"east_m": 29, "north_m": 29}, "west花园1号楼东北侧约20米"),
        ({"east_m": 17}, "west花园1号楼旁"),
    ],
)
def test_beside_a_building_the_place_names_side_and_metres(ask, moved, said):
    assert described(ask, "p", **moved) == said


def test_at_a_door_the_place_is_near_the_door(ask):
    assert described(ask, "p", north_m=-85) == "中轴路1号附近"


def test_with_neither_the_place_is_along_the_road(ask):
    assert described(ask, "s", east_m=-90, north_m=70) == "中轴路南侧约30米"


def test_with_nothing_near_the_place_is_in_the_community(ask):
    Road.objects.all().delete()
    assert described(ask, "s") == "西社区内"


def test_the_sentence_is_english_for_who_reads_english(ask, worker, town, signed_in):
    client = signed_in(worker)
    answer = client.get("/api/locate", at("p", east_m=35), headers={"accept-language": "en"})
    assert answer.json()["place"] == "about 20 m east of west花园1号楼"


@pytest.mark.parametrize(
    "thing, label",
    [
        ({"estate": "文苑", "number": "3", "name": "", "address": ""}, "文苑3号楼"),
        ({"estate": "文苑", "number": "甲座", "name": "别名", "address": ""}, "文苑甲座"),
        ({"estate": None, "number": "3", "name": "人民医院", "address": "文峰路1号"}, "人民医院"),
        ({"estate": None, "number": "", "name": "", "address": "文峰路1号"}, "文峰路1号"),
    ],
)
def test_a_building_is_called_as_people_call_it(thing, label):
    assert locating.building_label(thing) == label


@pytest.mark.parametrize(
    "bearing, side", [(0, "north"), (22, "north"), (23, "northeast"), (180, "south"), (359, "north")]
)
def test_a_bearing_is_one_of_eight_sides(bearing, side):
    with translation.override("en"):
        assert locating.side_of(bearing) == side


def test_the_nearest_building_is_the_nearest_on_the_ground_not_in_degrees(ask, town):
    """At 34° a degree of longitude is a fifth shorter: 40 m east is further in degrees than 36 m north is."""
    Building.objects.all().delete()
    Estate.objects.all().delete()
    for name, moved in [("北楼", {"north_m": 50}), ("东楼", {"east_m": 54})]:
        middle = city.MAP.point("s", **moved)
        shape = middle.buffer(0.00001)
        Building.objects.create(name=name, region_code=city.WEST, footprint=city._multi(shape))
    distances = dict(Building.objects.annotate(d=_ground_distance("s")).values_list("name", "d"))
    assert ask("s").json()["building"]["name"] == min(distances, key=distances.get) == "北楼"


def _ground_distance(mark):
    from django.contrib.gis.db.models.functions import Distance

    return Distance("footprint", city.MAP.point(mark), spheroid=True)


# --- the answer's edges -------------------------------------------------------------------------


def test_coordinates_of_a_chinese_map_are_understood(ask):
    import numpy as np

    ((lon, lat),) = crs.from_storage(np.array([city.MAP.lonlat("q")]), crs="GCJ02")
    answer = ask("q", lon=lon, lat=lat, crs="GCJ02").json()
    assert answer["unit_grid"]["code"] == city.EAST + "001"


@pytest.mark.parametrize(
    "params, code",
    [
        ({"lon": "here"}, "invalid"), ({"lon": "nan"}, "invalid"), ({"lat": "1e999"}, "invalid"),
        ({"lat": 91}, "bad-parameter"),
        ({"lon": 181}, "bad-parameter"), ({"crs": "4326999"}, "unknown-crs"), ({"accuracy": -1}, "invalid"),
        ({"accuracy": "nan"}, "invalid"), ({"category": "rubbish"}, "invalid"),
        ({"category": 10**30}, "invalid"),
        ({"category": 999_999}, "bad-parameter"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused(ask, params, code):
    answer = ask("p", **params)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_one_round_trip_answers_all(ask, town, worker, signed_in, django_assert_num_queries):
    client, query = signed_in(worker), at("p") | {"category": town.cases["west"].category_id}
    client.get("/api/locate", query)
    with django_assert_num_queries(2):  # the session with its user, and the place
        client.get("/api/locate", query)


# --- who is asking ------------------------------------------------------------------------------


def test_a_worker_locates_anywhere_in_his_district(ask):
    assert ask("q").status_code == 200


def test_of_another_district_only_that_it_is_outside(ask):
    answer = ask("n")
    assert (answer.status_code, answer.json()["code"]) == (422, "outside-district")
    assert "邻" not in answer.content.decode().replace("邻居", "").replace("相邻", "")


def test_nothing_near_the_border_comes_from_the_other_district(ask, town):
    """The neighbour's door stands 10 m from us, ours far away."""
    Door.objects.all().delete()
    Building.objects.filter(region_code=city.EAST).delete()
    Door.objects.create(
        road_name="邻路",
        number="9号",
        location=city.MAP.point("F", east_m=5, north_m=50),
        region_code=city.NEIGHBOUR_COMMUNITY,
    )
    Estate.objects.filter(region_code=city.EAST).delete()
    found = ask("F", east_m=-5, north_m=50)
    assert (found.json()["door"], found.json()["estate"]) == (None, None)
    assert "邻" not in found.content.decode()


def test_the_stranger_is_told_nothing_of_the_town(ask, stranger):
    answer = ask("p", user=stranger)
    assert (answer.status_code, answer.json()["code"]) == (422, "outside-district")


def test_outside_all_regions_is_said_clearly(ask):
    answer = ask("A", north_m=5000)
    assert (answer.status_code, answer.json()["code"]) == (422, "outside-regions")


def test_an_empty_jurisdiction_locates_nothing(ask):
    nobody = make_user("nobody", role=Role.GRID_WORKER, jurisdiction="")
    assert ask("p", user=nobody).status_code == 422


def test_a_viewer_does_not_locate(ask):
    viewer = make_user("viewer", role=Role.VIEWER, jurisdiction=city.DISTRICT)
    assert ask("p", user=viewer).status_code == 403


def test_nobody_locates_without_signing_in(town, client):
    assert client.get("/api/locate", at("p")).status_code == 401


def test_a_read_token_locates(town, worker, client):
    _token, secret = AccessToken.objects.issue(worker, name="script", scope="read")
    answer = client.get("/api/locate", at("p"), headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200


def test_the_bare_query_can_be_run_as_it_is(town, worker):
    lon, lat = city.MAP.lonlat("p")
    with connection.cursor() as cursor:
        cursor.execute(
            locating.QUERY,
            locating.parameters(worker, lon, lat, accuracy_m=10, category=town.cases["west"].category_id),
        )
        assert len(cursor.fetchall()) == 1
