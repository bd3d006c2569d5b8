"""One of several processes that write cases at random and look at once whether the map shows them.

``writer.py ADDRESS COOKIE NUMBER``, with the database, the case to copy and the places in ``WRITER`` (JSON).
Its cases are numbered ``W<NUMBER>-…``. Prints how answers were found; ends with a sentence for the first
wrong one.
"""

import http.client
import json
import os
import random
import sys
import uuid
from collections import Counter
from urllib.parse import urlsplit

import mapbox_vector_tile
import psycopg

ROUNDS = 120
COPIED = (
    "h3, region_code, unit_grid_code, category_id, responsibility_grid_code, is_cross_grid, place,"
    " description, level, urgency, source, stage, reported_at"
)


def main(address: str, cookie: str, number: str) -> None:
    told = json.loads(os.environ["WRITER"])
    tiles = {tuple(at): f"SRID=4326;POINT({lon} {lat})" for *at, lon, lat in told["places"]}
    dice = random.Random(int(number))
    web = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    own: dict[str, tuple] = {}
    found: Counter[str] = Counter()
    with psycopg.connect(**told["database"], autocommit=True) as db:
        for n in range(ROUNDS):
            if dice.random() < 0.6:
                write(db, dice, own, tiles, told["like"], f"W{number}-{n}")
            if dice.random() < 0.1:  # a new connection may reach another process of the server
                web.close()
            z, x, y = at = dice.choice(list(tiles))
            web.request("GET", f"/tiles/cases/{z}/{x}/{y}.mvt", headers={"Cookie": f"sessionid={cookie}"})
            answer = web.getresponse()
            shown = numbers(answer.status, answer.read(), f"W{number}-")
            found[answer.headers["X-Tile-Cache"]] += 1
            expected = {name for name, where in own.items() if where == at}
            if shown != expected:
                sys.exit(f"round {n}, {at}: shown {sorted(shown)}, written {sorted(expected)}")
    print(json.dumps({"asked": ROUNDS, **found}))


def write(db, dice, own: dict[str, tuple], tiles: dict, like: int, name: str) -> None:
    """A new case, or one of mine that moves or goes."""
    at, what = dice.choice(list(tiles)), dice.choice(["new", "new", "moved", "gone"])
    if what == "new" or not own:
        db.execute(
            f"INSERT INTO cases_case (number, client_key, location, {COPIED})"
            f" SELECT %s, %s, %s, {COPIED} FROM cases_case WHERE id = %s",
            [name, uuid.uuid4(), tiles[at], like],
        )
        own[name] = at
    elif what == "moved":
        name = dice.choice(list(own))
        db.execute("UPDATE cases_case SET location = %s WHERE number = %s", [tiles[at], name])
        own[name] = at
    else:
        name = dice.choice(list(own))
        db.execute("DELETE FROM cases_case WHERE number = %s", [name])
        del own[name]


def numbers(status: int, body: bytes, prefix: str) -> set[str]:
    if status == 204:
        return set()
    assert status == 200, body
    cases = mapbox_vector_tile.decode(body).get("cases", {"features": []})["features"]
    shown = {feature["properties"]["number"] for feature in cases}
    return {name for name in shown if name.startswith(prefix)}


if __name__ == "__main__":
    main(*sys.argv[1:])
