"""The private cluster starts from whatever state it is found in, for whoever calls."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.cluster import BIN, PORT, SOCKET_PATH_LIMIT, THROW_AWAY, Cluster
from tools.steps import ROOT, Trouble

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to become another user")


def kept(cluster: Cluster) -> str:
    return cluster.sql("SELECT said FROM kept", database="wangge")


def server_pid(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def as_role(cluster: Cluster, sql: str, *, database: str = "wangge") -> subprocess.CompletedProcess[str]:
    """What the application's own role is told."""
    connection = ["-h", cluster.sockets, "-p", str(PORT), "-U", "wangge", "-d", database]
    return subprocess.run([BIN / "psql", "-XqAt", *connection, "-c", sql], capture_output=True, text=True)


def test_a_second_start_finds_it_running(running):
    assert running.start() == "was running"
    assert kept(running) == "still here"


def test_what_was_stored_is_there_after_stop_and_start(running):
    running.stop()
    assert not running.running()
    assert running.start() == "started"
    assert kept(running) == "still here"


def test_it_recovers_when_the_server_was_killed(running):
    pid = server_pid(running)
    end = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([end], [], [], 30)[0]  # readable once the process has ended
    os.close(end)
    assert (running.data / "postmaster.pid").exists()
    running.start()
    assert kept(running) == "still here"


def test_a_pid_that_now_belongs_to_another_program_is_no_server(running):
    noted = (running.data / "postmaster.pid").read_text()
    lock = running.sockets / f".s.PGSQL.{PORT}.lock"
    locked = lock.read_text()
    pid = str(server_pid(running))
    running.stop()
    owner = running.data.stat()
    stranger = subprocess.Popen(["sleep", "60"], user=owner.st_uid)
    try:
        (running.data / "postmaster.pid").write_text(noted.replace(pid, str(stranger.pid), 1))
        lock.write_text(locked.replace(pid, str(stranger.pid), 1))
        assert not running.running()
        running.start()
        assert kept(running) == "still here"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_creation_is_begun_anew(cluster):
    half = cluster.home / "pg.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    assert cluster.start() == "created and started"


def test_data_of_another_version_are_refused_in_plain_words(cluster):
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(Trouble, match=r"made by PostgreSQL 9\.6"):
        cluster.start()


@pytest.mark.parametrize("name", ["网格 and 'quote'", "x" * 120])
def test_any_folder_will_do(open_folder, name):
    cluster = Cluster(open_folder / name / "var", THROW_AWAY)
    try:
        cluster.start()
        assert as_role(cluster, "SELECT 1").stdout == "1\n"
        assert len(os.fsencode(f"{cluster.sockets}/.s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT
    finally:
        cluster.remove()
    assert not cluster.home.exists()
    assert not cluster.sockets.exists()


def test_the_role_of_the_application_is_no_superuser(running):
    assert as_role(running, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").stdout == "f\n"


def test_databases_of_the_role_have_postgis_and_find_chinese(running):
    assert as_role(running, "CREATE DATABASE made_by_role").returncode == 0
    found = as_role(
        running, "SELECT postgis_lib_version(), cardinality(show_trgm('西大街'))", database="made_by_role"
    )
    assert found.stdout.split("|")[1:] == ["4\n"], found.stderr


def test_requests_get_no_parallel_plans(running):
    assert as_role(running, "SHOW max_parallel_workers_per_gather").stdout == "0\n"


def test_nothing_listens_on_tcp(running):
    assert as_role(running, "SHOW listen_addresses").stdout == "\n"


def test_the_socket_is_the_owners_alone(running):
    assert running.sockets.stat().st_mode & 0o777 == 0o700


def test_the_url_reads_as_a_unix_socket(cluster):
    import dj_database_url

    settings = dj_database_url.parse(cluster.url("wangge"))
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == (str(cluster.sockets), PORT, "wangge")
    assert settings["ENGINE"] == "django.contrib.gis.db.backends.postgis"


@only_root
def test_an_ordinary_user_runs_it_as_himself(open_folder):
    home = open_folder / "var"
    home.mkdir()
    os.chown(home, 65534, 65534)
    script = f"""
from pathlib import Path
from tools.cluster import THROW_AWAY, Cluster
cluster = Cluster(Path({str(home)!r}), THROW_AWAY)
print(cluster.start(), cluster.start(), cluster.data.stat().st_uid)
cluster.remove()
"""
    copy = open_folder / "code" / "tools"
    copy.mkdir(parents=True)
    for module in ("__init__", "cluster", "steps"):  # the project itself may lie where he cannot look
        (copy / f"{module}.py").write_text((ROOT / "tools" / f"{module}.py").read_text())
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    done = subprocess.run([python, "-c", script], cwd=copy.parent, **nobody, capture_output=True, text=True)
    assert done.stdout == "created and started was running 65534\n", done.stderr


@only_root
def test_root_reaches_data_behind_a_closed_folder(open_folder):
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "var", THROW_AWAY)
    try:
        cluster.start()
        assert cluster.data.stat().st_uid != 0
    finally:
        cluster.remove()
