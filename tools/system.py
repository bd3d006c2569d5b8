"""Debian packages that the project needs: which are missing, and how they get here."""

import ctypes.util
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.cluster import BIN, VERSION
from tools.steps import Trouble, call


@dataclass(frozen=True)
class Need:
    """Something the machine must have: the packages that bring it, and how to see that it is there.

    The thing itself is looked for, not the package: a node or PostgreSQL that came another way is as good.
    """

    packages: str
    present: Callable[[], bool]


def node_is_recent() -> bool:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)", version)
    return found is not None and int(found[1]) >= 18


def there(path: str) -> Callable[[], bool]:
    return lambda: Path(path).exists()


def library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


PYTHON = Need("python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None)
NODE = Need("nodejs npm", node_is_recent)
GETTEXT = Need("gettext", program("msgfmt"))
GDAL = Need("libgdal32", library("gdal"))
POSTGRES = Need(f"postgresql-{VERSION}", lambda: (BIN / "initdb").exists())
POSTGIS = Need(
    f"postgresql-{VERSION}-postgis-3", there(f"/usr/share/postgresql/{VERSION}/extension/postgis.control")
)

TO_BUILD = (PYTHON, NODE, GETTEXT, GDAL)
TO_STORE = (POSTGRES, POSTGIS)
TO_TEST = (
    Need("chromium", program("chromium")),
    Need("libatomic1", library("atomic")),  # the node inside playwright loads it; Chromium does not bring it
    Need("fonts-noto-cjk", there("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")),
    Need("gdal-bin", program("ogrinfo")),
)


def install(needs: Iterable[Need]) -> str:
    """Install what is missing; returns what was done."""
    packages = " ".join(need.packages for need in needs if not need.present()).split()
    if not packages:
        return "all there"
    _apt(packages)
    return f"installed {' '.join(packages)}"


def _apt(packages: list[str]) -> None:
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise Trouble(
            f"Missing on this machine: {' '.join(packages)} (Debian's names), and there is no apt-get.",
            advice="Install what these packages bring with your system's own tool, then try again.",
        )
    root = _as_root()
    if root is None:
        raise Trouble(
            f"Missing on this machine: {' '.join(packages)}; only root may install them.",
            advice=f"Ask someone who may, to run this once, then try again:\n\n    sudo sh -c '{line}'\n",
        )
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = [*root, "apt-get", "-o", "DPkg::Lock::Timeout=600"]  # another apt may be at work
    advice = f"Is the machine online? See what apt says to:\n\n    {line}\n"
    call([*apt, "update"], env=env, advice=advice)
    call([*apt, "install", "-y", "--no-install-recommends", *packages], env=env, advice=advice)


def _as_root() -> list[str] | None:
    """The prefix that makes a command root's; None if this user has none."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    # env: sudo drops the variable that keeps apt from asking questions.
    keep = ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return keep
    if sys.stdin.isatty():  # let sudo ask for the password, once
        print("sudo asks for your password to install system packages.")
        if subprocess.run(["sudo", "-v"]).returncode == 0:
            return keep
    return None
