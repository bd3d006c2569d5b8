"""The real server process, and signed-in clients of it."""

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError

from demo.bench.client import Client
from gis.models import User
from tools import serve

START_TIMEOUT_S = 60
SignIn = Callable[[User], Client]


def session_of(user: User) -> str:
    """A new session of ``user``, as the sign-in page makes one."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@contextmanager
def serving(database_url: str) -> Iterator[SignIn]:
    """The web server as `make run` starts it, on a free port; gives a way to sign in to it."""
    port = free_port()
    command = serve.granian("gis.wsgi:application", serve.WEB | {"--port": port})
    # Nobody else draws so many tiles.
    environment = serve.WEB_DATABASE | {"DATABASE_URL": database_url, "WANGGE_TILES_DRAWN_PER_S": "0"}
    with running(command, environment, port=port, ready="/readyz"):
        yield lambda user: Client(port, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(user)}"})


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(
    command: Sequence[str | Path], environment: Mapping[str, str], *, port: int, ready: str
) -> Iterator[None]:
    """A server process while the body runs, from when the address ``ready`` answers 200."""
    with tempfile.TemporaryFile("w+") as words:
        server = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
        )
        try:
            if not _ready(port, ready, server):
                words.seek(0)
                raise CommandError(f"The server does not start:\n{words.read()[-2000:]}")
            yield
        finally:
            server.terminate()
            server.wait(timeout=15)


def _ready(port: int, address: str, server: subprocess.Popen) -> bool:
    """Wait until the server says that it can serve; False if it ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", address)
            if connection.getresponse().status == 200:
                return True
        except OSError:
            pass  # not there yet
        finally:
            connection.close()
        time.sleep(0.1)
    return False
