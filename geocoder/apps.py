from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GeocoderConfig(AppConfig):
    name = "geocoder"
    verbose_name = _("Addresses")
