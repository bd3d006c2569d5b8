"""The composed city into the database: all of it, or nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import numpy as np
import shapely
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from buildings.models import Asset, AssetClass, Building, Door, Estate, Green, Place, Road, Water
from cases.models import Case, CaseEvent, Category
from cases.reference import IN_USE
from demo import city as composing
from demo import happenings, naming, parcels, plane
from demo.city import City
from demo.copying import copy, ewkb, multi, reserve, timestamps
from demo.people import PASSWORD, SIGN_INS
from demo.profiles import PROFILES
from demo.scale import Scale
from gis.errors import Refused
from gis.models import User
from gis.roles import Role
from grids import homing
from grids.models import Officer, Organisation, Posting, Region, ResponsibilityGrid, UnitGrid

Say = Callable[[str], None]
COURTYARDS = (*parcels.HOMES, "primary_school", "middle_school", "hospital", "government", "industry")
DEPARTMENTS = (
    "城市管理局", "住房和城乡建设局", "市政设施管理处", "园林绿化中心", "环境卫生管理处", "公安交警大队", "生态环境分局",
    "市场监督管理局", "水务服务中心",
)  # fmt: skip
_SIDES = ("门前", "门前", "东侧", "西侧", "南侧", "北侧", "对面", "附近")


class AlreadyACity(Refused):
    code = "already-a-city"
    sentence = _("This database already holds a city. The demo city needs an empty one.")


def holds_a_city() -> bool:
    return (
        Region.objects.exists()
        or Case.objects.exists()
        or User.objects.filter(username__in=[s.username for s in SIGN_INS]).exists()
    )


class Loading:
    """One run: what has been loaded, how many rows, and how long each layer took."""

    def __init__(self, city: City, *, until: datetime, say: Say):
        self.city, self.until, self.say = city, until, say
        self.rows: list[tuple[str, int, float]] = []
        self.valid = f"[{date(until.year - 3, 1, 1)},)"

    @contextmanager
    def layer(self, name: str) -> Iterator[list[int]]:
        start, count = time.monotonic(), [0]
        yield count
        self.rows.append((name, count[0], time.monotonic() - start))
        self.say(f"  {name:<22} {count[0]:>9,} {self.rows[-1][2]:>8.1f} s")

    # --- territory and people -----------------------------------------------------------------

    def territory(self) -> None:
        c, t = self.city, self.city.territory
        with self.layer("regions") as count:
            street, community = t.street, t.community
            shapes = [
                *(t.union(street == s) for s in range(len(c.street_names))),
                *(t.union(community == m) for m in range(len(c.community_names))),
            ]
            district = shapely.coverage_union_all(t.polygons)
            count[0] = copy(Region, {
                "code": [naming.CITY, naming.DISTRICT, *c.street_codes, *c.community_codes],
                "name": [naming.CITY_NAME, naming.DISTRICT_NAME, *c.street_names, *c.community_names],
                "valid": [self.valid] * (2 + len(shapes)),
                "boundary": ewkb(multi([_city_outline(), district, *shapes])),
            })  # fmt: skip
        with self.layer("responsibility grids") as count:
            number = c.responsibility.max() + 1
            grids = reserve(ResponsibilityGrid, number)
            home = c.grid_community
            codes = np.array(c.community_codes)[home]
            names = [
                f"{c.community_names[m].removesuffix('社区')}第{code[-2:].lstrip('0')}网格"
                for m, code in zip(home, c.grid_codes, strict=True)
            ]
            count[0] = copy(ResponsibilityGrid, {
                "id": grids, "code": c.grid_codes, "name": names, "valid": [self.valid] * number, "region_code": codes,
                "boundary": ewkb(multi([t.union(c.responsibility == g) for g in range(number)])),
            })  # fmt: skip
        with self.layer("unit grids") as count:
            held = [int(grids[g]) if g >= 0 else None for g in c.responsibility]
            count[0] = copy(UnitGrid, {
                "code": c.unit_grid_codes, "name": [""] * len(held), "valid": [self.valid] * len(held),
                "responsibility_grid": held, "boundary": ewkb(t.polygons),
            })  # fmt: skip
        self.grid_ids = grids

    def people(self) -> None:
        c = self.city
        with self.layer("organisations") as count:
            offices = self._organisations()
            count[0] = Organisation.objects.count()
        with self.layer("users and officers") as count:
            home = c.grid_community
            center = self._center_grids()
            users, officers = self._officers(home, center, offices)
            places = self._places_of(home[center[0]])
            hashed = make_password(PASSWORD)
            own = {"worker": center[0], "worker2": center[1]}
            for n, who in enumerate(SIGN_INS):
                staff = who.role is Role.GIS_ADMINISTRATOR
                user = User(
                    username=who.username,
                    display_name=who.name,
                    role=who.role,
                    password=hashed,
                    jurisdiction=places.get(who.place, who.place),
                    is_staff=staff,
                )
                if who.username in own:
                    users[own[who.username]] = user
                    officers[own[who.username]].name = who.name
                else:
                    users.append(user)
            User.objects.bulk_create(users, batch_size=2000)
            for user, officer in zip(users, officers, strict=False):
                officer.user = user
            Officer.objects.bulk_create(officers, batch_size=2000)
            count[0] = len(users)
            self.reporters = np.array([user.pk for user in users[: len(officers)]])
            self._grant_admin()
        with self.layer("postings") as count:
            ids = np.array([officer.pk for officer in officers])
            deputy = _deputies(home)
            count[0] = copy(Posting, {
                "grid": np.concatenate([self.grid_ids, self.grid_ids]), "officer": np.concatenate([ids, ids[deputy]]),
                "is_main": [True] * len(ids) + [False] * len(ids),
            })  # fmt: skip

    def _organisations(self) -> list[Organisation]:
        """The centre, departments and offices; returns the community offices."""
        c, kind = self.city, Organisation.Kind
        centre = Organisation.objects.create(
            name=f"{naming.DISTRICT_NAME}城市运行管理指挥中心", kind=kind.CENTRE, region_code=naming.DISTRICT
        )
        Organisation.objects.bulk_create(
            Organisation(
                name=f"{naming.DISTRICT_NAME}{name}",
                kind=kind.DEPARTMENT,
                parent=centre,
                region_code=naming.DISTRICT,
            )
            for name in DEPARTMENTS
        )
        streets = Organisation.objects.bulk_create(
            Organisation(name=f"{name}办事处", kind=kind.STREET_OFFICE, parent=centre, region_code=code)
            for name, code in zip(c.street_names, c.street_codes, strict=True)
        )
        Organisation.objects.bulk_create(
            Organisation(
                name=f"{office.name.removesuffix('办事处')}综合执法队",
                kind=kind.TEAM,
                parent=office,
                region_code=office.region_code,
            )
            for office in streets
        )
        return Organisation.objects.bulk_create(
            Organisation(
                name=f"{name}网格服务站", kind=kind.COMMUNITY_OFFICE, parent=streets[s], region_code=code
            )
            for name, code, s in zip(c.community_names, c.community_codes, c.territory.street_of, strict=True)
        )

    def _center_grids(self) -> tuple[int, int]:
        """Two neighbouring responsibility grids of one community in the middle of the city."""
        c = self.city
        home = c.grid_community
        at = np.array([c.territory.centres[c.responsibility == g].mean(axis=0) for g in range(len(home))])
        pairs = [g for g in range(len(home) - 1) if home[g] == home[g + 1]]
        first = min(pairs, key=lambda g: float(np.hypot(*at[g])))
        return first, first + 1

    def _places_of(self, community: int) -> dict[str, str]:
        c = self.city
        code = c.community_codes[community]
        return {"grid": code, "community": code, "street": code[:9]}

    def _officers(self, home: np.ndarray, center, offices) -> tuple[list[User], list[Officer]]:
        """A grid worker per responsibility grid; only the demo's sign-ins have a password."""
        codes = self.city.community_codes
        users, officers = [], []
        for n, (community, code) in enumerate(zip(home.tolist(), self.city.grid_codes, strict=True)):
            name = self.city.names.person()
            users.append(
                User(
                    username=code.lower(),
                    display_name=name,
                    role=Role.GRID_WORKER,
                    jurisdiction=codes[community],
                    password=make_password(None),
                )
            )
            officers.append(Officer(
                name=name, card_number=f"WD{n + 1:05}", phone=self.city.names.phone(), organisation=offices[community], region_code=codes[community],
            ))  # fmt: skip
        return users, officers

    def _grant_admin(self) -> None:
        """The GIS administrator may edit territory and what stands on it in the back office."""
        from django.contrib.auth.models import Permission

        admin = User.objects.get(username="gisadmin")
        admin.user_permissions.set(
            Permission.objects.filter(content_type__app_label__in=("grids", "buildings", "cases"))
        )

    # --- the ground -----------------------------------------------------------------------------

    def base_map(self) -> None:
        c, p = self.city, self.city.parcels
        with self.layer("roads") as count:
            drawn = [i for i, strands in enumerate(c.graph.strands) if len(strands)]
            self.road_ids = np.zeros(len(c.plan.roads), dtype=int)
            self.road_ids[drawn] = reserve(Road, len(drawn))
            lines = [_multiline(c.graph.strands[i]) for i in drawn]
            count[0] = copy(Road, {
                "id": self.road_ids[drawn], "name": [c.plan.roads[i].name for i in drawn], "kind": [c.plan.roads[i].kind for i in drawn],
                "centreline": ewkb(np.array(lines, dtype=object)), **_homeless(len(drawn)),
            })  # fmt: skip
            homing.home_extents(Road._meta.db_table, "centreline")
        with self.layer("water") as count:
            shapes = plane.on_the_globe(multi([p.water, *p.ponds]))
            count[0] = copy(Water, {
                "name": [naming.RIVER] + [""] * len(p.ponds), "kind": ["river"] + ["pond"] * len(p.ponds), "extent": ewkb(shapes), **_homeless(len(shapes)),
            })  # fmt: skip
            homing.home_extents(Water._meta.db_table, "extent")
        with self.layer("green") as count:
            names, kinds, green = self._green()
            count[0] = copy(
                Green,
                {
                    "name": names,
                    "kind": kinds,
                    "extent": ewkb(plane.on_the_globe(multi(green))),
                    **_homeless(len(green)),
                },
            )
            homing.home_extents(Green._meta.db_table, "extent")

    def _green(self) -> tuple[list[str], list[str], list]:
        p = self.city.parcels
        ponds = shapely.union_all(p.ponds) if p.ponds else shapely.Polygon()
        names, kinds, shapes = [], [], []
        for number in p.of("park", "great_park", "green"):
            park = p.use[number] != "green"
            names.append(self.city.known.get(int(number), ""))
            kinds.append("park" if park else "grass")
            shapes.append(shapely.difference(p.shape[number], ponds) if park else p.shape[number])
        for bank in shapely.get_parts(p.banks):
            if bank.area > 300:
                names.append("")
                kinds.append("grass")
                shapes.append(bank)
        return names, kinds, shapes

    def _home(self, lonlat: np.ndarray) -> dict[str, list[str]]:
        """Region and unit grid of points that lie in the district."""
        codes = np.array(self.city.unit_grid_codes)[self.city.territory.locate(lonlat)]
        return {"region_code": [code[:12] for code in codes.tolist()], "unit_grid_code": codes.tolist()}

    def buildings(self) -> None:
        c, p, h = self.city, self.city.parcels, self.city.houses
        with self.layer("estates") as count:
            walled = p.of(*COURTYARDS)
            walled = walled[[int(w) in c.known for w in walled]]
            estate_ids = np.zeros(len(p.shape), dtype=int)
            estate_ids[walled] = reserve(Estate, len(walled))
            shapes = plane.on_the_globe(p.shape[walled])
            count[0] = copy(Estate, {
                "id": estate_ids[walled], "name": [c.known[int(w)] for w in walled], "boundary": ewkb(multi(shapes)),
                **self._home(shapely.get_coordinates(shapely.point_on_surface(shapes))),
            })  # fmt: skip
        with self.layer("buildings") as count:
            shapes = plane.on_the_globe(h.shape)
            address = dict(zip(c.doors.house.tolist(), c.addresses, strict=True))
            gate = dict(zip(c.doors.parcel.tolist(), c.addresses, strict=True))
            parcel = h.parcel.tolist()
            inner = h.number > 0
            walled = inner & (estate_ids[h.parcel] > 0)
            count[0] = copy(Building, {
                "name": [_building_name(c, b, pa) if i and not w else "" for b, (pa, i, w) in enumerate(zip(parcel, inner, walled, strict=True))],
                "number": [f"{n}号楼" if w else "" for n, w in zip(h.number.tolist(), walled.tolist(), strict=True)],
                "kind": h.kind, "floors": h.floors, "height_m": np.round(h.floors * 3.0 + 0.6, 1),
                "address": [address.get(b, "") if not i else gate.get(pa, "") for b, (pa, i) in enumerate(zip(parcel, inner, strict=True))],
                "estate": [int(e) if e else None for e in np.where(walled, estate_ids[h.parcel], 0)],
                "footprint": ewkb(multi(shapes)), **self._home(shapely.get_coordinates(shapely.point_on_surface(shapes))),
            })  # fmt: skip

    def street_life(self) -> None:
        c = self.city
        with self.layer("doors") as count:
            lonlat = plane.to_lonlat(c.doors.at)
            count[0] = copy(Door, {
                "road_name": [c.plan.roads[r].name for r in c.doors.road], "number": [f"{n}号" for n in c.doors.number],
                "road": self.road_ids[c.doors.road], "location": ewkb(shapely.points(lonlat)), **self._home(lonlat),
            })  # fmt: skip
        with self.layer("places") as count:
            lonlat = plane.to_lonlat(np.array(c.places.at))
            count[0] = copy(Place, {
                "name": c.places.name, "category": c.places.category, "address": c.places.address,
                "location": ewkb(shapely.points(lonlat)), **self._home(lonlat),
            })  # fmt: skip
        with self.layer("assets") as count:
            count[0] = self._assets()

    def _assets(self) -> int:
        c, a = self.city, self.city.assets
        lonlat = plane.to_lonlat(a.at)
        here = np.flatnonzero(c.territory.locate(lonlat) >= 0)
        code = a.code[here]
        classes = {k.code: k for k in AssetClass.objects.filter(scheme=IN_USE)}
        order = np.argsort(code, kind="stable")
        here, code = here[order], code[order]
        sequence = np.arange(len(code)) - np.searchsorted(code, code) + 1
        rng = np.random.default_rng([c.seed, 10])
        names = [road.name for road in c.plan.roads]
        return copy(Asset, {
            "code": [f"{naming.DISTRICT}{k}{n:06}" for k, n in zip(code, sequence, strict=True)],
            "asset_class": [classes[k].pk for k in code], "name": [classes[k].name for k in code],
            "state": rng.choice(["intact", "damaged", "lost"], len(code), p=(0.97, 0.025, 0.005)),
            "department": a.department[here], "owner": [""] * len(code),
            "position": [names[r] if r >= 0 else "" for r in a.road[here].tolist()],
            "location": ewkb(shapely.points(lonlat[here])), **self._home(lonlat[here]),
        })  # fmt: skip

    # --- cases ----------------------------------------------------------------------------------

    def cases(self) -> None:
        c = self.city
        categories = {(k.kind, k.code): k.pk for k in Category.objects.filter(scheme=IN_USE)}
        self.category = np.array([categories[p.kind, p.code] for p in PROFILES])
        with self.layer("cases and reports") as count:
            runs = happenings.happen(
                c.scale.cases,
                until=self.until,
                seed=c.seed,
                spots=composing.spots(c),
                doors=c.doors,
                territory=c.territory,
            )
            for run in runs:
                count[0] += self._cases(run)
                if c.scale.cases > happenings.CHUNK:
                    self.say(f"    {count[0]:,} of {c.scale.cases:,}")

    def _cases(self, run: happenings.Cases) -> int:
        c, size = self.city, len(run.number)
        rng = np.random.default_rng([c.seed, 11, int(run.number[0])])
        grid = c.responsibility[run.cell]
        crossing = (rng.random(size) < 0.03) & (grid >= 0) & (run.source == "patrol")
        worker = np.where(crossing, (grid + 1) % len(self.reporters), grid)
        on_patrol = (run.source == "patrol") & (worker >= 0)
        source = np.where((run.source == "patrol") & ~on_patrol, "public", run.source)
        reporter = [int(self.reporters[w]) if p else None for w, p in zip(worker, on_patrol, strict=True)]
        units = np.array(c.unit_grid_codes)[run.cell].tolist()
        grid_codes = [*c.grid_codes, ""]
        side = rng.integers(len(_SIDES), size=size)
        place = [
            f"{c.addresses[d]}{_SIDES[s]}" for d, s in zip(run.door.tolist(), side.tolist(), strict=True)
        ]
        reported = timestamps(run.reported)
        ids = reserve(Case, size)
        copy(Case, {
            "id": ids, "number": run.number, "client_key": run.key, "category": self.category[run.profile],
            "location": ewkb(shapely.points(run.lonlat)), "accuracy_m": np.round(rng.gamma(4, 1.6, size) + 2, 1), "h3": run.h3,
            "responsibility_grid_code": [grid_codes[g] for g in grid.tolist()], "is_cross_grid": crossing.tolist(), "place": place,
            "description": run.description, "level": run.level, "urgency": run.urgency, "source": source, "stage": run.stage,
            "reporter": reporter, "reported_at": reported, "closed_at": timestamps(run.closed),
            "region_code": [u[:12] for u in units], "unit_grid_code": units,
        })  # fmt: skip
        copy(
            CaseEvent,
            {
                "case": ids,
                "action": ["report"] * size,
                "officer": reporter,
                "at": reported,
                "note": [""] * size,
            },
        )
        return size


def _city_outline():
    """The city around the district: some 20 km across, invented like the rest; EPSG:4326."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    radius = (
        1
        + 0.09 * np.sin(2 * angle + 1)
        + 0.06 * np.sin(3 * angle + 4)
        + 0.03 * np.sin(7 * angle)
        + 0.012 * np.sin(19 * angle + 2)
    )
    return plane.on_the_globe(
        shapely.Polygon(np.column_stack([26_000 * radius * np.cos(angle), 21_000 * radius * np.sin(angle)]))
    )


def _multiline(strands: np.ndarray):
    merged = shapely.line_merge(shapely.multilinestrings(strands))
    return shapely.multilinestrings(shapely.get_parts(merged))


def _homeless(count: int) -> dict[str, list[str]]:
    return {"region_code": [""] * count, "unit_grid_code": [""] * count}


def _deputies(home: np.ndarray) -> np.ndarray:
    """For each grid the officer of the next grid of its community, else of its neighbour in the list."""
    deputy = np.empty(len(home), dtype=int)
    for community in np.unique(home):
        own = np.flatnonzero(home == community)
        deputy[own] = np.roll(own, -1) if len(own) > 1 else (own + 1) % len(home)
    return deputy


def _building_name(city: City, building: int, parcel: int) -> str:
    name = city.known.get(parcel, "")
    number = int(city.houses.number[building])
    siblings = int((city.houses.parcel == parcel).sum())
    return f"{name}{'ABCDEFGHJK'[number - 1]}座" if name and siblings > 1 and number <= 10 else name


def load(scale: Scale, *, seed: int, until: datetime, say: Say) -> list[tuple[str, int, float]]:
    """Compose and load; AlreadyACity if there is one. A failure leaves the database as it was."""
    if holds_a_city():
        raise AlreadyACity
    start = time.monotonic()
    city = composing.compose(scale, seed)
    say(f"  composed in {time.monotonic() - start:.1f} s")
    run = Loading(city, until=until, say=say)
    with transaction.atomic():
        for step in (run.territory, run.people, run.base_map, run.buildings, run.street_life, run.cases):
            step()
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    run.rows.append(("analyze", 0, time.monotonic() - start))
    return run.rows
