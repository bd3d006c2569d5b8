"""Organisations, users, officers and their postings into the database. All people are invented."""

import numpy as np
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission

from demo import naming
from demo.city import City
from demo.copying import copy
from demo.people import PASSWORD, SIGN_INS, SignIn
from demo.run import Run
from gis.models import User
from gis.roles import Role
from grids.models import Officer, Organisation, Posting

DEPARTMENTS = (
    "城市管理局 住房和城乡建设局 市政设施管理处 园林绿化中心 环境卫生管理处 公安交警大队 "
    "生态环境分局 市场监督管理局 水务服务中心"
).split()


def write(run: Run) -> None:
    with run.layer("organisations") as counted:
        offices = _organisations(run.city)
        counted.rows = Organisation.objects.count()
    with run.layer("users and officers") as counted:
        officers = _officers(run, offices)
        counted.rows = User.objects.count()
    with run.layer("postings") as counted:
        counted.rows = _postings(run, officers)


def _organisations(city: City) -> list[Organisation]:
    """The centre, departments, offices and teams; returned are the communities' offices, in their order."""
    kind = Organisation.Kind
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
        for name, code in zip(city.street_names, city.street_codes, strict=True)
    )
    Organisation.objects.bulk_create(
        Organisation(name=f"{name}综合执法队", kind=kind.TEAM, parent=office, region_code=office.region_code)
        for name, office in zip(city.street_names, streets, strict=True)
    )
    return Organisation.objects.bulk_create(
        Organisation(
            name=f"{name}网格服务站", kind=kind.COMMUNITY_OFFICE, parent=streets[s], region_code=code
        )
        for name, code, s in zip(
            city.community_names, city.community_codes, city.territory.street_of, strict=True
        )
    )


def _officers(run: Run, offices: list[Organisation]) -> list[Officer]:
    """A grid worker per responsibility grid, and the people who sign in; only these have a password."""
    city, home = run.city, run.city.grid_community
    users, officers = [], []
    for n, (community, code) in enumerate(zip(home.tolist(), city.grid_codes, strict=True)):
        name, region_code = city.names.person(), city.community_codes[community]
        users.append(
            User(
                username=code.lower(),
                display_name=name,
                role=Role.GRID_WORKER,
                jurisdiction=region_code,
                password=make_password(None),
            )
        )
        officers.append(
            Officer(
                name=name,
                card_number=f"WD{n + 1:05}",
                phone=city.names.phone(),
                organisation=offices[community],
                region_code=region_code,
            )
        )
    hashed = make_password(PASSWORD)
    for who, grid in zip(SIGN_INS, city.sign_in_grids, strict=False):
        users[grid] = _user(city, who, hashed)
        officers[grid].name = who.name
    users += [_user(city, who, hashed) for who in SIGN_INS[len(city.sign_in_grids) :]]
    User.objects.bulk_create(users, batch_size=2000)
    for officer, user in zip(officers, users, strict=False):
        officer.user = user
    run.reporters = np.array([officer.user.pk for officer in officers])
    _open_the_back_office()
    return Officer.objects.bulk_create(officers, batch_size=2000)


def _user(city: City, who: SignIn, hashed: str) -> User:
    own = city.community_codes[city.grid_community[city.sign_in_grids[0]]]
    return User(
        username=who.username, display_name=who.name, role=who.role, password=hashed,
        jurisdiction=own[: who.digits] if who.digits else who.region_code,
        is_staff=who.role is Role.GIS_ADMINISTRATOR,
    )  # fmt: skip


def _open_the_back_office() -> None:
    """The GIS administrator may edit the territory and what stands on it."""
    rights = Permission.objects.filter(content_type__app_label__in=("grids", "buildings", "cases"))
    for administrator in User.objects.filter(role=Role.GIS_ADMINISTRATOR, is_staff=True):
        administrator.user_permissions.set(rights)


def _postings(run: Run, officers: list[Officer]) -> int:
    """Each officer is the main one of his grid and the deputy of a neighbour's."""
    ids = np.array([officer.pk for officer in officers])
    deputies = ids[_deputies(run.city.grid_community)]
    return copy(
        Posting,
        {
            "grid": np.concatenate([run.grid_ids, run.grid_ids]),
            "officer": np.concatenate([ids, deputies]),
            "is_main": [True] * len(ids) + [False] * len(ids),
        },
    )


def _deputies(home: np.ndarray) -> np.ndarray:
    """For each grid the officer of the next one in its community, else of the next one in the list."""
    deputy = (np.arange(len(home)) + 1) % len(home)
    for community in np.unique(home):
        own = np.flatnonzero(home == community)
        if len(own) > 1:
            deputy[own] = np.roll(own, -1)
    return deputy
