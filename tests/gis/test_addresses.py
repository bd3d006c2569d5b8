"""All addresses of the server: none is open that nobody decided to open, none tells a neighbour anything."""

import re
from collections.abc import Iterator
from math import asinh, pi, radians, tan

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from gis.layers import layers
from tests.city import MAP

OPEN = {  # the route, and why
    "sign-in": "signs in",
    "sign-out": "ends a session, if there is one",
    "healthz": "for watchers",
    "readyz": "for watchers",
    "manifest.webmanifest": "public words and icons",
    "i18n/setlang/": "sets a cookie",
    "i18n/catalog.json": "translations",
    "sprites/<slug:theme>.<slug:kind>": "drawings that the styles use",
    "sprites/<slug:theme>@2x.<slug:kind>": "drawings that the styles use",
    "admin/login/": "signs in",
    "admin/logout/": "ends a session, if there is one",
    "admin/jsi18n/": "translations",
}
SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "00000000-0000-4000-8000-000000000000"}
# The town in its own words: no neighbour's answer holds any of it.
OURS = (
    *(f"{side}{thing}" for side in ("west", "east") for thing in ("小卖部", "楼", "花园", "塘", "绿地")),
    *("411002", "西社区", "东社区", "西网格", "东网格", "东湖街道", "202600000001", "202600000002"),
)


def routes(patterns=None, prefix: str = "") -> Iterator[str]:
    """All routes as Django writes them."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def address(route: str, **values: str) -> str:
    """An address of ``route``, its parts filled with ``values`` or with something of the right kind."""

    def part(found: re.Match) -> str:
        kind, name = found[1] or "str", found[2]
        return values.get(name) or SAMPLES.get(kind, "x")

    route = re.sub(r"\(\?P<(?:\w+)>[^)]*\)", lambda found: f"<{found[0][4:].partition('>')[0]}>", route)
    route = route.replace(r"\.", ".").replace(r"\Z", "").rstrip("$").replace("/?", "")
    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", part, route)


ROUTES = sorted(set(routes()))


def test_the_walk_sees_the_addresses_that_are_known_to_exist():
    assert {"ogc/collections/<str:name>/items", "api/search", "healthz", "admin/login/"} <= set(ROUTES)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_nothing_answers_someone_who_has_not_signed_in(db, client, method):
    answered = {}
    for route in ROUTES:
        if route in OPEN:
            continue
        response = getattr(client, method)(address(route))
        signs_in = response.status_code == 302 and re.match(r"(/sign-in|/admin/login/)", response["Location"])
        if not (signs_in or response.status_code in (401, 405)):
            answered[route] = response.status_code
    assert answered == {}


def test_every_exception_exists():
    assert set(OPEN) <= set(ROUTES)


def read(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace")


def questions(town) -> Iterator[tuple[str, dict]]:
    """Each address with every layer and the ids of our things, and what must be asked to get an answer."""
    x, y = tile_of(*MAP.lonlat("E"), z=15)
    things = {
        row.pk for kind in ("cases", "buildings", "estates", "assets") for row in getattr(town, kind).values()
    }
    for route in ROUTES:
        if route.startswith(("admin/", "sign-out")) or route == "style":  # which shows invented samples
            continue
        names = [layer.name for layer in layers] if "<str:name" in route else ["x"]
        ids = [str(pk) for pk in sorted(things)] if re.search(r"pk|id>", route) else ["1"]
        for name in names:
            for pk in ids:
                values = {
                    "name": name,
                    "names": name,
                    "pk": pk,
                    "id": pk,
                    "z": "15",
                    "x": str(x),
                    "y": str(y),
                    "theme": "paper",
                }
                yield address(route, **values), {"q": "west"} if route == "api/search" else {}


def tile_of(lon: float, lat: float, *, z: int) -> tuple[int, int]:
    return int((lon + 180) / 360 * 2**z), int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)


def told(client, town) -> dict[str, list[str]]:
    """Address to the words of the town that its answer holds."""
    found = {}
    for where, query in questions(town):
        text = read(client.get(where, query))
        if words := [word for word in OURS if word in text]:
            found[where] = words
    return found


def test_no_address_tells_the_neighbour_anything(town, stranger, signed_in):
    assert told(signed_in(stranger), town) == {}


def test_the_same_questions_tell_our_chief_a_lot(town, chief, signed_in):
    """Or else the test above would prove nothing."""
    assert len(told(signed_in(chief), town)) > len(list(layers))
