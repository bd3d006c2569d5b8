"""Requests a second, by a client that is quicker than the server: wrk, or else processes of our own."""

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from django.core.management import CommandError

from demo.bench.client import Client

CLIENTS = 8
SECONDS = 2.0
_SCRIPT = """
local addresses, at = {{ {addresses} }}, 0
wrk.headers = {{ {headers} }}
function request()
  at = at % #addresses + 1
  return wrk.format("GET", addresses[at])
end
"""


def name() -> str:
    return "wrk" if shutil.which("wrk") else "two processes"


def rate(client: Client, addresses: Sequence[str], *, seconds: float = SECONDS) -> float:
    """Answers a second to GET of the addresses in turn, with the client's headers."""
    if shutil.which("wrk"):
        return _by_wrk(client, addresses, seconds)
    with get_context("spawn").Pool(2) as pool:
        asked = [(client.port, client.headers, list(addresses), seconds)] * 2
        return sum(pool.starmap(_by_process, asked))


def _by_wrk(client: Client, addresses: Sequence[str], seconds: float) -> float:
    headers = ", ".join(f"[{_lua(key)}] = {_lua(value)}" for key, value in client.headers.items())
    script = _SCRIPT.format(addresses=", ".join(map(_lua, addresses)), headers=headers)
    with tempfile.TemporaryDirectory() as folder:
        (file := Path(folder) / "addresses.lua").write_text(script)
        command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{max(1, round(seconds))}s", "-s", str(file)]
        told = subprocess.run(
            [*command, f"http://127.0.0.1:{client.port}"], capture_output=True, text=True, check=True
        ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise CommandError(told)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    if found is None:
        raise CommandError(f"wrk told no rate:\n{told}")
    return float(found[1])


def _lua(text: str) -> str:
    return json.dumps(text)  # ASCII is quoted alike in both


def _by_process(port: int, headers: dict[str, str], addresses: list[str], seconds: float) -> float:
    client = Client(port, headers)
    started, done = time.monotonic(), 0
    while time.monotonic() - started < seconds:
        client.get(addresses[done % len(addresses)])
        done += 1
    return done / (time.monotonic() - started)
