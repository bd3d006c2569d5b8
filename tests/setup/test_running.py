"""Servers and clusters of other runs: those that live are left alone, what is left of dead ones goes."""

import json
import os
import socket

import pytest

from tools import check, serve
from tools.cluster import Cluster
from tools.steps import Trouble, me

DEAD = f"{os.getpid()} 1"  # our number, but started at another time


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Where `make run` notes who serves."""
    monkeypatch.setattr(serve, "RECORD", tmp_path / "servers.json")
    return serve.RECORD


@pytest.fixture
def port():
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_serving_twice_is_refused(record):
    record.write_text(json.dumps({"supervisor": me(), "servers": []}))
    with pytest.raises(Trouble, match="runs already"):
        serve.make_way()


def test_a_record_of_dead_processes_counts_for_nothing(record):
    record.write_text(json.dumps({"supervisor": DEAD, "servers": [DEAD]}))
    assert serve.recorded() == ("", [])


def test_a_broken_record_counts_for_nothing(record):
    record.write_text('{"superv')
    assert serve.recorded() == ("", [])


@pytest.mark.parametrize("name, setting", [("PORT", "WANGGE_PORT"), ("LIVE_PORT", "WANGGE_LIVE_PORT")])
def test_a_port_that_is_taken_is_named_with_its_setting(record, monkeypatch, port, name, setting):
    monkeypatch.setattr(serve, "PORT", 1)  # nobody listens there
    monkeypatch.setattr(serve, "LIVE_PORT", 1)
    monkeypatch.setattr(serve, name, port)
    with pytest.raises(Trouble, match=f"Port {port} is taken") as trouble:
        serve.make_way()
    assert f"{setting}=" in trouble.value.advice


def test_the_cluster_of_a_killed_test_run_is_removed(open_folder, monkeypatch):
    monkeypatch.setattr(check, "CLUSTERS", open_folder)
    for name, owner in (("killed", DEAD), ("lives", me())):
        (open_folder / name).mkdir()
        (open_folder / name / "owner").write_text(owner)
    left = Cluster(open_folder / "killed")
    left.start()
    check.sweep()
    assert [folder.name for folder in open_folder.iterdir()] == ["lives"]
    assert not left.running()
