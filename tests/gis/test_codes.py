"""Region codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import codes

region_codes = st.sampled_from(codes.LEVELS).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@pytest.mark.parametrize("code", ["41", "4110", "411002", "411002001", "411002001001"])
def test_standard_lengths_are_codes(code):
    assert codes.is_region_code(code)


@pytest.mark.parametrize(
    "code", ["", "4", "411", "41100200100", "4110020010011", "41a", "41 ", "41\n", "４１"]
)
def test_anything_else_is_no_code(code):
    assert not codes.is_region_code(code)


@pytest.mark.parametrize(
    "code, parent",
    [("41", ""), ("4110", "41"), ("411002", "4110"), ("411002001", "411002"), ("411002001001", "411002001")],
)
def test_the_parent_is_one_level_up(code, parent):
    assert codes.parent_of(code) == parent


def test_the_parent_of_a_unit_grid_is_its_community():
    assert codes.parent_of("411002001001001") == "411002001001"


@given(region_codes)
def test_ancestors_are_the_parents_of_parents(code):
    climbed, at = [], code
    while at := codes.parent_of(at):
        climbed.insert(0, at)
    assert codes.ancestors_of(code) == climbed


@pytest.mark.parametrize(
    "among, common",
    [
        ([], ""),
        (["411002001001"], "411002001001"),
        (["411002001001", "411002001002"], "411002001"),
        (["411002001001", "411002002001"], "411002"),
        (["411002", "411002002001"], "411002"),
        (["411002", "411003"], "4110"),
        (["411002", "421002"], ""),
    ],
)
def test_the_common_region_is_the_smallest_that_holds_all(among, common):
    assert codes.common_region(among) == common


@given(st.lists(region_codes, min_size=1, max_size=6))
def test_the_common_region_holds_all_and_none_of_its_children_does(among):
    common = codes.common_region(among)
    assert all(code.startswith(common) for code in among)
    deeper = next((level for level in codes.LEVELS if level > len(common)), None)
    if deeper:
        assert len({code[:deeper] for code in among}) > 1 or min(map(len, among)) < deeper
