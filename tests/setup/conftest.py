"""Clusters in temporary folders."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.cluster import DURABLE, THROW_AWAY, Cluster


@contextmanager
def folder_for_everybody() -> Iterator[Path]:
    """One that every user of the machine may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-setup-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with folder_for_everybody() as folder:
        yield folder


@pytest.fixture
def cluster(open_folder: Path) -> Iterator[Cluster]:
    """One that was never started."""
    cluster = Cluster(open_folder / "var", THROW_AWAY)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Cluster]:
    """One with the settings of `make run` that the tests of a module stop and kill in turn."""
    with folder_for_everybody() as folder:
        cluster = Cluster(folder / "var", DURABLE)
        cluster.start()
        cluster.sql("CREATE TABLE kept AS SELECT 'still here' AS said", database="wangge")
        yield cluster
        cluster.remove()


@pytest.fixture
def running(lasting: Cluster) -> Cluster:
    """One that runs and holds a table with one row."""
    lasting.start()
    return lasting
