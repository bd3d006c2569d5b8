"""The tree of classes that the report page offers."""

import pytest

from cases.models import Category


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
