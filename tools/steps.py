"""Steps of the set-up: each prints one line with what it did and how long it took, or what to do now."""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


class Trouble(Exception):
    """A step cannot go on: what happened, and what the person at the terminal can do now."""

    def __init__(self, happened: str, *, advice: str, details: str = ""):
        super().__init__(happened)
        self.happened, self.advice, self.details = happened, advice, details


class Stopped(Exception):
    """SIGTERM or Ctrl-C: unwind, so that every `finally` puts away what it started."""


@contextmanager
def step(name: str) -> Iterator[Callable[[str], None]]:
    """One line: ``name``, then what the body says by calling the yielded function, then the seconds."""
    said: list[str] = []
    start = time.monotonic()
    print(f"  {name:<19}", end="", flush=True)
    try:
        yield said.append
    except BaseException:
        print(f"failed after {time.monotonic() - start:.1f} s", flush=True)
        raise
    print(f"{said[-1] if said else 'done':<50}{time.monotonic() - start:7.1f} s", flush=True)


def call(
    command: Iterable[str | Path], *, advice: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> str:
    """Run ``command`` silently and return what it printed; Trouble with its last lines if it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise Trouble(f"There is no {words[0]}.", advice=advice) from None
    if done.returncode:
        if "No space left on device" in done.stdout or "Disk quota exceeded" in done.stdout:
            advice = f"The disk is full: free about 2 GB for {ROOT}, then try again."
        raise Trouble(
            f"`{' '.join(words)}` ended with {done.returncode}.",
            advice=advice,
            details="\n".join(done.stdout.strip().splitlines()[-25:]),
        )
    return done.stdout


def digest(files: Iterable[Path]) -> str:
    """A fingerprint of the contents of ``files``."""
    together = hashlib.sha256()
    for file in files:
        together.update(f"{file}\0".encode())
        together.update(file.read_bytes())
    return together.hexdigest()


def unchanged(stamp: Path, fingerprint: str) -> bool:
    """Whether ``stamp`` was written for this fingerprint; it lies inside what was made, and goes with it."""
    return stamp.is_file() and stamp.read_text() == fingerprint


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process holds ``lock``: two `make` at once must not install into one folder."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _stop(*_: object) -> None:
    for number in SIGNALS:  # a second Ctrl-C must not interrupt the putting away
        signal.signal(number, lambda *_: None)
    raise Stopped


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a signal wait until the body is through, in this process and in what it starts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def main(work: Callable[[], int | None]) -> None:
    """Do ``work`` as a program: signals unwind it, Trouble is told in plain words, and the program exits."""
    for number in SIGNALS:
        signal.signal(number, _stop)
    try:
        sys.exit(work() or 0)
    except Stopped:
        print("\nStopped.")
        sys.exit(130)
    except Trouble as trouble:
        report(trouble)
    except PermissionError as error:
        advice = (
            f"Do files in {ROOT} belong to another user (a first run with sudo)? `ls -l` shows it; "
            "go on as that user, or give yourself the folder with `sudo chown -R`."
        )
        report(Trouble(f"No permission for {error.filename}.", advice=advice))
    except OSError as error:
        report(Trouble(str(error), advice=f"Is the disk full? `df -h {ROOT}` shows it."))
    sys.exit(1)


def report(trouble: Trouble) -> None:
    print(f"\n{trouble.happened}", file=sys.stderr)
    for line in trouble.details.splitlines():
        print(f"    {line}", file=sys.stderr)
    print(f"\nWhat to do: {trouble.advice}", file=sys.stderr)


def started_at(pid: int) -> str | None:
    """When process ``pid`` started, in clock ticks after boot; None if there is no such process."""
    try:
        # The second field is the program's name in brackets and may hold blanks.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return None


def me() -> str:
    """This process, told apart from a later one with the same number."""
    return f"{os.getpid()} {started_at(os.getpid())}"


def alive(process: str) -> bool:
    """Whether the process that ``me()`` named still runs."""
    pid, _, start = process.partition(" ")
    return pid.isdigit() and started_at(int(pid)) == start
