"""What the browser loads is there, complete, and without pointers to files that stay behind."""

import json
import re

import pytest

from tools import vendor
from tools.steps import VAR


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    return json.loads((VAR / "vendor" / "importmap.json").read_text())["imports"]


def copied(suffixes):
    return [file for file in (VAR / "vendor").rglob("*") if file.suffix in suffixes]


def test_every_name_of_the_import_map_leads_to_a_file_or_folder(names):
    for name, path in names.items():
        target = VAR / path
        assert target.is_dir() if name.endswith("/") else target.is_file(), name


def test_every_component_can_be_imported_by_name(names):
    for component in vendor.COMPONENTS:
        assert (VAR / names["webawesome/"] / component / f"{component}.js").is_file()


def test_every_icon_is_there(names):
    assert {file.stem for file in (VAR / names["lucide/"]).iterdir()} == set(vendor.ICONS)


def test_what_a_copied_file_imports_was_copied_too():
    for file in copied({".js", ".mjs", ".css"}):
        for wanted in vendor.imported(file):
            assert wanted.is_file(), f"{file.name} imports {wanted}"


def test_bare_imports_of_the_libraries_are_names_of_the_import_map(names):
    bare = re.compile(r"""(?:^|[;\n])import\b[^;'"]*["']([a-z@][\w@/.-]*)["']""")
    for file in copied({".js", ".mjs"}):
        for wanted in bare.findall(file.read_text()):
            assert wanted in names, f"{file.name} imports {wanted}"


def test_no_file_points_at_a_source_map():
    assert [
        file.name for file in copied({".js", ".mjs", ".css"}) if "sourceMappingURL=" in file.read_text()
    ] == []


def test_style_sheets_load_nothing_from_elsewhere():
    remote = re.compile(r"""(?:@import|url\()\s*["']?https?:""")
    assert [file.name for file in copied({".css"}) if remote.search(file.read_text())] == []


@pytest.mark.parametrize(
    "text, left",
    [
        ("let a = 1;\n//# sourceMappingURL=a.js.map\n", "let a = 1;\n"),
        ("a{}\n/*# sourceMappingURL=a.css.map */", "a{}"),
        ("let a = '//# source';", "let a = '//# source';"),
    ],
)
def test_only_the_comment_on_the_source_map_goes(text, left):
    assert vendor.SOURCE_MAP.sub("", text) == left
