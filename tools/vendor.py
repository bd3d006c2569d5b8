#!/usr/bin/env python3
"""Copy the browser libraries that the pages use from node_modules/ to var/vendor/.

There is no bundler: the browser loads ES modules as their authors publish them, found by name through an
import map. Whole packages are far too much to serve (source maps, development builds, icons by the thousand),
so each package declares its entry files here, and what those import by a relative path comes along.

    var/vendor/<package>@<version>/…   the files; the version in the path makes them cacheable for ever
    var/vendor/importmap.json          {"imports": {name: "vendor/<package>@<version>/file"}}, static paths

A name that ends in "/" is a folder, for style sheets and icons as well as modules.
"""

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

COMPONENTS = """
    badge button button-group callout card checkbox details dialog divider drawer dropdown dropdown-item
    format-date icon input option popover popup progress-bar progress-ring radio radio-group relative-time
    scroller select skeleton slider spinner split-panel switch tab tab-group tab-panel tag textarea tooltip
    tree tree-item
""".split()

ICONS = """
    activity armchair arrow-down arrow-left arrow-right arrow-up ban bed bell bike book-open briefcase
    building building-2 bus calendar camera car cctv chart-bar chart-line chart-pie check chevron-down
    chevron-left chevron-right chevron-up chevrons-left chevrons-right chevrons-up-down circle circle-check
    circle-dot circle-plus circle-x clipboard-check clipboard-list clock cloud-off combine compass
    construction copy crosshair dot download drama dumbbell ellipsis ellipsis-vertical external-link eye
    eye-off factory fence file file-text files filter fire-extinguisher flag flame flower-2 folder
    folder-open funnel gauge globe graduation-cap grid-2x2 grid-3x3 grip-vertical hammer hash hexagon
    history home hospital house image inbox info key lamp landmark languages layers layers-2 link list
    list-checks list-filter loader loader-circle locate locate-fixed lock log-in log-out magnet map map-pin
    map-pin-plus map-pinned maximize megaphone menu message-square milestone minimize minus monitor moon
    mouse-pointer move navigation newspaper octagon-alert paintbrush palette pause pen-tool pencil pentagon
    phone pill play plus printer radio-tower redo-2 refresh-cw rotate-ccw route router ruler save scale
    school scissors search search-check send settings share-2 shield shield-check shirt shopping-bag
    shopping-basket shopping-cart signpost sliders-horizontal smartphone spline split square square-parking
    star store sun table tag target timer toilet trash-2 tree-deciduous trees triangle-alert undo-2 unlock
    upload user user-check user-plus users utensils warehouse waypoints wifi wifi-off wrench x zap zoom-in
    zoom-out
""".split()


@dataclass(frozen=True)
class Library:
    """One npm package: the files to start from, and the names by which pages ask for them."""

    package: str
    files: tuple[str, ...]
    names: dict[str, str]  # name in the import map → file or folder ("…/") in the package

    @property
    def source(self) -> Path:
        return ROOT / "node_modules" / self.package

    @property
    def folder(self) -> str:
        """Name in var/vendor; the npm scope is dropped, it says nothing in a URL."""
        version = json.loads((self.source / "package.json").read_text())["version"]
        return f"{self.package.split('/')[-1]}@{version}"


LIBRARIES = (
    Library(
        "maplibre-gl",
        # The worker is found beside the module by its plain name, at run time; no import mentions it.
        files=("dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css", "LICENSE.txt"),
        names={"maplibre-gl": "dist/maplibre-gl.mjs", "maplibre-gl/": "dist/"},
    ),
    Library(
        "terra-draw",
        files=("dist/terra-draw.modern.js",),
        names={"terra-draw": "dist/terra-draw.modern.js"},
    ),
    Library(
        "terra-draw-maplibre-gl-adapter",
        files=("dist/terra-draw-maplibre-gl-adapter.modern.js",),
        names={"terra-draw-maplibre-gl-adapter": "dist/terra-draw-maplibre-gl-adapter.modern.js"},
    ),
    Library("pmtiles", files=("dist/esm/index.js",), names={"pmtiles": "dist/esm/index.js"}),
    Library("fflate", files=("esm/browser.js", "LICENSE"), names={"fflate": "esm/browser.js"}),
    Library(
        "echarts",
        files=("dist/echarts.esm.min.mjs", "LICENSE"),
        names={"echarts": "dist/echarts.esm.min.mjs"},
    ),
    Library(
        "@awesome.me/webawesome",
        files=(
            *(f"dist-cdn/components/{name}/{name}.js" for name in COMPONENTS),
            "dist-cdn/components/icon/library.js",  # registerIconLibrary: icons from here, not from a CDN
            "dist-cdn/translations/zh-cn.js",
            "dist-cdn/styles/webawesome.css",  # layers, native elements, utilities, default theme
            "LICENSE.md",
        ),
        names={
            "webawesome/": "dist-cdn/components/",
            "webawesome/translations/": "dist-cdn/translations/",
            "webawesome/styles/": "dist-cdn/styles/",
        },
    ),
    Library(
        "lucide-static",
        files=(*(f"icons/{name}.svg" for name in ICONS), "LICENSE"),
        names={"lucide/": "icons/"},
    ),
)

TEXT = {".js", ".mjs", ".css"}
# Source maps stay behind, and a comment that points at a missing file stops collectstatic.
SOURCE_MAP = re.compile(r"\n?(?://# sourceMappingURL=\S*|/\*# sourceMappingURL=\S*\s*\*/)[ \t]*")
JS_IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"'\s]+)["']""")
CSS_IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s]+)""")


def imported(file: Path) -> Iterable[Path]:
    """Files of the same package that ``file`` imports by a relative path."""
    if file.suffix == ".css":
        found = [path for path in CSS_IMPORT.findall(file.read_text()) if "//" not in path]
    elif file.suffix in TEXT:
        found = JS_IMPORT.findall(file.read_text())
    else:
        found = []
    return [(file.parent / path).resolve() for path in found]


def needed(library: Library) -> list[Path]:
    """The declared files and all that they import, directly or not."""
    waiting = [(library.source / name).resolve() for name in library.files]
    seen: dict[Path, None] = {}
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen[file] = None
            waiting += imported(file)
    missing = [str(file.relative_to(ROOT)) for file in seen if not file.is_file()]
    if missing:
        raise SystemExit(f"There is no {', '.join(missing)}: correct the list in tools/vendor.py.")
    return list(seen)


def copy(library: Library, target: Path) -> None:
    for file in needed(library):
        place = target / file.relative_to(library.source.resolve())
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in TEXT:
            place.write_text(SOURCE_MAP.sub("", file.read_text()))
        else:
            shutil.copyfile(file, place)


def import_map() -> dict[str, dict[str, str]]:
    return {
        "imports": {
            name: f"vendor/{library.folder}/{path}"
            for library in LIBRARIES
            for name, path in library.names.items()
        }
    }


def vendor(target: Path) -> None:
    """Replace ``target`` by a fresh copy; versions that are no longer used disappear."""
    fresh, old = target.with_name("vendor.new"), target.with_name("vendor.old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    for library in LIBRARIES:
        copy(library, fresh / library.folder)
    (fresh / "importmap.json").write_text(json.dumps(import_map(), indent=2) + "\n")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    vendor(ROOT / "var" / "vendor")
