from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class GisConfig(AppConfig):
    name = "gis"
    label = "wangge"  # django.contrib.gis holds the label "gis"
    verbose_name = _("Foundation")

    def ready(self):
        from gis import checks  # noqa: F401 — registers itself
        from gis.database_code import load

        autodiscover_modules("layers")
        post_migrate.connect(load, dispatch_uid="wangge-database-code")
