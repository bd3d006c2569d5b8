"""Eight clients at once: tiles a second of ours, of bare connections, and of tipg."""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from demo.bench import machine, tipg
from demo.bench.report import at_least, section
from demo.bench.setting import Setting
from demo.bench.tiles import NUMBER, ZOOMS, Served, composite, of_the_city, same_sql
from demo.bench.timing import Call, Way
from tiles import mvt

CLIENTS = 8
CONNECTIONS = (1, 2, 4, 8)
WARMING = 48  # tiles: each connection of a server plans its first statement slowly
PASSES = 2  # over all contenders, so that the machine's moods fall on all
MORE_TILES = 5  # times: duplicates are left out, because one of two would not be drawn


@dataclass
class Contender:
    """Somebody to ask, with one way of asking for each client; what it has done so far."""

    name: str
    ways: Sequence[Way[mvt.Tile]]
    done: int = 0
    seconds: float = 0
    client_cpu_s: float = 0
    serving_cpu: machine.Cpu = field(default_factory=machine.Cpu)
    next_tile: int = field(default=0, repr=False)

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    @property
    def cpu_s(self) -> tuple[float, float, float]:
        """Of server, database and client."""
        return (*self.serving_cpu, self.client_cpu_s)

    def work(self, chosen: Sequence[mvt.Tile], *, seconds: float, anew: Call) -> None:
        """Ask for tiles for so long, from where the last time ended; ``anew`` before any comes again."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.next_tile >= len(chosen):
                self.next_tile = 0
            if not self.next_tile:
                anew()
                until = time.monotonic() + left  # emptying a cache is not work
            self._share(chosen[self.next_tile :], until)

    def _share(self, chosen: Sequence[mvt.Tile], until: float) -> None:
        before = machine.serving_cpu()
        started, cpu = time.perf_counter(), time.process_time()
        done = shared(chosen, self.ways, until=until)
        self.done += done
        self.next_tile += done
        self.seconds += time.perf_counter() - started
        self.client_cpu_s += time.process_time() - cpu
        self.serving_cpu = self.serving_cpu.and_since(before, machine.serving_cpu())


def shared(things: Sequence[Any], ways: Sequence[Way], *, until: float) -> int:
    """Each thing is asked about once, by whichever of the ways is free; gives how many were begun in time."""
    taken, lock = iter(things), threading.Lock()
    done, failed = [0] * len(ways), []

    def client(number: int, way: Way) -> None:
        try:
            while time.monotonic() < until:
                with lock:
                    thing = next(taken, None)
                if thing is None:
                    return
                way(thing)()
                done[number] += 1
        except Exception as error:  # told by the thread that waits
            failed.append(error)

    threads = [threading.Thread(target=client, args=numbered) for numbered in enumerate(ways)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(done)


def measure(setting: Setting) -> str:
    chosen = mixed(dict.fromkeys(of_the_city(setting.chief, NUMBER * MORE_TILES)))
    connections = [setting.another_connection() for _ in range(max(CONNECTIONS))]
    try:
        ours, raw, peer = _ours(setting), _raw(setting, connections), _peer(setting)
        for contender in (*ours, *raw, *peer):  # connections are made, pages are warm
            shared(chosen[:WARMING], contender.ways, until=time.monotonic() + 2)
        for _ in range(PASSES):
            for contender in (*ours, *raw, *peer):
                contender.next_tile = 0
                contender.work(chosen, seconds=setting.seconds / 3 / PASSES, anew=setting.forget_tiles)
    finally:
        for connection in connections:
            connection.close()
    return _told(chosen, ours, raw, peer)


def mixed(chosen: Iterable[mvt.Tile]) -> list[mvt.Tile]:
    """In an order that has each zoom's share in any part of it: who comes farther has the same work."""
    by_zoom: dict[int, list[mvt.Tile]] = {}
    for tile in chosen:
        by_zoom.setdefault(tile.z, []).append(tile)
    placed = [
        ((place + 0.5) / len(tiles), tile) for tiles in by_zoom.values() for place, tile in enumerate(tiles)
    ]
    return [tile for _, tile in sorted(placed)]


def _ours(setting: Setting) -> list[Contender]:
    client = setting.sign_in(setting.chief)
    packed = [Served(client.another(), composite()) for _ in range(CLIENTS)]
    plain = [Served(client.another(**{"Accept-Encoding": "identity"}), composite()) for _ in range(CLIENTS)]
    return [Contender("ours", packed), Contender("ours, not packed", plain)]


def _raw(setting: Setting, connections: list[psycopg.Connection]) -> list[Contender]:
    ways = [same_sql(connection, composite(), setting.chief) for connection in connections]
    return [
        Contender(f"SQL, {number} connection{'s' if number > 1 else ''}", ways[:number])
        for number in CONNECTIONS
    ]


def _peer(setting: Setting) -> list[Contender]:
    if setting.peer is None:
        return []
    client = setting.peer
    packed = [tipg.Tiles(client.another(), composite()) for _ in range(CLIENTS)]
    plain = [
        tipg.Tiles(client.another(**{"Accept-Encoding": "identity"}), composite()) for _ in range(CLIENTS)
    ]
    return [Contender("tipg", packed), Contender("tipg, not packed", plain)]


def _told(chosen: list[mvt.Tile], ours: list[Contender], raw: list[Contender], peer: list[Contender]) -> str:
    best_raw = max(contender.rate for contender in raw)
    best_peer = max((contender.rate for contender in peer), default=None)
    cpu = ("server", "database", "client")
    rows = [["", "tiles", "tiles/s", "/ best SQL", "/ best tipg", *(f"{who} CPU ms a tile" for who in cpu)]]
    for contender in (*ours, *raw, *peer):
        is_ours = contender in ours
        rows.append(
            [
                contender.name,
                str(contender.done),
                f"{contender.rate:.1f}",
                at_least(contender.rate / best_raw, 0.95 if is_ours else None),
                at_least(contender.rate / best_peer, 1.5 if is_ours else None) if best_peer else "",
                *(f"{seconds * 1000 / contender.done:.1f}" for seconds in contender.cpu_s),
            ]
        )
    zooms = ", ".join(f"z{z} {sum(tile.z == z for tile in chosen)}" for z in ZOOMS)
    return section(
        f"{CLIENTS} clients, composite tiles drawn anew ({len(chosen)} different ones, mixed: {zooms})",
        rows,
        ["  other work on the machine hardly changes the CPU time"],
    )
