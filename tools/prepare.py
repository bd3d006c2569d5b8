"""What must be there before anything runs: system packages, .venv, node_modules, var/vendor, a secret key."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from tools import system
from tools.steps import ROOT, VAR, Trouble, alone, call, digest, step, unchanged
from tools.vendor import vendor

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PIP_ADVICE = (
    "Can this machine reach a package index? `.venv/bin/pip config list` shows which one pip uses. "
    "Then try again; what is already there is kept."
)
NPM_ADVICE = "Can this machine reach a registry? `npm config get registry` shows which one. Then try again."


def prepare(*, own_database: bool, tests: bool = False) -> None:
    """Install what is missing; where nothing changed since the last time it takes a moment."""
    needs = [
        *system.TO_BUILD,
        *(system.TO_STORE if own_database else ()),
        *(system.TO_TEST if tests else ()),
    ]
    requirements = ["requirements.txt", *(["requirements-dev.txt"] if tests else [])]
    with alone(VAR / ".setup.lock"):
        with step("system packages") as say:
            say(system.install(needs))
        with step("python packages") as say:
            say(python_packages(requirements))
        with step("node packages") as say:
            say(node_packages())
        with step("browser libraries") as say:
            say(browser_libraries())
        secret_key()


def venv_works() -> bool:
    """False too after the system's Python was replaced or the project moved: its scripts hold the path."""
    pip = VENV / "bin" / "pip"
    if not pip.exists() or str(VENV) not in pip.read_text():
        return False
    return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0


def python_packages(requirements: list[str]) -> str:
    if not venv_works():
        shutil.rmtree(VENV, ignore_errors=True)
        call([sys.executable, "-m", "venv", VENV], advice="Is python3-venv installed? Then try again.")
    changed = []
    for name in requirements:
        stamp = VENV / f".{name}.installed"
        if not unchanged(stamp, digest([ROOT / name])):
            changed.append((stamp, name))
    if not changed:
        return "unchanged"
    _need_space()
    files = [word for _, name in changed for word in ("-r", name)]
    call(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *files], advice=PIP_ADVICE
    )
    for stamp, name in changed:
        stamp.write_text(digest([ROOT / name]))
    return f"installed {' '.join(name for _, name in changed)}"


def node_packages() -> str:
    stamp = ROOT / "node_modules" / ".installed"
    fingerprint = digest([ROOT / "package-lock.json"])
    if unchanged(stamp, fingerprint):
        return "unchanged"
    _need_space()
    call(["npm", "ci", "--no-audit", "--no-fund"], advice=NPM_ADVICE)
    stamp.write_text(fingerprint)
    return "installed package-lock.json"


def browser_libraries() -> str:
    target = VAR / "vendor"
    stamp = target / ".copied"
    fingerprint = digest([ROOT / "package-lock.json", ROOT / "tools" / "vendor.py"])
    if unchanged(stamp, fingerprint):
        return "unchanged"
    vendor(target)
    stamp.write_text(fingerprint)
    return "copied to var/vendor"


def secret_key() -> None:
    """A key of this installation, made once; whoever knows it can forge sessions."""
    path = VAR / "secret_key"
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50) + "\n")


def _need_space(megabytes: int = 1500) -> None:
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < megabytes:
        raise Trouble(
            f"Only {free} MB are free for {ROOT}; the packages need about {megabytes} MB.",
            advice="Make room, or put the project on another disk.",
        )


# --- what the code itself needs, by its own commands -----------------------------------------------


def manage(*arguments: str, advice: str) -> str:
    """Run a management command and return what it printed."""
    return call([PYTHON, "manage.py", *arguments], advice=advice)


def apps() -> list[Path]:
    return sorted(folder.parent for folder in ROOT.glob("*/apps.py"))


def messages() -> str:
    """Compile translations that are newer than what was compiled."""
    sources = [source for app in apps() for source in app.glob("locale/*/LC_MESSAGES/*.po")]
    if all(_newer(source.with_suffix(".mo"), source) for source in sources):
        return "unchanged"
    # It looks for .po files everywhere below the project, where packages keep thousands.
    ignore = [f"--ignore={folder}" for folder in (".venv", "node_modules", "var")]
    manage("compilemessages", *ignore, advice="Correct the .po file that it names.")
    return "compiled"


def static_files() -> str:
    """Collect static files, unless none has changed: naming them by their contents takes seconds."""
    stamp = VAR / "static" / ".collected"
    ours = [file for app in apps() for file in sorted(app.glob("static/**/*")) if file.is_file()]
    rules = [ROOT / name for name in ("requirements.txt", "gis/settings.py", "gis/storage.py")]
    fingerprint = digest([*rules, VAR / "vendor" / ".copied", *ours])
    if unchanged(stamp, fingerprint):
        return "unchanged"
    manage(
        "collectstatic",
        "--noinput",
        "--verbosity=0",
        advice="Does a style sheet or module name a missing file?",
    )
    stamp.write_text(fingerprint)
    return "collected"


def _newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime
