"""A real server, a real browser: two server processes on free ports with a database of their own, and pages
that fail their test on any console error, refused content, uncaught exception or request to somebody else.

Use ``desk`` and ``phone``; wait with ``expect(…)``, ``map_idle(page)`` or ``page.wait_for_function`` with a
synchronous predicate, never by the clock.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from gis.roles import Role
from tools.prepare import messages, static_files
from tools.steps import ROOT, VAR, alone

SCREENSHOTS = VAR / "screenshots"
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-dev-shm-usage",
]  # fmt: skip
DESK = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
START_TIMEOUT_S = 60
expect.set_options(timeout=20_000)  # a slow machine is no failure


# --- the server ---------------------------------------------------------------------------------


@dataclass
class Site:
    """The running product: its address, its database, and a session for each account."""

    url: str
    live_url: str
    database: str  # a libpq connection string
    accounts: dict[str, dict]  # role → username, session
    bounds: list[float]

    def sql(self, statement: str, *values):
        """The rows of a statement against the site's database."""
        with psycopg.connect(self.database, autocommit=True) as db:
            cursor = db.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _database(name: str) -> dict[str, str]:
    """libpq parameters of the database called ``name`` beside the one that the tests are configured with."""
    of = connection.settings_dict
    parameters = {
        "host": of["HOST"],
        "port": str(of["PORT"] or ""),
        "user": of["USER"],
        "password": of["PASSWORD"],
    }
    return {key: value for key, value in parameters.items() if value} | {"dbname": name}


def _django_url(name: str) -> str:
    of = _database(name)
    host = of.get("host", "").replace("/", "%2F")
    password = f":{of['password']}" if "password" in of else ""
    port = f":{of['port']}" if "port" in of else ""
    return f"postgis://{of.get('user', '')}{password}@{host}{port}/{name}"


def _exists(db, name: str) -> bool:
    return db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _make_database(worker: str, *, keep: bool) -> str:
    """A loaded database of this worker alone: a copy of one that the first worker loads."""
    base = settings.DATABASES["default"]["NAME"].removeprefix("test_").split("_gw")[0]
    loaded, own = f"{base}_browser", f"{base}_browser_{worker}"
    with (
        alone(VAR / f".{loaded}.lock"),
        psycopg.connect(**_database("postgres"), autocommit=True) as db,
    ):
        fresh = VAR / f".{loaded}.made"
        session = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        made_here = fresh.exists() and fresh.read_text() == session
        if not (_exists(db, loaded) and (keep or made_here)):
            db.execute(f'DROP DATABASE IF EXISTS "{loaded}" WITH (FORCE)')
            db.execute(f'CREATE DATABASE "{loaded}"')
            _run("manage.py", "migrate", "--verbosity=0", database=loaded)
            _run("-m", "tests.browser.city", database=loaded)
            fresh.write_text(session)
        elif keep:
            _run("manage.py", "migrate", "--verbosity=0", database=loaded)
        db.execute(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')
        db.execute(f'CREATE DATABASE "{own}" TEMPLATE "{loaded}"')
    return own


def _run(*words: str, database: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=os.environ | {"DATABASE_URL": _django_url(database)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def _serve(interface: str, port: int, env: dict[str, str], log: Path) -> subprocess.Popen:
    """One granian with a process group of its own, or killing it would leave workers on the port."""
    command = [
        sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--workers-kill-timeout", "3", "--log-level", "warning",
    ]  # fmt: skip
    if interface == "wsgi":
        command += ["--blocking-threads", "4"]
    command.append(f"gis.{interface}:application")
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | env, stdin=subprocess.DEVNULL, stdout=log.open("w"),
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert server.poll() is None, f"The server ended:\n{log.read_text()}"
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"{address} is not ready:\n{log.read_text()}")


def _end(server: subprocess.Popen) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=5)


@pytest.fixture(scope="package")
def site(request, tmp_path_factory) -> Site:
    """The product, served with the demo city and one account for each role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    folder = tmp_path_factory.mktemp("site")
    with alone(VAR / ".browser-static.lock"):
        messages()
        static_files()
    name = _make_database(worker, keep=request.config.getoption("reuse_db", False))
    port, live_port = _free_port(), _free_port()
    env = {
        "DATABASE_URL": _django_url(name), "WANGGE_CONN_MAX_AGE_S": "600", "WANGGE_LIVE_PORT": str(live_port),
        "WANGGE_MEDIA": str(folder / "media"),
    }  # fmt: skip
    servers, logs = [], []
    try:
        for interface, at in (("wsgi", port), ("asgi", live_port)):
            logs.append(folder / f"{interface}.log")
            servers.append(_serve(interface, at, env, logs[-1]))
        told = json.loads(_run("-m", "tests.browser.accounts", database=name).splitlines()[-1])
        _wait_for(f"http://127.0.0.1:{port}/readyz", servers[0], logs[0])
        _wait_for(f"http://127.0.0.1:{live_port}/healthz", servers[1], logs[1])
        yield Site(
            url=f"http://127.0.0.1:{port}",
            live_url=f"http://127.0.0.1:{live_port}",
            database=psycopg.conninfo.make_conninfo(**_database(name)),
            accounts=told["accounts"],
            bounds=told["bounds"],
        )
    finally:
        for server in servers:
            _end(server)
        with psycopg.connect(**_database("postgres"), autocommit=True) as db:
            db.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


# --- the browser --------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def chromium():
    """One Chromium for all browser tests; Playwright keeps an event loop, which Django would object to."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Watch:
    """Collects what must not happen on a page; ``forgive`` names what a test provokes on purpose."""

    origins: set[str]
    happened: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on(
            "console",
            lambda m: self.happened.append(f"console: {m.text} {m.location}") if m.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.happened.append(f"exception: {error}"))
        page.on("request", self._see)

    def _see(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and f"{address.scheme}://{address.netloc}" not in self.origins:
            self.happened.append(f"request to a stranger: {request.url}")

    def trouble(self) -> list[str]:
        return [
            what for what in self.happened if not any(re.search(pattern, what) for pattern in self.forgiven)
        ]


@pytest.fixture
def watch(site) -> Watch:
    return Watch(origins={site.url, site.live_url})


@pytest.fixture
def forgive(watch):
    """``forgive(r"status of 409")``: such a console line is what this test provokes."""
    return watch.forgiven.append


@pytest.fixture
def visit(site, chromium, watch):
    """``visit(role, path, **context options)`` opens a page, signed in as that role unless it is None."""
    contexts = []

    def open_page(role: Role | str | None, path: str | None, **options) -> Page:
        context = chromium.new_context(
            base_url=site.url, locale=options.pop("locale", "zh-CN"), timezone_id="Asia/Shanghai",
            reduced_motion="reduce", **options,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(30_000)
        if role is not None:
            session = site.accounts[str(role)]["session"]
            context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
        page = context.new_page()
        watch.follow(page)
        if path is not None:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.trouble()


@pytest.fixture
def desk(visit):
    """``desk(role, path)``: a wall-screen page, 1920 × 1080."""
    return lambda role, path=None, **options: visit(role, path, **(DESK | options))


@pytest.fixture
def phone(visit, site):
    """``phone(role, path, at=(lon, lat), accuracy_m=8)``: a phone that knows where it is.

    It is in the middle of the district unless told; with ``at=None`` it may not know."""

    def open_page(role, path=None, *, at="middle", accuracy_m=8, **options) -> Page:
        if at == "middle":
            west, south, east, north = site.bounds
            at = ((west + east) / 2, (south + north) / 2)
        if at is not None:
            place = {"longitude": at[0], "latitude": at[1], "accuracy": accuracy_m}
            options = {"geolocation": place, "permissions": ["geolocation"]} | options
        return visit(role, path, **(PHONE | options))

    return open_page


# --- looking at a page --------------------------------------------------------------------------


def screenshot(page: Page, name: str) -> Path:
    """Keep what the page looks like as ``var/screenshots/<name>.png``."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def map_idle(page: Page) -> None:
    """Wait until the map has drawn everything that it was asked for."""
    page.wait_for_selector('.maplibregl-map[aria-busy="false"]', timeout=60_000)


def map_eval(page: Page, function: str, argument=None):
    """The value of ``function`` (JavaScript, ``"(map, argument) => …"``) for the page's map."""
    return page.evaluate(
        """async (argument) => {
          const isMap = ({ name }) => /\\/tiles\\/map\\.[^/]*js$/.test(name);
          const { mapIn } = await import(performance.getEntriesByType("resource").find(isMap).name);
          return (FUNCTION)(mapIn(document.querySelector(".maplibregl-map")), argument);
        }""".replace("FUNCTION", function),
        argument,
    )


def on_screen(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the page, in pixels as the mouse takes them."""
    found = map_eval(
        page,
        """(map, lonlat) => {
          const { x, y } = map.project(lonlat), { left, top } = map.getContainer().getBoundingClientRect();
          return [left + x, top + y];
        }""",
        [lon, lat],
    )
    return tuple(found)
