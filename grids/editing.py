"""Drawing responsibility grids and posting their officers: each verb is one transaction, checked as a whole.

Boundaries are EPSG:4326. What is refused says where: ``where`` is a GeoJSON FeatureCollection of the places,
each with the name of what is there.
"""

from dataclasses import dataclass
from uuid import UUID

import shapely
from django.contrib.gis.db.models import PointField
from django.db import transaction
from django.db.models import Exists, Func, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry import MultiPolygon

from gis import codes
from gis.errors import Refused
from gis.models import User
from grids import edits, homing, plans
from grids.locks import lock_ground
from grids.models import Edit, Officer, Posting, Region, ResponsibilityGrid, UnitGrid
from grids.outlines import SMALLEST_M2, areas_of, ground_m2
from grids.places import collection, geos, listed, shapely_of
from grids.plans import Draft
from grids.versions import RESPONSIBILITY, Snapshot


class OutsideJurisdiction(Refused):
    code = "outside-jurisdiction"
    sentence = gettext_lazy("The marked part lies outside your jurisdiction. Draw the boundary within it.")


class AcrossStreets(Refused):
    code = "across-streets"
    sentence = gettext_lazy(
        "The boundary lies in several streets: {names}. A responsibility grid lies in one."
    )


class Overlaps(Refused):
    code = "overlaps"
    sentence = gettext_lazy("The marked parts belong already to: {names}. Keep clear of them.")


class NothingToFit(Refused):
    code = "nothing-to-fit"
    sentence = gettext_lazy("No free unit grid lies in what you drew.")


class OfficerOfAnotherRegion(Refused):
    code = "officer-of-another-region"
    sentence = gettext_lazy("{names} works in another region and cannot answer for this grid.")


class UnknownOfficer(Refused):
    code = "unknown-officer"
    status = 400
    sentence = gettext_lazy("One of the officers is not known here. Choose again.")


class MainNotPosted(Refused):
    code = "main-not-posted"
    status = 400
    sentence = gettext_lazy("The main officer must be one of the grid's officers.")


@dataclass(frozen=True)
class Officers:
    """Who answers for a grid (ids of officers) and which of them is the main one."""

    ids: tuple[int, ...] = ()
    main: int | None = None


@dataclass(frozen=True)
class Fitted:
    """Free unit grids that make up a drawing, and the others that it holds."""

    boundary: MultiPolygon
    unit_grids: list[str]
    taken: int  # in the hands of another responsibility grid
    elsewhere: int  # in another street


# --- the verbs ----------------------------------------------------------------------------------


@transaction.atomic
def draw_responsibility_grid(
    boundary: MultiPolygon, *, name: str, officers: Officers, key: UUID, by: User
) -> ResponsibilityGrid:
    """A new responsibility grid on ground that nobody answers for yet; its unit grids are linked.

    Sent twice with one ``key``, it is drawn once. Refused, and nothing changed: outside ``by``'s
    jurisdiction, across streets, on another grid's ground (less than a square metre of numerical dust is
    clipped), with officers of another region.
    """
    if (edit := edits.done_before(key, by=by)) is not None:
        return ResponsibilityGrid.objects.get(made_in=edit)
    _check_jurisdiction(boundary, by)
    street = _street_of(boundary, by)
    lock_ground(street[: codes.DISTRICT])  # two on the same ground: one waits and is refused
    [code] = RESPONSIBILITY.next_codes(street, 1)
    draft = Draft(code, name, _clear_of_others(boundary, by), ancestors=())
    snapshot = Snapshot(RESPONSIBILITY, street)
    plan = plans.assembled(Edit.Kind.DRAW, snapshot, [draft], gone=(), by=by)
    edit = Edit.objects.create(kind=plan.kind, region_code=street, by=by, key=key)
    edits.write(plan, edit)
    grid = ResponsibilityGrid.objects.get(made_in=edit)
    _post(grid, officers, by)
    return grid


@transaction.atomic
def post_officers(grid: ResponsibilityGrid, officers: Officers, *, by: User) -> ResponsibilityGrid:
    """Exactly ``officers`` answer for ``grid`` from now on."""
    grid = ResponsibilityGrid.objects.select_for_update().get(pk=grid.pk)
    _post(grid, officers, by)
    return grid


def fit(drawing: MultiPolygon, *, by: User) -> Fitted:
    """The free unit grids of one street whose interior point lies in ``drawing``, as one area.

    Of several streets the one with the most free unit grids counts. NothingToFit if there is none.
    """
    inside = list(_unit_grids_in(drawing, by))
    free = [grid for grid in inside if not grid.taken]
    if not free:
        raise NothingToFit(where=collection([(drawing, "")]))
    streets = [grid.region_code[: codes.STREET] for grid in free]
    street = max(sorted(set(streets)), key=streets.count)
    chosen = [grid for grid in free if grid.region_code.startswith(street)]
    together = shapely.union_all([shapely.from_wkb(bytes(grid.boundary.wkb)) for grid in chosen])
    return Fitted(
        boundary=areas_of(together),
        unit_grids=[grid.code for grid in chosen],
        taken=len(inside) - len(free),
        elsewhere=len(free) - len(chosen),
    )


# --- the checks ---------------------------------------------------------------------------------


def _check_jurisdiction(boundary: MultiPolygon, by: User) -> None:
    regions = Region.objects.current().in_region(by.jurisdiction)
    level = regions.order_by("level").values_list("level", flat=True).first()
    ground = _union(regions.filter(level=level, boundary__bboverlaps=geos(boundary)))
    outside = areas_of(shapely.difference(boundary, ground))
    if ground_m2(outside) >= SMALLEST_M2:
        raise OutsideJurisdiction(where=collection([(outside, "")]))


def _street_of(boundary: MultiPolygon, by: User) -> str:
    """The code of the street that holds ``boundary``; without streets, of the smallest region that does."""
    streets = Region.objects.current().in_district_of(by).filter(level=codes.STREET)
    parts = _parts(streets.order_by("code"), boundary)
    if len(parts) > 1:
        names = listed([street.name for street, _part in parts])
        raise AcrossStreets(where=collection([(part, street.name) for street, part in parts]), names=names)
    if parts:
        return parts[0][0].code
    [home] = homing.regions_of_extents([boundary])
    return home[: codes.STREET]


def _clear_of_others(boundary: MultiPolygon, by: User) -> MultiPolygon:
    """``boundary`` without the dust that it shares with neighbours; Overlaps if it is more than dust."""
    others = ResponsibilityGrid.objects.current().filter(boundary__intersects=geos(boundary)).order_by("code")
    parts = _parts(others, boundary)
    if parts:
        foreign = _("a grid of another region")
        visible = set(others.visible_to(by).values_list("pk", flat=True))
        named = [(part, str(grid) if grid.pk in visible else foreign) for grid, part in parts]
        raise Overlaps(where=collection(named), names=listed([name for _part, name in named]))
    for grid in others:
        boundary = areas_of(shapely.difference(boundary, shapely_of(grid.boundary)))
    return boundary


def _parts(regions: QuerySet, boundary: MultiPolygon) -> list[tuple]:
    """Each of ``regions`` with its part of ``boundary``, as far as it is more than dust."""
    met = regions.filter(boundary__intersects=geos(boundary))
    parts = [(one, areas_of(shapely.intersection(boundary, shapely_of(one.boundary)))) for one in met]
    return [(one, part) for one, part in parts if ground_m2(part) >= SMALLEST_M2]


def _post(grid: ResponsibilityGrid, officers: Officers, by: User) -> None:
    found = list(Officer.objects.visible_to(by).filter(pk__in=officers.ids, user__is_active=True))
    if len(found) != len(set(officers.ids)):
        raise UnknownOfficer
    if officers.main is not None and officers.main not in officers.ids:
        raise MainNotPosted
    strangers = [officer.name for officer in found if not _works_in(officer, grid.region_code)]
    if strangers:
        raise OfficerOfAnotherRegion(names=listed(strangers))
    grid.postings.all().delete()
    Posting.objects.bulk_create(
        Posting(grid=grid, officer=officer, is_main=officer.pk == officers.main) for officer in found
    )


def _works_in(officer: Officer, region_code: str) -> bool:
    """Whether the officer's region and the grid's street lie in one another."""
    here = region_code[: codes.STREET]
    return officer.region_code.startswith(here) or here.startswith(officer.region_code)


def officers_for(region_code: str, *, by: User) -> QuerySet:
    """Officers who may answer for a grid of ``region_code`` (the rule of ``_works_in``)."""
    here = region_code[: codes.STREET]
    officers = Officer.objects.visible_to(by).filter(user__is_active=True)
    return officers.in_region(here) | officers.filter(region_code__in=codes.ancestors_of(here))


def _unit_grids_in(drawing: MultiPolygon, by: User) -> QuerySet:
    """Unit grids in force whose interior point lies in ``drawing``; ``taken`` are those with a grid."""
    in_force = ResponsibilityGrid.objects.current().values("pk")
    return (
        UnitGrid.objects.current()
        .visible_to(by)
        .filter(boundary__intersects=geos(drawing))
        .annotate(spot=Func("boundary", function="ST_PointOnSurface", output_field=PointField(srid=4326)))
        .filter(spot__coveredby=geos(drawing))
        .annotate(taken=Exists(in_force.filter(pk=OuterRef("responsibility_grid_id"))))
        .order_by("code")
    )


def _union(regions: QuerySet):
    return shapely.union_all(
        [shapely_of(boundary) for boundary in regions.values_list("boundary", flat=True)]
    )
