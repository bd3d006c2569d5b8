"""`make test` and `make lint`: what must hold before a change is handed on."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.cluster import ROLE, THROW_AWAY, Cluster
from tools.prepare import VENV, messages, prepare
from tools.steps import ROOT, VAR, Trouble, alive, call, main, me, step

CLUSTERS = VAR / "test"  # one folder for each `make test` that runs

LINT = {"ruff": ["ruff", "check", "--quiet", "--output-format=concise"], "imports": ["lint-imports"]}
FULL_LINT = LINT | {"format": ["ruff", "format", "--check"], "types": ["mypy", "."]}


@contextmanager
def fresh_cluster() -> Iterator[Cluster]:
    """A cluster of this run alone, gone afterwards whatever happens."""
    sweep()
    home = CLUSTERS / str(os.getpid())
    home.mkdir(parents=True)
    (home / "owner").write_text(me())
    cluster = Cluster(home, THROW_AWAY)
    try:
        with step("test database") as say:
            say(cluster.start())
        yield cluster
    finally:
        cluster.remove()


def sweep() -> None:
    """Remove the clusters of test runs that were killed."""
    for home in CLUSTERS.glob("*"):
        owner = home / "owner"
        if not owner.exists() or not alive(owner.read_text()):
            Cluster(home, THROW_AWAY).remove()
            shutil.rmtree(home, ignore_errors=True)


def lint(checks: dict[str, list[str]]) -> bool:
    """Whether all ``checks`` pass; prints what one that fails has to say."""
    good = True
    for name, (program, *arguments) in checks.items():
        try:
            with step(name) as say:
                call([VENV / "bin" / program, *arguments], advice="")
                say("good")
        except Trouble as trouble:
            print(trouble.details)
            good = False
    return good


BROWSER = "tests/browser"
# A browser, its server and its database are at work for each other: their tests run one at a time, the others
# on two cores.
WHOLE_SUITE = [["--numprocesses=2", "--dist=loadfile", f"--ignore={BROWSER}"], [BROWSER]]


def pytest(arguments: list[str], cluster: Cluster) -> int:
    """Run the tests that ``arguments`` name, or the whole suite; 0 if all pass."""
    env = os.environ | {"DATABASE_URL": cluster.url(ROLE)}
    chosen = any((ROOT / word.split("::")[0]).exists() for word in arguments)
    result = 0
    for part in [[]] if chosen else WHOLE_SUITE:
        sys.stdout.flush()
        done = subprocess.run([VENV / "bin" / "pytest", *part, *arguments], cwd=ROOT, env=env)
        result = result or done.returncode
    return result


def test() -> int:
    prepare(own_database=True, tests=True)
    with step("messages") as say:
        say(messages())
    good = lint(LINT)
    with fresh_cluster() as cluster:
        result = pytest(shlex.split(os.environ.get("ARGS", "")), cluster)
    return result or (0 if good else 1)


def full_lint() -> int:
    prepare(own_database=True, tests=True)
    return 0 if lint(FULL_LINT) else 1


if __name__ == "__main__":
    main({"lint": full_lint}.get(sys.argv[-1], test))
