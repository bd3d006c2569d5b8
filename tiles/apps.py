from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TilesConfig(AppConfig):
    name = "tiles"
    verbose_name = _("Map service")

    def ready(self):
        from tiles import rollup, stamps

        post_migrate.connect(stamps.follow, dispatch_uid="tiles-stamps")
        post_migrate.connect(rollup.keep, dispatch_uid="tiles-sums")
