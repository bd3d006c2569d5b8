"""Two years of cases: each kind has its season, its hours and its places; some places are notorious."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import shapely

from cases.cells import cells_of
from demo import plane
from demo.doors import Doors
from demo.profiles import HOURS, PROFILES, TAILS, WEEKDAYS, Profile
from demo.spots import Spots
from demo.territory import Territory

DAYS = 730
LOCAL = np.timedelta64(8 * 3600, "s")  # Asia/Shanghai is eight hours ahead of UTC, all year
STEPS = ("reported", "accepted", "registered", "disposal", "checking")
_UNTIL_STEP = (0.04, 0.1, 0.18, 0.85, 1.0)  # share of a case's life at which each of STEPS ends
_SOURCES, _SOURCE_SHARE = ("patrol", "hotline", "public", "video"), (0.66, 0.16, 0.12, 0.06)
CHUNK = 100_000


@dataclass
class Cases:
    """A run of cases in order of time. ``reported`` and ``closed``: seconds, UTC (NaT: not closed);
    ``profile``: index in PROFILES; ``cell``: unit grid; ``door``: the nearest one."""

    profile: np.ndarray
    reported: np.ndarray
    closed: np.ndarray
    stage: np.ndarray
    level: np.ndarray
    urgency: np.ndarray
    source: np.ndarray
    lonlat: np.ndarray
    h3: np.ndarray
    cell: np.ndarray
    door: np.ndarray
    description: list[str]
    number: list[str]
    key: list[str]


def _day_weights(profile: Profile, days: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How likely each day is: season, day of the week, slow growth, and single stormy days."""
    month = (days.astype("datetime64[M]").astype(int)) % 12
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    weights = np.array(profile.months)[month] * np.array(WEEKDAYS[profile.hours])[weekday]
    weights *= np.linspace(0.85, 1.15, len(days)) * rng.uniform(0.8, 1.2, len(days))
    if profile.storms:
        storms = np.sort(
            rng.choice(len(days), size=max(1, len(days) // 40), replace=False, p=weights / weights.sum())
        )
        boost = np.full(len(days), 0.05)
        boost[storms] = 6.0
        boost[np.minimum(storms + 1, len(days) - 1)] = np.maximum(
            boost[np.minimum(storms + 1, len(days) - 1)], 2.0
        )
        weights *= boost
    return weights / weights.sum()


def _times(
    profile: Profile, count: int, until: np.datetime64, storms: np.random.Generator, rng
) -> np.ndarray:
    """Local times of ``count`` cases in the two years before ``until`` (local)."""
    days = np.arange(until.astype("datetime64[D]") - (DAYS - 1), until.astype("datetime64[D]") + 1)
    day = rng.choice(days, size=count, p=_day_weights(profile, days, storms))
    hours = np.array(HOURS[profile.hours], dtype=float)
    hour = rng.choice(24, size=count, p=hours / hours.sum())
    time = day.astype("datetime64[s]") + (hour * 3600 + rng.integers(0, 3600, count)).astype("timedelta64[s]")
    return np.where(time > until, time - np.timedelta64(7, "D"), time)


def _where(profile: Profile, count: int, spots: dict[str, Spots], rng) -> tuple[np.ndarray, np.ndarray]:
    """The spot of each of ``count`` cases and where it really happened, a few metres away; ground metres."""
    kinds = [kind for kind in profile.spots if kind in spots and len(spots[kind].at)] or ["road"]
    share = np.array([profile.spots.get(kind, 1.0) for kind in kinds])
    chosen = rng.choice(len(kinds), size=count, p=share / share.sum())
    anchor = np.empty((count, 2))
    wander = np.empty(count)
    for k, kind in enumerate(kinds):
        own = np.flatnonzero(chosen == k)
        place = spots[kind]
        anchor[own] = place.at[rng.choice(len(place.at), size=len(own), p=place.weight / place.weight.sum())]
        wander[own] = place.wander_m
    return anchor, anchor + rng.normal(0, 1, (count, 2)) * wander[:, None]


def schedule(count: int, *, until: datetime, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The profile and the local time of each case, in order of time."""
    rng = np.random.default_rng([seed, 7])
    local_until = np.datetime64(until.astimezone(UTC).replace(tzinfo=None), "s") + LOCAL
    weights = np.array([profile.weight for profile in PROFILES])
    profile = rng.choice(len(PROFILES), size=count, p=weights / weights.sum())
    time = np.empty(count, dtype="datetime64[s]")
    for p in range(len(PROFILES)):
        own = np.flatnonzero(profile == p)
        weather = np.random.default_rng(
            [seed, 8, PROFILES[p].months.index(max(PROFILES[p].months))]
        )  # one sky for all
        time[own] = _times(PROFILES[p], len(own), local_until, weather, rng)
    order = np.argsort(time, kind="stable")
    return profile[order], time[order]


def numbers(time: np.ndarray) -> list[str]:
    """``YYYYMMDD`` and the count of the day, for times in order."""
    day = time.astype("datetime64[D]")
    _, first, which = np.unique(day, return_index=True, return_inverse=True)
    count = np.arange(len(day)) - first[which] + 1
    names = np.char.replace(np.datetime_as_string(day[first]), "-", "")
    return [f"{names[w]}{n:05}" for w, n in zip(which.tolist(), count.tolist(), strict=True)]


def happen(
    count: int, *, until: datetime, seed: int, spots: dict[str, Spots], doors: Doors, territory: Territory
) -> Iterator[Cases]:
    """``count`` cases up to ``until``, in order of time and in runs of ``CHUNK``."""
    profile, time = schedule(count, until=until, seed=seed)
    number = numbers(time)
    tree = shapely.STRtree(np.asarray(shapely.points(doors.at)))
    end = np.datetime64(until.astimezone(UTC).replace(tzinfo=None), "s")
    for start in range(0, count, CHUNK):
        part = slice(start, start + CHUNK)
        rng = np.random.default_rng([seed, 9, start])
        yield _run(profile[part], time[part], number[part], end, spots, tree, territory, rng)


def _run(profile, time, number, end, spots, tree, territory, rng) -> Cases:
    size = len(profile)
    anchor, at = np.empty((size, 2)), np.empty((size, 2))
    description = np.empty(size, dtype=object)
    serious = np.zeros(size, dtype=bool)
    tails = np.array(TAILS, dtype=object)
    for p in np.unique(profile):
        own = np.flatnonzero(profile == p)
        anchor[own], at[own] = _where(PROFILES[p], len(own), spots, rng)
        phrases = np.array(PROFILES[p].phrases, dtype=object)
        description[own] = (
            phrases[rng.integers(len(phrases), size=len(own))]
            + tails[rng.integers(len(tails), size=len(own))]
        )
        serious[own] = rng.random(len(own)) < PROFILES[p].serious
    lonlat = plane.to_lonlat(at)
    cell = territory.locate(lonlat)
    outside = cell < 0
    lonlat[outside] = plane.to_lonlat(anchor[outside])
    cell[outside] = territory.locate(lonlat[outside])
    reported = time - LOCAL
    closed, stage = _lives(reported, serious, end, rng)
    keys = rng.bytes(16 * size).hex()
    return Cases(
        profile=profile,
        reported=reported,
        closed=closed,
        stage=stage,
        level=np.where(
            serious,
            rng.choice(["serious", "major"], size, p=(0.9, 0.1)),
            rng.choice(["daily", "general"], size, p=(0.3, 0.7)),
        ),
        urgency=np.where(serious, rng.choice(["urgent", "major"], size, p=(0.85, 0.15)), "general"),
        source=rng.choice(_SOURCES, size, p=_SOURCE_SHARE),
        lonlat=lonlat,
        h3=cells_of(*lonlat.T),
        cell=cell,
        door=tree.nearest(shapely.points(plane.to_metres(lonlat))),
        description=description.tolist(),
        number=number,
        key=[keys[i : i + 32] for i in range(0, len(keys), 32)],
    )


def _lives(
    reported: np.ndarray, serious: np.ndarray, end: np.datetime64, rng
) -> tuple[np.ndarray, np.ndarray]:
    """When each case was closed, and how far it is: most live a day or two, a few wait for months."""
    size = len(reported)
    hours = rng.lognormal(np.where(serious, 2.0, 3.1), 0.9)
    stuck = rng.random(size) < 0.004
    hours[stuck] = rng.uniform(15 * 24, 150 * 24, stuck.sum())
    life = (hours * 3600).astype("timedelta64[s]")
    closed = reported + life
    age = (end - reported) / life
    stage = np.array([*STEPS, "closed"])[np.searchsorted(_UNTIL_STEP, age, side="right")]
    voided = (rng.random(size) < 0.025) & (age > _UNTIL_STEP[1])
    stage[voided] = "voided"
    closed[stage != "closed"] = np.datetime64("NaT")
    return closed, stage
