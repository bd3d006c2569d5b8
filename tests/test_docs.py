"""The documentation is held current: what exists is documented, what is documented exists."""

import re
from pathlib import Path

import pytest

from gis.layers import layers

ROOT = Path(__file__).resolve().parent.parent
APPS = ("gis", "tiles", "grids", "buildings", "geocoder", "cases", "demo")


def text_of(*patterns: str) -> str:
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(ROOT.glob(pattern)))


def test_every_setting_is_documented_and_every_documented_one_exists():
    name = re.compile(r"WANGGE_[A-Z_]+[A-Z]")
    documented = set(name.findall((ROOT / "docs/operations.md").read_text()))
    assert documented == set(name.findall(text_of("tools/*", "gis/**/*.py")))


@pytest.mark.parametrize("layer", [layer.name for layer in layers if layer.loading])
def test_every_loadable_layer_is_documented(layer):
    assert f"`{layer}`" in (ROOT / "docs/loading.md").read_text()


def test_every_command_is_documented():
    commands = {path.stem for app in APPS for path in ROOT.glob(f"{app}/management/commands/[a-z]*.py")}
    documentation = text_of("README.md", "docs/*.md")
    assert {command for command in commands if f"manage.py {command}" not in documentation} == set()


def test_every_document_that_is_linked_exists():
    for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
