"""All layers in one tile, against the same layers one by one."""

from demo.bench.report import IN_TURN, Aim, in_turn, section
from demo.bench.setting import Setting
from demo.bench.tiles import Served, composite, of_the_city
from demo.bench.timing import Call, Way, take_turns
from tiles import mvt


def measure(setting: Setting) -> str:
    client = setting.sign_in(setting.chief)
    parts = [Served(client, [layer]) for layer in composite()]
    zooms = [layer.zooms for layer in composite()]

    def one_by_one(at: mvt.Tile) -> Call:
        calls = [part(at) for part, seen in zip(parts, zooms, strict=True) if at.z in seen]
        return lambda: [call() for call in calls]

    ways: dict[str, Way[mvt.Tile]] = {"ours": Served(client, composite()), "its parts one by one": one_by_one}
    anew = dict.fromkeys(ways, setting.forget_tiles)
    samples = take_turns(of_the_city(setting.chief), ways, seconds=setting.seconds, before=anew)
    rows = [IN_TURN, *in_turn("composite", samples, {"its parts one by one": Aim(ratio=1)})]
    return section("A composite tile and its parts, drawn anew, ms", rows)
