"""Tiles that the server has kept: how long an answer takes, and how many it gives in a second."""

from functools import partial

from demo.bench import wrk
from demo.bench.client import Answer, Client
from demo.bench.report import at_least, at_most, section
from demo.bench.setting import Setting
from demo.bench.tiles import address, composite, of_the_city
from demo.bench.timing import take_turns

ROUNDS = 4  # over connections of their own, so that each process of the server has them


def measure(setting: Setting) -> str:
    client = setting.sign_in(setting.chief)
    chosen = dict.fromkeys(of_the_city(setting.chief))
    addresses = [address(composite(), at) for at in chosen]
    etags = {}
    for _ in range(ROUNDS):
        asking = client.another()
        etags = {where: asking.get(where).etag for where in addresses}
    ways = {
        "had before (304)": lambda where: partial(_again, client, where, etags[where]),
        "sent (200)": lambda where: partial(client.get, where),
    }
    samples = take_turns(addresses, ways, seconds=setting.seconds / 4, note=_was_kept)
    rate = wrk.rate(client, addresses)
    rows = [["", "n", "out of the cache", "p50", "p95", f"a second, {wrk.CLIENTS} clients ({wrk.name()})"]]
    for name, sample in samples.items():
        kept = f"{sum(sample.notes) / len(sample.notes):.0%}"
        rate_told = at_least(rate, 2000) if name.startswith("sent") else ""
        p50 = at_most(sample.p50, 1)
        rows.append([name, str(len(sample.ms)), kept, p50, f"{sample.p95:.2f}", rate_told])
    return section("Composite tiles out of the cache, ms", rows)


def _again(client: Client, where: str, etag: str) -> Answer:
    return client.ask(where, **{"If-None-Match": etag})


def _was_kept(answer: Answer) -> bool:
    return answer.was_kept
