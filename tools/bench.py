"""`make bench`: measure on the cluster of `make run`; the command makes a database for each scale."""

import os
import shlex
import subprocess

from tools import database
from tools.prepare import PYTHON, messages, prepare
from tools.steps import ROOT, main, step

NAME = "wangge_bench"


def bench() -> int:
    prepare(own_database=not database.given())
    with step("messages") as say:
        say(messages())
    with database.running():
        if not database.given():
            database.CLUSTER.create_database(NAME)
            os.environ["DATABASE_URL"] = database.CLUSTER.url(NAME)
        arguments = shlex.split(os.environ.get("ARGS", ""))
        return subprocess.run([PYTHON, "manage.py", "bench", *arguments], cwd=ROOT).returncode


if __name__ == "__main__":
    main(bench)
