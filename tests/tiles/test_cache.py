"""A kept tile is exact: what was committed before a request is in its answer, whoever wrote it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from buildings.models import Place
from cases.models import Case, Category
from gis.layers import layers
from gis.models import User
from gis.roles import Role
from tests import city
from tests.tiles.decoding import decoded, get
from tiles import cache, stamps
from tiles.limits import Purses, TooMany
from tiles.mvt import Tile
from tiles.stamps import Changes, Reads

ROOT = Path(__file__).resolve().parents[2]
HERE = Tile.holding(*city.MAP.lonlat("p"), z=16)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db):
    return city.load()


@pytest.fixture
def ask(town, chief, signed_in):
    """A tile of the duty chief, asked twice before: the short way knows session and question."""
    client = signed_in(chief)
    for _ in range(2):
        get(client, "cases,places", HERE)
    return lambda at=HERE, who=client, **params: get(who, "cases,places", at, **params)


def new_case(number: str) -> Case:
    return city.make_case(number, city.MAP.point("p"), region_code=city.WEST)


def how(answer) -> str:
    return answer["X-Tile-Cache"]


def cases(answer) -> list[dict]:
    return [feature["properties"] for feature in decoded(answer).get("cases", [])]


def numbers(answer) -> set[str]:
    return {case["number"] for case in cases(answer)}


@contextmanager
def elsewhere():
    """A connection of somebody else, in a transaction that is not committed yet."""
    given = connection.get_connection_params()
    keys = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{key: given[key] for key in keys if key in given}) as other:
        yield other


# --- as long as nothing changed -----------------------------------------------------------------


def test_the_second_answer_is_the_kept_one(ask):
    kept = ask()
    assert (how(kept), kept.content) == ("hit", ask().content)


def test_a_session_and_question_that_are_known_take_one_look(ask, monkeypatch):
    asked = []
    execute = psycopg.Cursor.execute
    monkeypatch.setattr(
        psycopg.Cursor,
        "execute",
        lambda self, *words, **more: asked.append(words) or execute(self, *words, **more),
    )
    assert how(ask()) == "hit"
    assert len(asked) == 1


def test_a_colleague_of_the_same_jurisdiction_shares_the_tile(ask, signed_in):
    other = User.objects.create_user("second", role=Role.DUTY_CHIEF, jurisdiction=city.DISTRICT)
    assert how(ask(who=signed_in(other))) == "hit"


def test_other_processes_find_it_in_the_table(ask):
    cache._memory.clear()
    assert how(ask()) == "stored"


# --- what is written is seen --------------------------------------------------------------------


def test_a_new_row_is_in_the_next_answer(ask):
    new_case("C1")
    answer = ask()
    assert "C1" in numbers(answer)


def test_a_row_that_moved_away_is_gone_from_the_next_answer(ask):
    case = new_case("C1")
    ask()
    Case.objects.filter(pk=case.pk).update(location="SRID=4326;POINT(113.9 34.05)")
    assert "C1" not in numbers(ask())


def test_a_deleted_row_is_gone_from_the_next_answer(ask):
    case = new_case("C1")
    ask()
    Case.objects.filter(pk=case.pk).delete()
    assert "C1" not in numbers(ask())


def test_what_a_joined_table_says_is_seen(ask):
    case = new_case("C1")
    ask()
    Category.objects.filter(pk=case.category_id).update(name="别的名称")
    assert {case["category"] for case in cases(ask())} == {"别的名称"}


def test_a_write_elsewhere_leaves_the_tile(ask):
    Place.objects.create(name="远处", category="shop", location="SRID=4326;POINT(113.5 33.5)")
    assert how(ask()) == "hit"


def test_a_write_to_another_layer_leaves_the_tile(ask):
    layers.get("roads").model.objects.update(name="新路")
    assert how(ask()) == "hit"


def test_a_write_that_was_taken_back_leaves_the_tile(ask):
    with transaction.atomic():
        new_case("C1")
        transaction.set_rollback(True)
    assert how(ask()) == "hit"


def test_what_was_written_before_the_tile_was_drawn_and_committed_after_is_seen(ask):
    case = new_case("C1")
    with elsewhere() as other:
        other.execute("UPDATE cases_case SET number = 'C2' WHERE id = %s", [case.pk])
        assert numbers(ask()) >= {"C1"}
        assert how(ask()) == "hit"
        other.commit()
    assert numbers(ask()) >= {"C2"}


def test_what_was_committed_is_seen_in_the_table_too(ask):
    case = new_case("C1")
    with elsewhere() as other:
        other.execute("UPDATE cases_case SET number = 'C2' WHERE id = %s", [case.pk])
        ask()
        other.commit()
    cache._memory.clear()
    assert numbers(ask()) >= {"C2"}


def test_an_emptied_table_is_seen(ask):
    new_case("C1")
    ask()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case CASCADE")
    assert not numbers(ask())


def test_inside_a_transaction_nothing_is_kept(ask, chief, signed_in):
    with transaction.atomic():
        new_case("C1")
        assert "C1" in numbers(ask())
        transaction.set_rollback(True)
    assert "C1" not in numbers(ask())


def test_every_table_that_a_layer_reads_stamps_its_changes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE tgname ~ '^tiles_stamp_' GROUP BY relname HAVING count(*) = 4"
        )
        assert {name for [name] in cursor.fetchall()} >= stamps._followed().keys()


# --- who may see it -----------------------------------------------------------------------------


def test_the_neighbour_gets_nothing_of_what_others_filled(ask, stranger, signed_in):
    new_case("C1")
    ask()
    theirs = signed_in(stranger)
    assert [numbers(ask(who=theirs)) for _ in range(3)] == [set()] * 3


def test_a_jurisdiction_that_was_taken_away_holds_at_once(ask, chief):
    new_case("C1")
    ask()
    User.objects.filter(pk=chief.pk).update(jurisdiction=city.NEIGHBOUR)
    assert not numbers(ask())


@pytest.mark.parametrize(
    "end",
    [
        lambda user: Session.objects.all().delete(),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: (user.set_password("another one"), user.save()),
    ],
    ids=["signed out", "deactivated", "new password"],
)
def test_who_is_out_gets_no_kept_tile(ask, chief, end):
    assert how(ask()) == "hit"
    end(chief)
    assert ask().status_code == 401


# --- clearing and limits ------------------------------------------------------------------------


def test_cleared_tiles_are_drawn_again(ask):
    assert cache.clear() >= 1
    assert how(ask()) == "drawn"


def test_old_tiles_and_stamps_are_pruned(ask):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tiles_cached SET drawn_at = now() - interval '2 days'")
        cursor.execute("UPDATE tiles_stamp SET at = now() - interval '2 days'")
        assert cache.prune() >= 1
        cursor.execute("SELECT (SELECT count(*) FROM tiles_cached), (SELECT count(*) FROM tiles_stamp)")
        assert cursor.fetchone() == (0, 0)


def test_the_table_keeps_to_its_size(ask, settings):
    settings.TILE_CACHE_MB = 0
    cache.prune()
    cache._memory.clear()
    assert how(ask()) == "drawn"


def test_a_statement_that_takes_too_long_is_a_clear_answer(ask):
    at = Tile(18, HERE.x * 4, HERE.y * 4)
    with elsewhere() as other, connection.cursor() as cursor:
        other.execute("LOCK TABLE cases_case IN ACCESS EXCLUSIVE MODE")  # the tile must wait for it
        cursor.execute("SET statement_timeout = '500ms'")
        slow, again = ask(at), ask(at)
        cursor.execute("RESET statement_timeout")
    assert [slow.status_code, again.status_code] == [503, 503]
    assert (slow.json()["code"], slow["Retry-After"]) == ("too-slow", "30")


def test_drawn_tiles_are_limited_and_kept_ones_are_not(ask, settings):
    settings.TILES_DRAWN_PER_S = 0.1
    cache._purses = Purses()
    try:
        over = [Tile(17, HERE.x * 2, HERE.y * 2), Tile(17, HERE.x * 2 + 1, HERE.y * 2)]
        answers = [ask(at).status_code for at in over]
        assert 429 in answers
        assert how(ask()) == "hit"
    finally:
        cache._purses = Purses()


def test_a_purse_fills_again(settings):
    settings.TILES_DRAWN_PER_S = 1
    purses = Purses()
    for _ in range(10):
        purses.spend(1, now=100.0)
    with pytest.raises(TooMany):
        purses.spend(1, now=100.0)
    purses.spend(1, now=101.0)


def test_a_process_that_missed_stamps_trusts_nothing_that_it_keeps():
    changes, reads = Changes(), Reads(frozenset({"t"}), frozenset())
    changes.learn(None, "1:1:", "")
    since = changes.number
    changes.learn("1:1:", "9:9:", None)
    assert changes.touch(reads, (0, 0, 1, 1), since)


# --- several processes --------------------------------------------------------------------------


@contextmanager
def server(processes: int = 2):
    """The product on the test database in so many processes; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    of = connection.settings_dict
    host = of["HOST"].replace("/", "%2F")
    url = f"postgis://{of['USER']}@{host}:{of['PORT'] or 5432}/{of['NAME']}"
    words = f"--interface wsgi --host 127.0.0.1 --port {port} --workers {processes} --blocking-threads 4"
    words += " --workers-kill-timeout 3 --log-level warning gis.wsgi:application"
    env = os.environ | {"DATABASE_URL": url, "WANGGE_CONN_MAX_AGE_S": "600", "WANGGE_TILES_DRAWN_PER_S": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *words.split()], cwd=ROOT, env=env, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not answers(f"{address}/readyz"):
            assert process.poll() is None
            assert time.monotonic() < deadline
        yield address
    finally:
        os.killpg(process.pid, 15)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)


def answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return answer.status == 200
    return False


def test_random_writes_of_several_processes_are_never_missed(town, chief):
    """Each writer commits and asks at once, of any process: what it wrote is there, what it took is not."""
    client = Client()
    client.force_login(chief)
    cookie = client.cookies["sessionid"].value
    like = new_case("LIKE").pk
    with server() as address:
        writers = [
            subprocess.Popen(
                [sys.executable, ROOT / "tests" / "tiles" / "writer.py", address, cookie, str(n)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                env=os.environ | {"WRITER": told_to_writers(like)},
            )
            for n in range(3)
        ]  # fmt: skip
        told = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], told
    found = [json.loads(out) for out, _err in told]
    assert sum(counts["asked"] for counts in found) >= 300
    assert (
        sum(counts.get("hit", 0) + counts.get("stored", 0) for counts in found) > 0
    )  # it was not by drawing everything


def told_to_writers(like: int) -> str:
    """The database, the case to copy, and a place in each of two tiles."""
    of = connection.settings_dict
    libpq = {"host": of["HOST"], "port": str(of["PORT"] or 5432), "user": of["USER"], "dbname": of["NAME"]}
    spots = [city.MAP.lonlat(mark) for mark in "pq"]
    places = [[*Tile.holding(*spot, z=18), *spot] for spot in spots]
    assert places[0][:3] != places[1][:3]
    return json.dumps({"database": libpq, "like": like, "places": places})


def test_many_who_ask_for_the_same_cold_tile_are_one_query(town, chief):
    client = Client()
    client.force_login(chief)
    cookie = f"sessionid={client.cookies['sessionid'].value}"

    def fetch(address: str) -> str:
        request = urllib.request.Request(address, headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.headers["X-Tile-Cache"]

    with server() as address, ThreadPoolExecutor(100) as clients:
        at = "/".join(map(str, HERE))
        found = list(clients.map(fetch, [f"{address}/tiles/cases,places,roads/{at}.mvt"] * 100))
    assert found.count("drawn") == 1


# --- the command --------------------------------------------------------------------------------


def test_tiles_are_warmed_told_and_cleared(town, chief, capsys):
    call_command("tiles", "warm", "--layers=roads,places", "--zooms=15-16", f"--user={chief.username}")
    assert "drawn" in capsys.readouterr().out
    call_command("tiles", "stats")
    assert "roads,places" in capsys.readouterr().out
    call_command("tiles", "clear")
    call_command("tiles", "stats")
    assert "roads,places" not in capsys.readouterr().out
