"""Static files: our own get names by their contents, vendored ones carry their version in the path.

Either way what an address names never changes, so browsers keep it for good (see
``WHITENOISE_IMMUTABLE_FILE_TEST``), and text is compressed once, here, rather than at each request.
"""

import re

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.compress import Compressor

_TEXT = re.compile(r"\.(css|js|mjs|json|svg)$")
_WORTH_BYTES = 1024
_RARELY_ASKED = "drf_spectacular_sidecar/"  # 20 MB for one page of developers

_EXTENSION, _STATEMENTS = ManifestStaticFilesStorage._js_module_import_aggregation_patterns  # type: ignore[attr-defined]
# Django's own takes import("maplibre-gl") for a file and a type in a comment, {import("./a.js").Kind}, for an
# import.
_DYNAMIC_IMPORT = (
    r"""(?P<matched>import\(["'](?P<url>\.{1,2}/[^"']*)["']\))(?!\.(?-i:[A-Z]))""",
    """import("%(url)s")""",
)


class StaticStorage(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (_EXTENSION, (*_STATEMENTS[:-1], _DYNAMIC_IMPORT))
    manifest_strict = False

    def post_process(self, paths, dry_run=False, **options):
        ours = {name: path for name, path in paths.items() if not name.startswith("vendor/")}
        yield from super().post_process(ours, dry_run=dry_run, **options)
        if not dry_run:
            for name in [*(set(paths) - set(ours)), *self.hashed_files.values()]:
                if not name.startswith(_RARELY_ASKED):
                    self._compress(name)

    def stored_name(self, name):
        """The served name; the plain one while nothing is collected (tests that need no browser)."""
        if name.startswith("vendor/") or not self.hashed_files:
            return name
        return super().stored_name(name)

    def _compress(self, name: str) -> None:
        """Write ``.gz`` and ``.br`` beside a text file, unless those of this version are there."""
        path = self.path(name)
        if not _TEXT.search(name) or self.size(name) < _WORTH_BYTES or self.exists(f"{name}.br"):
            return
        for _made in Compressor(quiet=True).compress(path):
            pass
