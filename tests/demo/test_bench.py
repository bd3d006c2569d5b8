"""The arithmetic of the bench: turns, quantiles, aims, and the client's reading of HTTP."""

import pytest

from demo.bench.report import at_least, at_most, table
from demo.bench.timing import Sample, rotated, take_turns


def test_the_median_and_the_slowest_twentieth_are_of_the_times():
    sample = Sample([float(ms) for ms in range(1, 102)])
    assert (sample.p50, sample.p95) == (51, 96)


def test_one_time_is_its_own_median_and_slowest_twentieth():
    assert (Sample([7.0]).p50, Sample([7.0]).p95) == (7, 7)


def test_each_way_is_timed_once_for_each_thing():
    asked = []
    ways = {name: lambda thing, name=name: lambda: asked.append((name, thing)) for name in ("ours", "SQL")}
    samples = take_turns(["a", "b"], ways, seconds=60)
    assert [len(sample.ms) for sample in samples.values()] == [2, 2]
    assert asked.count(("ours", "a")) == 1


def test_pages_are_warmed_by_the_last_way_and_the_first_to_be_timed_changes():
    asked = []
    ways = {name: lambda thing, name=name: lambda: asked.append(name) for name in ("ours", "SQL")}
    take_turns(["a", "b"], ways, seconds=60)
    assert asked == ["SQL", "ours", "SQL", "SQL", "SQL", "ours"]


def test_a_row_stops_when_its_seconds_are_over_but_not_before_the_first_thing():
    samples = take_turns(["a", "b", "c"], {"SQL": lambda thing: lambda: None}, seconds=0)
    assert len(samples["SQL"].ms) == 1


def test_rotation_goes_round():
    assert [rotated(["a", "b", "c"], by) for by in (0, 1, 5)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
    ]


@pytest.mark.parametrize(
    "shown, expected",
    [
        (at_most(1.1, 1.15), "1.10 (≤ 1.15 met)"),
        (at_most(1.2, 1.15), "1.20 (≤ 1.15 MISSED)"),
        (at_least(1999, 2000, unit="/s"), "1,999/s (≥ 2,000 MISSED)"),
        (at_most(3.5, None, unit=" ms"), "3.50 ms"),
    ],
)
def test_a_figure_stands_beside_its_aim(shown, expected):
    assert shown == expected


def test_tables_are_aligned():
    assert table([["", "n"], ["tiles", "200"]]) == "         n\ntiles  200"
