"""The event stream: a real server process, a real NOTIFY, and only what each watcher may see."""

import asyncio
import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import deque
from itertools import count
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client

from cases import live
from cases.layers import CASES
from cases.models import Case
from gis.models import AccessToken, User
from gis.roles import Role
from tests import city

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 15
GRANIAN = (
    "--host 127.0.0.1 --workers 1 --workers-kill-timeout 3 --log-level info gis.asgi:application".split()
)


def case(number: int, *, region: str = city.WEST, mark: str = "p", **values) -> Case:
    return city.make_case(f"L{number:07}", city.MAP.point(mark), region_code=region, **values)


def copy_of(like: Case, n: int) -> Case:
    """Another case at the same place, not saved."""
    copied = [f.name for f in Case._meta.concrete_fields if not f.generated and not f.primary_key]
    values = {name: getattr(like, name) for name in copied}
    return Case(**values | {"number": f"B{n:07}", "client_key": uuid.uuid4()})


# --- one row and one user -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "jurisdiction", ["", "41", city.CITY, city.DISTRICT, city.STREET, city.WEST, city.EAST, city.NEIGHBOUR]
)
def test_the_test_of_one_row_is_that_of_the_query(town, jurisdiction):
    user = User(username="x", jurisdiction=jurisdiction, role=Role.DUTY_CHIEF)
    Case.objects.filter(region_code=city.WEST).update(region_code="")
    by_query = set(Case.objects.all().visible_to(user).values_list("pk", flat=True))
    assert {c.pk for c in Case.objects.all() if Case.objects.all().covers(user, c.region_code)} == by_query


# --- what the database says ---------------------------------------------------------------------


@pytest.fixture
def heard(transactional_db, town):
    """What the channel says of the statements run meanwhile."""
    params = connection.get_connection_params()
    params = {k: v for k, v in params.items() if k not in ("cursor_factory", "context")}
    with psycopg.connect(**params, autocommit=True) as own:
        own.execute("LISTEN cases")
        yield lambda: [json.loads(n.payload) for n in own.notifies(timeout=0.5)]


def test_a_new_case_is_told_by_its_id(heard):
    new = case(1)
    assert heard() == [{"event": "new", "ids": [new.pk]}]


def test_a_bulk_load_is_told_once_and_short(heard):
    like = Case.objects.get(number="202600000001")
    with transaction.atomic():
        Case.objects.bulk_create([copy_of(like, n) for n in range(2000)], batch_size=500)
    assert heard() == [{"event": "many"}]


def test_a_stage_that_changes_is_told(heard):
    Case.objects.filter(number="202600000001").update(stage="accepted")
    assert [news["event"] for news in heard()] == ["changed"]


def test_an_update_that_changes_nothing_to_see_is_not_told(heard):
    Case.objects.update(accuracy_m=3)
    assert heard() == []


def test_what_is_rolled_back_is_not_told(heard):
    with transaction.atomic():
        case(1)
        transaction.set_rollback(True)
    assert heard() == []


# --- a watcher ----------------------------------------------------------------------------------


def test_a_watcher_who_reads_slowly_is_sent_away():
    watcher = live.Watcher(User(username="slow"))
    taken = [watcher.offer("data: x\n\n") for _ in range(live.WAITING + 1)]
    assert taken == [True] * live.WAITING + [False]
    assert watcher.messages.get_nowait() is None
    assert watcher.messages.empty()


@pytest.mark.django_db(transaction=True)
def test_who_comes_as_the_last_one_leaves_stays():
    """The listener of those who have left ends a little later, and must not end the newcomer's stream."""

    async def leave_and_come() -> bool:
        hub, newcomer = live.Hub(), live.Watcher(User(username="new"))
        async with hub.joined(live.Watcher(User(username="old"))):
            await hub.ready()
            [former] = asyncio.all_tasks() - {asyncio.current_task()}
        async with hub.joined(newcomer):
            await asyncio.wait([former])
            return newcomer.messages.empty()

    assert asyncio.run(leave_and_come())


# --- the process --------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    of = connection.settings_dict
    host = of["HOST"].replace("/", "%2F")
    password = f":{of['PASSWORD']}" if of["PASSWORD"] else ""
    port = f":{of['PORT']}" if of["PORT"] else ""
    return f"postgis://{of['USER']}{password}@{host}{port}/{of['NAME']}"


@pytest.fixture(scope="module")
def port(django_db_setup):
    """The port of an event stream process on the tests' database, started as `make run` starts it."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port), *GRANIAN],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url(), "WANGGE_SECRET_KEY": settings.SECRET_KEY},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = []
        for line in server.stdout:
            said.append(line)
            if "Started worker" in line:
                break
        else:
            pytest.fail(f"The event stream process ended:\n{''.join(said)}")
        # what it logs from here on is passed over, or it would wait for a reader
        threading.Thread(target=deque, args=(server.stdout, 0), daemon=True).start()
        yield port
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


class Stream:
    """An open event stream, read line by line."""

    def __init__(self, port: int, user: User | None = None, **headers: str):
        if user is not None:
            headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session_of(user)}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.connection.request("GET", "/live/cases", headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        if self.status == 200:
            assert self.next()[0] == "beat"  # it listens now

    def next(self) -> tuple[str, dict | None, str]:
        """The next event with its data and id; ("", None, "") at the end of the stream."""
        told = {"event": "", "data": "", "id": ""}
        while line := self.answer.readline().decode():
            if line == "\n" and told["event"]:
                return told["event"], json.loads(told["data"] or "null"), told["id"]
            name, _colon, value = line.rstrip("\n").partition(": ")
            told[name] = value
        return "", None, ""

    def next_case(self) -> dict:
        while (event := self.next())[0] == "beat":
            pass
        assert event[0] == "case", event
        return event[1]

    def close(self) -> None:
        self.connection.close()


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.session.session_key


@pytest.fixture
def watch(transactional_db, town, port):
    """``watch(user)`` is that user's open stream."""
    opened = []

    def watch(*args, **headers) -> Stream:
        opened.append(Stream(port, *args, **headers))
        return opened[-1]

    yield watch
    for stream in opened:
        stream.close()


def test_a_new_case_arrives_with_what_the_layer_tells(watch, chief):
    stream = watch(chief)
    new = case(1, place="西门外")
    told = stream.next_case()
    assert told["id"] == new.pk
    assert told["properties"]["place"] == "西门外"
    assert told["geometry"]["coordinates"] == pytest.approx(new.location.coords)
    assert told["properties"].keys() == CASES.paths.keys()


def test_a_new_case_arrives_within_two_seconds(watch, chief):
    stream = watch(chief)
    started = time.monotonic()
    case(1)
    stream.next_case()
    assert time.monotonic() - started < 2


def test_the_stranger_hears_of_his_own_case_only(watch, chief, stranger):
    home, foreign = watch(chief), watch(stranger)
    ours = case(1)
    theirs = case(2, region=city.NEIGHBOUR_COMMUNITY, mark="n")
    assert home.next_case()["id"] == ours.pk
    assert foreign.next_case()["id"] == theirs.pk  # ours came first, and was not told


def test_the_stranger_is_not_told_of_a_change_either(watch, chief, stranger):
    foreign = watch(stranger)
    Case.objects.filter(region_code=city.WEST).update(stage="accepted")
    theirs = case(2, region=city.NEIGHBOUR_COMMUNITY, mark="n")
    assert foreign.next_case()["id"] == theirs.pk


def test_a_case_without_a_region_is_told_to_nobody(watch, chief):
    stream = watch(chief)
    case(1, region="")
    ours = case(2)
    assert stream.next_case()["id"] == ours.pk


def test_a_change_of_stage_arrives(watch, chief, town):
    stream = watch(chief)
    Case.objects.filter(pk=town.cases["west"].pk).update(stage="accepted")
    event, told, number = stream.next()
    assert (event, told["properties"]["stage"], number) == ("change", "accepted", "")


def test_who_comes_back_gets_what_he_missed(watch, chief, stranger):
    first = watch(chief)
    seen = case(1)
    first.next_case()
    first.close()
    missed = [case(2), case(3, region=city.EAST)]
    case(4, region=city.NEIGHBOUR_COMMUNITY)
    again = watch(chief, **{"Last-Event-ID": str(seen.pk)})
    told = [again.next_case()["id"] for _ in range(5)]  # two of the town and the one seen come again
    assert [pk for pk in told if pk > seen.pk] == [one.pk for one in missed]


def test_who_missed_very_many_is_told_to_ask_anew(watch, chief, town):
    first, *others = [copy_of(town.cases["west"], n) for n in range(live.AT_ONCE + 1)]
    for one in (first, *others):
        one.save()
    assert watch(chief, **{"Last-Event-ID": str(first.pk)}).next()[0] == "many"


def test_the_listening_connection_is_made_anew_and_nothing_is_lost(watch, chief):
    stream = watch(chief)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'wangge live' AND datname = current_database()"
        )
        assert cursor.fetchall() == [(True,)]
    new = case(1)
    told = stream.next_case()
    while told["id"] != new.pk:
        told = stream.next_case()


def test_all_watchers_share_one_connection_and_leave_none_behind(watch, chief, worker):
    streams = [watch(chief), watch(worker), watch(chief)]
    assert listeners() == 1
    for stream in streams:
        stream.close()
    deadline = time.monotonic() + PATIENCE_S
    for n in count(1):
        case(n)  # a closed socket shows when it is written to
        if not listeners() or time.monotonic() > deadline:
            break
    assert listeners() == 0


def listeners() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'wangge live' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def test_signing_out_ends_the_stream(watch, chief):
    stream = watch(chief)
    Session.objects.all().delete()
    assert ends(stream)


def test_a_deactivated_user_is_sent_away(watch, chief):
    stream = watch(chief)
    User.objects.filter(pk=chief.pk).update(is_active=False)
    assert ends(stream)


def test_a_changed_jurisdiction_ends_the_stream(watch, chief):
    stream = watch(chief)
    User.objects.filter(pk=chief.pk).update(jurisdiction=city.NEIGHBOUR)
    assert ends(stream)


def ends(stream: Stream) -> bool:
    """Whether the stream ends within two beats; nothing but beats comes before."""
    began = time.monotonic()
    while (event := stream.next()[0]) == "beat" and time.monotonic() - began < 2 * live.BEAT_S:
        pass
    return event == ""


def test_a_program_signs_in_by_its_token(watch, chief):
    _token, secret = AccessToken.objects.issue(chief, name="wall", scope="read")
    stream = watch(Authorization=f"Bearer {secret}")
    new = case(1)
    assert stream.next_case()["id"] == new.pk


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wg_nothing"}, {"Cookie": "sessionid=guess"}]
)
def test_nobody_is_let_in_without_a_sign_in(watch, headers):
    assert watch(**headers).status == 401


def test_who_is_locked_out_is_told_so(watch, chief):
    wrong = {"Authorization": "Basic " + base64.b64encode(b"chief:wrong").decode()}
    told = [watch(**wrong).status for _ in range(settings.AXES_FAILURE_LIMIT + 1)]
    assert (told[0], told[-1]) == (401, 429)


def test_our_own_pages_may_read_the_stream(watch, chief):
    origin = "http://127.0.0.1:8000"
    answer = watch(chief, Origin=origin).answer
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_pages_of_other_sites_are_refused(watch, chief):
    refused = watch(chief, Origin="http://evil.example")
    assert refused.status == 403
    assert "Access-Control-Allow-Origin" not in refused.answer.headers
