"""Static files: our own get hashed names; vendored ones carry their version in the path already."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticStorage(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    manifest_strict = False

    def post_process(self, paths, dry_run=False, **options):
        ours = {name: path for name, path in paths.items() if not name.startswith("vendor/")}
        yield from super().post_process(ours, dry_run=dry_run, **options)

    def stored_name(self, name):
        return name if name.startswith("vendor/") else super().stored_name(name)
