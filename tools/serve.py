"""`make run`: set up what is missing, then serve until Ctrl-C or SIGTERM.

Two servers: WSGI for pages, API and tiles; a small ASGI one on a port of its own for server-sent events,
which would each hold a WSGI thread. Both end with this process, whatever ends it.
"""

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

from tools import database
from tools.prepare import PYTHON, manage, messages, prepare, static_files
from tools.steps import ROOT, VAR, Stopped, Trouble, alive, main, me, started_at, step

RECORD = VAR / "servers.json"  # who serves, for `make stop`
START_TIMEOUT_S = 60
PR_SET_PDEATHSIG = 1

HOST = os.environ.get("WANGGE_HOST", "127.0.0.1")
PORT = int(os.environ.get("WANGGE_PORT", "8000"))
LIVE_PORT = int(os.environ.get("WANGGE_LIVE_PORT", "8001"))
HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(HOST, HOST)  # where this machine reaches itself

WEB = {"--interface": "wsgi", "--port": PORT, "--workers": 2, "--blocking-threads": 8}
WEB |= {"--blocking-threads-idle-timeout": 600}  # a thread that ends takes its connection with it
WEB_DATABASE = {"WANGGE_CONN_MAX_AGE_S": "600", "WANGGE_STATEMENT_TIMEOUT_S": "15"}
LIVE = {"--interface": "asginl", "--port": LIVE_PORT, "--workers": 1}
# Without it granian waits for ever for a worker that is still starting or has a stream open.
BOTH = {"--host": HOST, "--workers-kill-timeout": 3, "--log-level": "error"}

DATABASE_ADVICE = (
    "Does DATABASE_URL name a database with PostGIS, pg_trgm, btree_gist, and a role that may create tables?"
    if database.given()
    else f"Look into {database.CLUSTER.log}."
)


def granian(application: str, options: dict[str, object]) -> list[str]:
    words = [str(word) for option in (options | BOTH).items() for word in option]
    return [str(PYTHON), "-m", "granian", *words, "--respawn-failed-workers", application]


def end_with_parent() -> None:
    """Ask the kernel to end this child when `make run` is killed outright: no server is left behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Servers:
    """The two granian processes, each in a process group of its own with its workers."""

    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        for command, environment in (
            (granian("gis.wsgi:application", WEB), WEB_DATABASE | os.environ),
            (granian("gis.asgi:application", LIVE), os.environ),
        ):
            self.running.append(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    preexec_fn=end_with_parent,
                )
            )
        groups = [f"{server.pid} {started_at(server.pid)}" for server in self.running]
        RECORD.write_text(json.dumps({"supervisor": me(), "servers": groups}))

    def check(self) -> None:
        """Trouble if one of the two has ended."""
        for server in self.running:
            if server.poll() is not None:
                raise Trouble(
                    f"A server ended with {server.returncode}.",
                    advice="Its last words stand above. `make run` starts both again.",
                )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        answer = ""
        while answer != "200" or not listens(LIVE_PORT):
            self.check()
            if time.monotonic() > deadline:
                raise Trouble(
                    f"Not ready after {START_TIMEOUT_S} s; /readyz last said: {answer or 'nothing'}.",
                    advice="Messages of the servers stand above.",
                )
            time.sleep(0.1)
            answer = readiness()

    def stop(self) -> None:
        for server in self.running:
            end_group(server.pid, signal.SIGTERM)
        for server in self.running:
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=6)
            end_group(server.pid, signal.SIGKILL)  # a worker that outlived its parent
            server.wait()
        RECORD.unlink(missing_ok=True)


def end_group(leader: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def listens(port: int) -> bool:
    """Asking by a connection: granian shares a port with another granian without a word."""
    with suppress(OSError), socket.create_connection((HERE, port), timeout=1):
        return True
    return False


def readiness() -> str:
    connection = http.client.HTTPConnection(HERE, PORT, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def recorded() -> tuple[str, list[str]]:
    """The supervisor and the servers of the last `make run`, those that still live."""
    try:
        record = json.loads(RECORD.read_text())
    except (FileNotFoundError, ValueError):
        return "", []
    supervisor = record["supervisor"] if alive(record["supervisor"]) else ""
    return supervisor, [server for server in record["servers"] if alive(server)]


def make_way() -> None:
    """Refuse to serve twice; end servers that a killed `make run` left behind."""
    supervisor, servers = recorded()
    if supervisor:
        raise Trouble("It runs already.", advice="`make stop` ends it.")
    for server in servers:
        end_group(int(server.split()[0]), signal.SIGKILL)
    for name, port in (("WANGGE_PORT", PORT), ("WANGGE_LIVE_PORT", LIVE_PORT)):
        if listens(port):
            raise Trouble(
                f"Port {port} is taken by another program.",
                advice=f"Choose another one: {name}={port + 10} make run. `ss -ltnp` shows who has it.",
            )


def set_up() -> None:
    with step("messages") as say:
        say(messages())
    with step("schema") as say:
        manage("migrate", "--noinput", advice=DATABASE_ADVICE)
        say("migrated")
    with step("static files") as say:
        say(static_files())
    if database.for_the_demo():
        os.environ["WANGGE_DEMO"] = "1"  # the sign-in page names its users
        with step("demo data") as say:
            told = manage("demo", "--scale", "small", "--if-empty", advice="What it says stands above.")
            say(" ".join(told.splitlines()[-1].split()))


def serve() -> None:
    make_way()
    began = time.monotonic()
    prepare(own_database=not database.given())
    servers = Servers()
    with database.running():
        try:
            set_up()
            with step("servers"):
                servers.start()
                servers.wait_until_ready()
            welcome(time.monotonic() - began)
            with suppress(Stopped):  # from here on it is the ordinary end
                while True:
                    time.sleep(0.5)
                    servers.check()
        finally:
            servers.stop()
    print("\nStopped.")


def welcome(seconds: float) -> None:
    host = f"[{HERE}]" if ":" in HERE else HERE
    print(f"\nReady after {seconds:.1f} s: http://{host}:{PORT}/")
    if database.for_the_demo():
        print("Sign in as chief with the password wangge-demo; the sign-in page lists the other users.")
    print("Ctrl-C stops it.", flush=True)


def stop() -> None:
    """`make stop`: end a `make run` in another terminal, or what is left of one, and the database."""
    supervisor, servers = recorded()
    with step("servers") as say:
        if supervisor:
            os.kill(int(supervisor.split()[0]), signal.SIGTERM)
            deadline = time.monotonic() + 20
            while alive(supervisor) and time.monotonic() < deadline:
                time.sleep(0.1)
        for server in recorded()[1]:
            end_group(int(server.split()[0]), signal.SIGKILL)
        RECORD.unlink(missing_ok=True)
        say("stopped" if supervisor or servers else "none ran")
    with step("database") as say:
        say("stopped" if database.CLUSTER.running() else "none ran")
        database.CLUSTER.stop()


if __name__ == "__main__":
    main({"stop": stop}.get(sys.argv[-1], serve))
