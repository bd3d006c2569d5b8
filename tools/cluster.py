"""A private PostGIS cluster in a folder of the project: its own unix socket, no TCP, no password.

It works for root and for ordinary users, next to any other PostgreSQL on the machine, and outlives crashes.
Whoever can enter the socket's folder (mode 0700) may connect; that is the whole of the authentication.
"""

import hashlib
import os
import pwd
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tools.steps import Trouble, alone, call, uninterrupted

VERSION = "15"
BIN = Path(f"/usr/lib/postgresql/{VERSION}/bin")
PORT = 5432  # only names the socket file; nothing listens on TCP
ROLE = "wangge"  # owns its databases and may create others (for tests), but is no superuser
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
SOCKET_PATH_LIMIT = 107  # bytes of sockaddr_un.sun_path, without its closing zero

COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "jit": "off",  # compiling costs more than it saves in requests of milliseconds
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
}
DURABLE = COMMON | {
    "max_connections": "100",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "log_min_duration_statement": "1000",
}
THROW_AWAY = COMMON | {
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Account:
    """The user that owns the cluster's files; the server refuses to be root."""

    uid: int
    gid: int

    def commands(self) -> list[list[str]]:
        """Ways to run a program as this user, the plainest first.

        The later ones let it through closed folders above the project (a clone in root's home), if the
        machine lets root pass on that right; containers often withhold the first of the two.
        """
        if os.geteuid() != 0:
            return [[]]
        become = ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return [
            become,
            *(
                [*become, f"--inh-caps=+{right}", f"--ambient-caps=+{right}"]
                for right in ("dac_read_search", "dac_override")
            ),
        ]


def account(data: Path) -> Account:
    """Who runs the cluster in ``data``: its owner; for a new one the caller, or ``postgres`` for root."""
    if data.exists():
        owner = data.stat()
        if os.geteuid() not in (0, owner.st_uid):
            raise Trouble(
                f"The database in {data} belongs to another user.",
                advice=f"Run this as its owner or as root, or move {data} away to begin with an empty one.",
            )
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    user = pwd.getpwnam("postgres")
    return Account(user.pw_uid, user.pw_gid)


@dataclass
class Cluster:
    """Its data are in ``home/pg``, its socket is in ``home/run`` or, if that is too long, under /tmp."""

    home: Path
    settings: dict[str, str] = field(default_factory=lambda: DURABLE)
    _become: list[list[str]] = field(default_factory=list, init=False, repr=False)  # found once, see _way_in

    @property
    def data(self) -> Path:
        return self.home / "pg"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def sockets(self) -> Path:
        near = self.home / "run"
        if len(os.fsencode(f"{near}/.s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return near
        return Path("/tmp") / f"wangge-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]}"

    def url(self, database: str) -> str:
        """For DATABASE_URL; the folder of the socket stands where a host name would."""
        return f"postgis://{ROLE}@{quote(str(self.sockets), safe='')}:{PORT}/{database}"

    # --- life -----------------------------------------------------------------------------------

    def start(self, *, database: str = ROLE) -> str:
        """Bring the cluster up with ``database`` in it, whatever state it is in; returns what was done."""
        self.home.mkdir(parents=True, exist_ok=True)
        with alone(self.home / ".cluster.lock"):
            done = "was running"
            if not self.running():
                done = "started" if self.data.exists() else "created and started"
                if not self.data.exists():
                    self._create()
                self._start()
            self._equip()
            self.create_database(database)
        return done

    def stop(self, *, mode: str = "fast") -> None:
        if self.running():
            self._as_owner(BIN / "pg_ctl", "stop", "-D", self.data, "-m", mode, "-w", "-s", "-t", "60")

    def remove(self) -> None:
        """Stop without saving anything and delete every file."""
        self.stop(mode="immediate")
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def running(self) -> bool:
        """Whether our server runs.

        A pid file alone proves nothing: it outlives a crash or a reboot, and its number may meanwhile
        belong to another program.
        """
        words = self._noted_program()
        return words is not None and words[0].endswith(b"postgres") and os.fsencode(self.data) in words

    def _noted_program(self) -> list[bytes] | None:
        """The command line of the process in the pid file; None if there is no such process."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None

    def _create(self) -> None:
        """Make ``data`` complete or not at all: an interrupted initdb leaves nothing that looks done."""
        owner = account(self.data)
        half = self.home / "pg.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(half, owner.uid, owner.gid)
        # LC_CTYPE decides whether pg_trgm sees Chinese letters; collation C lets a btree serve LIKE 'x%'.
        options = ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "-A", "trust"]
        if self.settings.get("fsync") == "off":
            options.append("--no-sync")
        self._as_owner(BIN / "initdb", "-D", half, *options)
        half.rename(self.data)

    def _start(self) -> None:
        if (made := (self.data / "PG_VERSION").read_text().strip()) != VERSION:
            raise Trouble(
                f"{self.data} was made by PostgreSQL {made}, here is {VERSION}.",
                advice=f"Dump it with PostgreSQL {made}, move {self.data} away, and restore the dump.",
            )
        self._clear_stale_pid()
        self._make_socket_folder()
        if self.log.exists() and self.log.stat().st_size > 20_000_000:
            self.log.rename(self.log.with_suffix(".log.old"))
        settings = self.settings | {"unix_socket_directories": str(self.sockets)}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        start = [*"start -w -s -t 120 -D".split(), str(self.data), "-l", str(self.log), "-o", options]
        deadline = time.monotonic() + 30
        while True:
            try:
                with uninterrupted():  # a server that is half started can hardly be found and stopped
                    self._as_owner(BIN / "pg_ctl", *start)
                return
            except Trouble as trouble:
                trouble.details = self._log_tail()
                # After kill -9 of the server its children need a moment to notice and go.
                if "still in use" not in trouble.details or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _clear_stale_pid(self) -> None:
        """Forget a pid that now belongs to some other program: PostgreSQL would take it for a running server.

        A pid nobody has is left to PostgreSQL, which then also looks for children that still hold the memory;
        so is any postgres, for it may be ours, running since before the project was moved to another folder.
        """
        words = self._noted_program()
        if words is not None and b"postgres" not in words[0]:
            (self.data / "postmaster.pid").unlink()
            (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _make_socket_folder(self) -> None:
        owner = account(self.data)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.sockets, owner.uid, owner.gid)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid != owner.uid:  # /tmp is everybody's
            raise Trouble(f"{self.sockets} belongs to another user.", advice=f"Remove {self.sockets}.")
        self.sockets.chmod(0o700)

    def _log_tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        except OSError:
            return ""

    # --- what is in it --------------------------------------------------------------------------

    def _equip(self) -> None:
        """The role, and the extensions in template1, so that databases made by the plain role have them."""
        self.sql(f"""
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                CREATE ROLE {ROLE} LOGIN CREATEDB;
              END IF;
            END $$;
            -- One request is one core's work; a parallel plan takes the cores of its neighbours.
            ALTER ROLE {ROLE} SET max_parallel_workers_per_gather = 0;
        """)
        self._add_extensions("template1")

    def create_database(self, name: str) -> None:
        """Make the database ``name`` for the role, unless it exists."""
        if not self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
            self.sql(f"CREATE DATABASE {name} OWNER {ROLE}")
        else:
            self._add_extensions(name)

    def drop_database(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _add_extensions(self, database: str) -> None:
        create = "".join(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in EXTENSIONS)
        self.sql(f"SET client_min_messages = warning; {create}", database=database)

    def sql(self, text: str, *, database: str = "postgres") -> str:
        """Run SQL as superuser; returns the rows as text."""
        # PG… variables of the caller would lead psql elsewhere.
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        connection = ["-h", str(self.sockets), "-p", str(PORT), "-U", "postgres", "-d", database]
        return call(
            [BIN / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *connection, "-c", text],
            env=env,
            advice=f"Look into {self.log}.",
        ).strip()

    # --- programs -------------------------------------------------------------------------------

    def _as_owner(self, *command: str | Path) -> str:
        """Run one of PostgreSQL's programs as the owner of the data."""
        if not self._become:
            self._become = [self._way_in()]
        # The caller's folder may be closed to the owner, who would complain about it.
        return call([*self._become[0], *command], cwd=Path("/"), advice=f"Look into {self.log}.")

    def _way_in(self) -> list[str]:
        """The plainest way to act as the owner that gets as far as the data."""
        owner = account(self.data)
        folder = self.data if self.data.exists() else self.home / "pg.new"
        for command in owner.commands():
            if subprocess.run([*command, "ls", folder], cwd="/", capture_output=True).returncode == 0:
                return command
        name = pwd.getpwuid(owner.uid).pw_name
        raise Trouble(
            f"The user {name}, as which the database runs, cannot enter {folder}.",
            advice="Put the project into a folder that everybody may pass through, such as /opt or /srv.",
        )
