"""The one place of jurisdiction: a region code prefix that each user has and each row carries.

``region_code`` columns are collated "C", so the prefix test is served by a plain btree.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gis import codes


class RegionCodeField(models.CharField):
    """A region code (see ``gis.codes``) or empty; collated "C" so that a prefix is a range of the index."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", codes.COMMUNITY)
        kwargs.setdefault("verbose_name", _("region code"))
        kwargs["db_collation"] = "C"
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_collation", None)
        return name, path, args, kwargs


class Scoped(models.QuerySet):
    """Rows that belong to the region whose code they carry in ``region_code``."""

    def in_region(self, code: str):
        """Rows in the region ``code`` and all below it; an empty code has no rows."""
        if not code:  # an empty prefix would match the whole country
            return self.none()
        return self.filter(region_code__startswith=code)

    def visible_to(self, user):
        """Rows in ``user``'s jurisdiction."""
        return self.in_region(user.jurisdiction if user.is_authenticated else "")

    def in_district_of(self, user):
        """Rows in the district (or city, or province) that ``user`` works in, whatever their community."""
        return self.in_region(user.jurisdiction[: codes.DISTRICT] if user.is_authenticated else "")

    @staticmethod
    def covers(user, region_code: str) -> bool:
        """Whether ``visible_to(user)`` holds a row of ``region_code``: the same test for one row at hand."""
        return user.is_authenticated and bool(user.jurisdiction) and region_code.startswith(user.jurisdiction)


class CommonGround(Scoped):
    """The ground itself (roads, water, outlines): common to all who work in the same district.

    A worker at the edge of a community must see the street on the other side. Rows that reach beyond
    the district carry the code of the city or province, and are common to all districts in it.
    """

    def visible_to(self, user):
        if not user.is_authenticated or not user.jurisdiction:
            return self.none()
        beyond = codes.ancestors_of(user.jurisdiction[: codes.DISTRICT])
        return self.in_district_of(user) | self.filter(region_code__in=beyond)
