"""`make bench`: measure on the cluster of `make run`; the command makes a database for each scale."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from tools import database
from tools.prepare import PIP_ADVICE, PYTHON, messages, prepare
from tools.steps import ROOT, VAR, call, digest, main, step, unchanged

NAME = "wangge_bench"
PEER = VAR / "tipg"  # a venv of its own: nothing of it is part of the server
PEER_PINS = ROOT / "demo" / "bench" / "tipg.txt"


def bench() -> int:
    prepare(own_database=not database.given())
    with step("tipg") as say:
        say(peer())
    with step("messages") as say:
        say(messages())
    with database.running():
        if not database.given():
            database.CLUSTER.create_database(NAME)
            os.environ["DATABASE_URL"] = database.CLUSTER.url(NAME)
        arguments = shlex.split(os.environ.get("ARGS", ""))
        return subprocess.run([PYTHON, "manage.py", "bench", *arguments], cwd=ROOT).returncode


def peer() -> str:
    """Install the tile server that ours is compared with."""
    stamp = PEER / ".installed"
    fingerprint = digest([PEER_PINS])
    if unchanged(stamp, fingerprint):
        return "unchanged"
    call([sys.executable, "-m", "venv", "--clear", PEER], advice="Is python3-venv installed? Then try again.")
    pip: list[str | Path] = [
        PEER / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    call([*pip, "-r", PEER_PINS], advice=PIP_ADVICE)
    stamp.write_text(fingerprint)
    return "installed for comparison"


if __name__ == "__main__":
    main(bench)
