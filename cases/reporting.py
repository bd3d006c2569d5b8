"""A report from the street becomes a case, once; or it says "the same thing" of an older case."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from cases import locating
from cases.cells import cell_of
from cases.models import Case, CaseEvent, CasePhoto, CaseQuerySet, Category
from cases.numbering import next_numbers
from cases.photos import Photo, add, transaction_with_files
from gis.errors import NotHere, Refused
from gis.models import User

NO_DELAY = timedelta(0)
LATE = timedelta(hours=24)  # a confirmation may have waited on a phone without network
MAY_WAIT = timedelta(days=7)  # a report may have waited longer than a confirmation: it is still to be told
MAY_RUN_FAST = timedelta(minutes=5)  # a phone's clock
LIMITS = ((20, 60), (240, 3600))  # reports and confirmations of one user in so many seconds


class KeyInUse(Refused):
    code = "key-in-use"
    sentence = _("This idempotency key belongs to another report.")


class TooManyReports(Refused):
    code = "too-many-reports"
    status = 429
    sentence = _("Too many reports in a short time. Send it again in {wait_s} seconds.")

    def __init__(self, wait_s: int):
        self.wait_s = wait_s
        super().__init__(wait_s=wait_s)


class ClassNotInUse(Refused):
    code = "class-not-in-use"
    status = 400
    sentence = _("This class is no longer in use. Choose another one.")

    def __init__(self):
        super().__init__(errors=[{"field": "category", "detail": str(self.sentence)}])


class NotSimilar(Refused):
    code = "not-similar"
    sentence = _("You are too far from this case, or it is too old or closed. Report it as a new one.")


class NotYours(Refused):
    code = "not-yours"
    status = 403
    sentence = _("Only the reporter adds photographs to a case.")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the phone sends; ``client_key`` is made there once, so that sending it again changes nothing.

    ``lon``, ``lat`` are EPSG:4326, ``accuracy_m`` the radius of the device's accuracy circle, ``sent_at`` the
    time by the phone's clock when it was sent, however long it waited for a network then.
    """

    client_key: UUID
    category: Category
    lon: float
    lat: float
    accuracy_m: float | None = None
    level: str = Case.Level.GENERAL
    urgency: str = Case.Urgency.GENERAL
    description: str = ""
    sent_at: datetime | None = None
    photos: list[Photo] = field(default_factory=list)


def already(user: User, client_key: UUID) -> Case | None:
    """The case that ``user`` has made with this key; KeyInUse if it is somebody else's."""
    case = Case.objects.filter(client_key=client_key).first()
    if case and case.reporter_id != user.pk:
        raise KeyInUse
    return case


def report(user: User, sent: Report) -> tuple[Case, bool]:
    """The new case with its place, number, photographs and first line of history, or the one it already is.

    The flag says whether it is new. Raises ClassNotInUse, OutsideDistrict, OutsideRegions, TooManyPhotos,
    TooManyReports and KeyInUse.
    """
    if case := already(user, sent.client_key):
        return case, False
    if not sent.category.is_active:
        raise ClassNotInUse
    _refuse_haste(user)
    with translation.override(settings.LANGUAGE_CODE):  # the described place is for all who read the case
        found = locating.locate(user, sent.lon, sent.lat, accuracy_m=sent.accuracy_m)
    try:
        with transaction_with_files() as written:
            return _made(user, sent, found, written), True
    except IntegrityError:  # the same report has just come in twice, and the other one was first
        if case := already(user, sent.client_key):
            return case, False
        raise


def _made(user: User, sent: Report, found: dict, written: list) -> Case:
    now = timezone.now()
    reported_at = _believed(sent.sent_at, now=now)
    location = Point(sent.lon, sent.lat, srid=4326)
    case = Case.objects.create(
        number=next_numbers(1, day=timezone.localdate(now))[0],
        client_key=sent.client_key,
        category=sent.category,
        location=location,
        accuracy_m=sent.accuracy_m,
        h3=cell_of(sent.lon, sent.lat),
        region_code=found["region_code"],
        unit_grid_code=found["unit_grid"]["code"] if found["unit_grid"] else "",
        responsibility_grid_code=found["responsibility_grid"]["code"] if found["responsibility_grid"] else "",
        is_cross_grid=found["is_cross_grid"],
        place=found["place"][:200],
        description=sent.description,
        level=sent.level,
        urgency=sent.urgency,
        source=Case.Source.PATROL,
        reporter=user,
        reported_at=reported_at,
        received_at=now,
    )
    case.events.create(action=CaseEvent.Action.REPORT, officer=user, at=reported_at, location=location)
    add(case, sent.photos, written=written)
    return case


def _believed(sent_at: datetime | None, *, now: datetime) -> datetime:
    """When a report was sent, as its phone says; ``now`` if it does not say, or says what cannot be."""
    if sent_at is None or not now - MAY_WAIT <= sent_at <= now + MAY_RUN_FAST:
        return now
    return min(sent_at, now)


def add_photo(user: User, case: Case, photo: Photo) -> list[CasePhoto]:
    """All photographs of ``case`` with one that came after its report; the same one again changes nothing."""
    if case.reporter_id != user.pk:
        raise NotYours
    with transaction_with_files() as written:
        return add(case, [photo], written=written)


# --- the same thing -----------------------------------------------------------------------------


def comparable(user: User, *, late: timedelta = NO_DELAY) -> CaseQuerySet:
    """Cases that may be what ``user`` sees: of his district, recent for their category, not over."""
    hours = F("category__similar_window_h") * timedelta(hours=1)
    window = ExpressionWrapper(hours, output_field=DurationField())
    rows = Case.objects.in_district_of(user).exclude(stage__in=Case.OVER)
    return rows.alias(window=window).filter(reported_at__gte=timezone.now() - late - F("window"))


def confirm(
    user: User, case_id: int, *, client_key: UUID, lon: float, lat: float, note: str = ""
) -> tuple[CaseEvent, bool]:
    """Say that what one sees at (lon, lat) is this case: one line in its history, however often it is sent.

    The flag says whether it is new. Raises NotHere for a case that one cannot see as similar, NotSimilar for
    one that is too far, too old or over, KeyInUse, TooManyReports.
    """
    case = Case.objects.in_district_of(user).select_related("category").filter(pk=case_id).first()
    if case is None:
        raise NotHere
    if event := _confirmed(user, case, client_key):
        return event, False
    spot = Point(lon, lat, srid=4326)
    near = comparable(user, late=LATE).filter(pk=case.pk).within(case.category.similar_radius_m, of=spot)
    if not near.exists():
        known = Case.objects.known_to(user).filter(pk=case.pk).exists()
        raise NotSimilar if known else NotHere
    _refuse_haste(user)
    try:
        with transaction.atomic():
            event = CaseEvent.objects.create(
                case=case,
                action=CaseEvent.Action.CONFIRM,
                officer=user,
                at=timezone.now(),
                note=note,
                location=spot,
                client_key=client_key,
            )
    except IntegrityError:
        if event := _confirmed(user, case, client_key):
            return event, False
        raise
    return event, True


def _confirmed(user: User, case: Case, client_key: UUID) -> CaseEvent | None:
    event = CaseEvent.objects.filter(client_key=client_key).first()
    if event and (event.officer_id, event.case_id) != (user.pk, case.pk):
        raise KeyInUse
    return event


def _refuse_haste(user: User) -> None:
    """Keep a phone gone wrong from flooding the district; TooManyReports says when to come again."""
    now = timezone.now()
    for most, within_s in LIMITS:
        since = now - timedelta(seconds=within_s)
        reports = Case.objects.in_district_of(user).filter(
            reporter=user,
            received_at__gt=since,
            reported_at__gt=since - MAY_WAIT,  # for the index
        )
        confirmations = CaseEvent.objects.filter(officer=user, action=CaseEvent.Action.CONFIRM, at__gt=since)
        times = sorted(
            [*reports.values_list("received_at", flat=True), *confirmations.values_list("at", flat=True)]
        )
        if len(times) >= most:
            free_at = times[-most] + timedelta(seconds=within_s)
            raise TooManyReports(max(1, round((free_at - now).total_seconds())))


# --- what one usually reports -------------------------------------------------------------------


def most_used(user: User, count: int) -> list[int]:
    """Ids of the categories that ``user`` reported most lately, filled up with those of his jurisdiction."""
    now = timezone.now()
    lately = now - timedelta(days=90)
    mine = Case.objects.in_district_of(user).filter(reporter=user, reported_at__gt=lately)
    chosen = _commonest(mine, count)
    if len(chosen) < count:
        around = Case.objects.visible_to(user).filter(reported_at__gt=now - timedelta(days=30))
        chosen += _commonest(around.exclude(category__in=chosen), count - len(chosen))
    return chosen


def _commonest(cases, count: int) -> list[int]:
    counted = cases.filter(category__is_active=True).values("category").annotate(n=Count("id"))
    return [row["category"] for row in counted.order_by("-n", "category")[:count]]
