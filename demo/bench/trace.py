"""People who pan and zoom for a while as others report: how many of their tiles come out of the cache."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter

from buildings.models import Building
from cases import reporting
from cases.models import Case, Category
from demo.bench.client import Client
from demo.bench.report import section
from demo.bench.setting import Setting
from demo.bench.tiles import address
from demo.bench.timing import Sample
from gis.layers import Layer, layers
from gis.models import User
from gis.roles import Role
from tiles import mvt

WATCHERS = 8
WRITES_A_SECOND = 5
LEAST_S = 12
MOVE_S = 1.0  # between two moves of one watcher
ACROSS, DOWN = 4, 3  # tiles of 512 px on a wall screen
FAVOURITES = 12  # places that people look at most, the first twice as often as the second, and so on
ZOOMS = range(13, 18)


@dataclass
class Watcher:
    """Somebody at a map, whose browser keeps the tiles of the view and asks only for new ones."""

    client: Client
    dice: random.Random
    favourites: Sequence[tuple[float, float]]
    seen: set[tuple[str, mvt.Tile]]  # by anybody
    found: Counter = field(default_factory=Counter)  # (source, how the server came by the tile)
    again: Counter = field(default_factory=Counter)  # source: tiles that somebody had asked for before
    times: Sample = field(default_factory=Sample)
    _view: set[tuple[str, mvt.Tile]] = field(default_factory=set)

    def watch(self, seconds: float) -> None:
        """A move each ``MOVE_S``: mostly a step to a side, at times nearer, farther, or to another place."""
        until = time.monotonic() + seconds
        time.sleep(self.dice.random() * MOVE_S)
        at = self._jump()
        while time.monotonic() < until:
            moved = time.monotonic()
            self._look(at)
            at = self._next(at)
            time.sleep(max(0, moved + MOVE_S - time.monotonic()))

    def _next(self, at: mvt.Tile) -> mvt.Tile:
        match self.dice.choices(("step", "nearer", "farther", "jump"), (14, 3, 2, 1))[0]:
            case "nearer" if at.z < ZOOMS[-1]:
                return mvt.Tile(
                    at.z + 1, at.x * 2 + self.dice.randrange(2), at.y * 2 + self.dice.randrange(2)
                )
            case "farther" if at.z > ZOOMS[0]:
                return mvt.Tile(at.z - 1, at.x // 2, at.y // 2)
            case "jump":
                return self._jump()
        x, y = self.dice.choice(((1, 0), (-1, 0), (0, 1), (0, -1)))
        return mvt.Tile(at.z, at.x + x, at.y + y)

    def _jump(self) -> mvt.Tile:
        weights = [0.5**place for place in range(len(self.favourites))]
        [spot] = self.dice.choices(self.favourites, weights)
        return mvt.Tile.holding(*spot, z=self.dice.choice(ZOOMS))

    def _look(self, at: mvt.Tile) -> None:
        view = set(_asked(at))
        for source, tile in sorted(view - self._view):
            self.again[source] += (source, tile) in self.seen
            self.seen.add((source, tile))
            asked = partial(self.client.get, address(sources()[source], tile))
            self.times.add(asked, note=attrgetter("found"))
            self.found[source, self.times.notes[-1]] += 1
        self._view = view


def sources() -> dict[str, list[Layer]]:
    """What the workbench asks for in one tile: the base map, and each other layer that it shows."""
    base = {"base map": [layer for layer in layers if layer.base]}
    return base | {layer.name: [layer] for layer in layers if layer.shown and not layer.base}


def _asked(middle: mvt.Tile) -> Iterator[tuple[str, mvt.Tile]]:
    for x in range(middle.x - ACROSS // 2, middle.x - ACROSS // 2 + ACROSS):
        for y in range(middle.y - DOWN // 2, middle.y - DOWN // 2 + DOWN):
            for source, shown in sources().items():
                if any(middle.z in layer.zooms for layer in shown):
                    yield source, mvt.Tile(middle.z, x, y)


def measure(setting: Setting) -> str:
    seconds = max(LEAST_S, setting.seconds)
    client = setting.sign_in(setting.chief)
    spots = _spots(setting.chief)
    seen: set[tuple[str, mvt.Tile]] = set()
    watchers = [
        Watcher(client.another(), random.Random(number), spots[:FAVOURITES], seen)
        for number in range(WATCHERS)
    ]
    setting.forget_tiles()
    threads = [threading.Thread(target=watcher.watch, args=[seconds]) for watcher in watchers]
    for thread in threads:
        thread.start()
    reported = _report(_reporters(setting.chief), spots, seconds=seconds)
    for thread in threads:
        thread.join()
    Case.objects.filter(pk__in=[case.pk for case in reported]).delete()
    return _told(watchers, len(reported) / seconds)


def _spots(user: User) -> list[tuple[float, float]]:
    """Where buildings are (EPSG:4326), in a random order that is the same each time."""
    ids = list(Building.objects.in_region(user.jurisdiction).order_by("id").values_list("id", flat=True))
    chosen = random.Random(17).sample(ids, min(500, len(ids)))
    points = (building.footprint.point_on_surface for building in Building.objects.in_bulk(chosen).values())
    return [(point.x, point.y) for point in points]


def _reporters(chief: User) -> list[User]:
    """Enough of them that nobody reports too often."""
    workers = User.objects.filter(role=Role.GRID_WORKER, is_active=True)
    return list(workers.filter(jurisdiction__startswith=chief.jurisdiction).order_by("pk")[:100])


def _report(reporters: Sequence[User], spots: Sequence[tuple[float, float]], *, seconds: float) -> list[Case]:
    """Cases as they are reported by phone, evenly over the time."""
    categories = list(Category.objects.filter(is_active=True).order_by("id")[:50])
    made: list[Case] = []
    started = time.monotonic()
    while (gone := time.monotonic() - started) < seconds:
        number = len(made)
        if gone < number / WRITES_A_SECOND:
            time.sleep(number / WRITES_A_SECOND - gone)
        lon, lat = spots[number * 7 % len(spots)]
        category = categories[number % len(categories)]
        sent = reporting.Report(client_key=uuid.uuid4(), category=category, lon=lon, lat=lat)
        case, _new = reporting.report(reporters[number % len(reporters)], sent)
        made.append(case)
    return made


def _told(watchers: Iterable[Watcher], writes: float) -> str:
    found: Counter = Counter()
    again: Counter = Counter()
    times = Sample()
    for watcher in watchers:
        found.update(watcher.found)
        again.update(watcher.again)
        times.ms.extend(watcher.times.ms)
    ways = sorted({way for _, way in found})
    rows = [["", "tiles", *ways, "seen before", "kept of these"]]
    for source in sources():
        rows.append(_row(source, {way: found[source, way] for way in ways}, again[source]))
    together = {way: sum(found[source, way] for source in sources()) for way in ways}
    rows.append(_row("all", together, again.total()))
    title = f"{WATCHERS} people pan and zoom, a move a second; {writes:.1f} reports a second come in"
    note = f"  how the server found a tile (X-Tile-Cache); p50 {times.p50:.2f} ms, p95 {times.p95:.2f} ms"
    return section(title, rows, [note])


def _row(source: str, found: dict[str, int], again: int) -> list[str]:
    """``again``: how many of the tiles a cache that nothing invalidates could have had."""
    total = sum(found.values())
    kept = total - found.get("drawn", 0)
    shares = [count / total for count in found.values()] + [again / total, kept / again if again else 0]
    return [source, str(total), *(f"{share:.0%}" for share in shares)]
