"""The real server process and a signed-in client of it."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError

from gis.models import User

START_TIMEOUT_S = 60


class Client:
    """One connection that stays open, with a session, as a browser has it."""

    def __init__(self, port: int, session_key: str):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}"
        self._headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}

    def get(self, address: str) -> bytes:
        """The body; CommandError for any refusal."""
        self._connection.request("GET", address, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 204):
            raise CommandError(
                f"GET {address} was answered {answer.status}: {body[:500].decode(errors='replace')}"
            )
        return body


def session_of(user: User) -> str:
    """A new session of ``user``, as the sign-in page makes one."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@contextmanager
def serving(database_url: str) -> Iterator[Callable[[User], Client]]:
    """A granian of two workers, as `make run` starts it, on a free port; gives a way to sign in to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    options += ["--blocking-threads", "8", "--workers-kill-timeout", "3", "--log-level", "warning"]
    command = [sys.executable, "-m", "granian", *options, "gis.wsgi:application"]
    environment = os.environ | {"DATABASE_URL": database_url, "WANGGE_DB_POOL": "8"}
    with tempfile.TemporaryFile("w+") as words:
        server = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
        )
        try:
            if not _ready(port, server):
                words.seek(0)
                raise CommandError(f"The server does not start:\n{words.read()[-2000:]}")
            yield lambda user: Client(port, session_of(user))
        finally:
            server.terminate()
            server.wait(timeout=15)


def _ready(port: int, server: subprocess.Popen) -> bool:
    """Wait until the server says that it can serve; False if it ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            pass  # not there yet
        finally:
            connection.close()
        time.sleep(0.1)
    return False
