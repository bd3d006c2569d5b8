"""Which database the project uses: the one that DATABASE_URL names, or its own cluster under var/."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.cluster import BIN, PORT, ROLE, Cluster
from tools.steps import VAR, main, step

CLUSTER = Cluster(VAR)


def given() -> bool:
    """Whether somebody else looks after the database."""
    return bool(os.environ.get("DATABASE_URL"))


def for_the_demo() -> bool:
    """Whether an empty database is to be filled with the demo city: unless WANGGE_DEMO=0."""
    return os.environ.get("WANGGE_DEMO", "1") == "1"


@contextmanager
def running() -> Iterator[None]:
    """Our cluster while the body runs; one that was running before stays. Nothing at all if one is given."""
    if given():
        yield
        return
    ours = not CLUSTER.running()
    try:
        with step("database") as say:
            say(CLUSTER.start())
        # For `manage.py` in any other terminal.
        (VAR / "database_url").write_text(CLUSTER.url(ROLE) + "\n")
        yield
    finally:
        if ours:
            CLUSTER.stop()


def psql() -> None:
    """`make psql`: look into the database by hand."""
    if given():
        os.execvp("psql", ["psql", os.environ["DATABASE_URL"].replace("postgis://", "postgresql://", 1)])
    with step("database") as say:
        say(CLUSTER.start())
    where = ["-h", str(CLUSTER.sockets), "-p", str(PORT), "-U", ROLE, "-d", ROLE]
    os.execv(BIN / "psql", ["psql", *where, *sys.argv[1:]])


if __name__ == "__main__":
    main(psql)
