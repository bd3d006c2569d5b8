"""The arithmetic of the bench: turns, medians, aims, and the client's reading of HTTP."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from demo.bench.client import Client
from demo.bench.report import at_least, at_most, compared, table
from demo.bench.throughput import mixed, shared
from demo.bench.timing import Sample, rotated, take_turns
from tiles.mvt import Tile


def nothing(_thing):
    return lambda: None


def slow(_thing):
    return lambda: time.sleep(0.01)


def test_the_median_and_the_slowest_twentieth_are_of_the_times():
    sample = Sample([float(ms) for ms in range(1, 102)])
    assert (sample.p50, sample.p95) == (51, 96)


def test_one_time_is_its_own_median_and_slowest_twentieth():
    assert (Sample([7.0]).p50, Sample([7.0]).p95) == (7, 7)


def test_medians_are_compared_over_what_both_did():
    assert compared(Sample([2.0, 4.0, 90.0]), Sample([1.0, 2.0])) == (2, 1.5)


def test_pages_are_warmed_by_the_last_way_and_the_first_to_be_timed_changes():
    asked = []
    ways = {name: lambda thing, name=name: lambda: asked.append(name) for name in ("ours", "SQL")}
    take_turns(["a", "b"], ways, seconds=60)
    assert asked == ["SQL", "ours", "SQL", "SQL", "SQL", "ours"]


def test_a_way_that_has_used_its_share_sits_out_and_the_others_go_on():
    samples = take_turns(range(5), {"slow": slow, "quick": nothing}, seconds=0.02)
    assert (len(samples["slow"].ms), len(samples["quick"].ms)) == (1, 5)


def test_each_way_is_timed_at_least_once():
    samples = take_turns(range(5), {"slow": slow, "slow too": slow}, seconds=0)
    assert [len(sample.ms) for sample in samples.values()] == [1, 1]


def test_what_goes_before_a_way_goes_before_each_of_its_calls_and_is_not_timed():
    asked = []
    samples = take_turns(
        "ab", {"ours": nothing, "SQL": nothing}, seconds=60, before={"ours": lambda: asked.append(slow("")())}
    )
    assert len(asked) == 2
    assert max(samples["ours"].ms) < 10


def test_rotation_goes_round():
    turned = [rotated(["a", "b", "c"], by) for by in (0, 1, 5)]
    assert turned == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]]


def test_clients_at_once_ask_about_each_thing_once():
    asked = []
    way = lambda thing: lambda: asked.append(thing)  # noqa: E731
    assert shared(range(100), [way] * 4, until=time.monotonic() + 60) == 100
    assert sorted(asked) == list(range(100))


def test_any_part_of_mixed_tiles_has_each_zoom_s_share():
    tiles = [Tile(12, 0, 0), Tile(12, 0, 1), *(Tile(17, x, 0) for x in range(8))]
    halves = mixed(tiles)[:5], mixed(tiles)[5:]
    assert [[tile.z for tile in half].count(12) for half in halves] == [1, 1]


def test_what_one_of_the_clients_meets_is_told():
    def way(_thing):
        raise ValueError("no answer")

    with pytest.raises(ValueError, match="no answer"):
        shared(range(3), [way], until=time.monotonic() + 60)


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


@contextmanager
def server_that_says(*pieces: bytes) -> Iterator[int]:
    """The port of a server that answers any request with the pieces, one packet after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                for piece in pieces:
                    connection.sendall(piece)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "pieces, body",
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",), b"hello"),
        ((b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 5\r\n\r\nhe", b"llo"), b"hello"),
        (
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nl", b"lo\r\n0\r\n\r\n"),
            b"hello",
        ),
        ((b"HTTP/1.1 204 No Content\r\nX-Tile-Cache: hit\r\n\r\n",), b""),
    ],
)
def test_the_client_reads_an_answer_however_it_is_cut(pieces, body):
    with server_that_says(*pieces) as port:
        assert Client(port, {}).get("/").body == body


def test_the_client_knows_tiles_that_come_out_of_the_cache():
    with server_that_says(b'HTTP/1.1 304 Not Modified\r\nX-Tile-Cache: hit\r\nETag: W/"0a"\r\n\r\n') as port:
        answer = Client(port, {}).ask("/")
    assert (answer.was_kept, answer.etag) == (True, 'W/"0a"')
