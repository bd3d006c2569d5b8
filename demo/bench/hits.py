"""Tiles that the server has kept: how long an answer takes, and how many it gives in a second."""

from functools import partial

from demo.bench import machine, wrk
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
    rows = [["", "n", "out of the cache", "p50", "p95"]]
    for name, sample in samples.items():
        kept = f"{sum(sample.notes) / len(sample.notes):.0%}"
        rows.append([name, str(len(sample.ms)), kept, at_most(sample.p50, 1), f"{sample.p95:.2f}"])
    return section("Composite tiles out of the cache, ms", rows, [_many(client, addresses)])


def _many(client: Client, addresses: list[str]) -> str:
    before = machine.serving_cpu()
    rate = wrk.rate(client, addresses)
    cpu = machine.Cpu().and_since(before, machine.serving_cpu())
    server, database = (seconds * 1000 / (rate * wrk.SECONDS) for seconds in cpu)
    told = f"  {wrk.CLIENTS} clients ({wrk.name()}): {at_least(rate, 2000)} a second"
    return f"{told}; CPU ms of each: server {server:.2f}, database {database:.2f}"


def _again(client: Client, where: str, etag: str) -> Answer:
    return client.ask(where, **{"If-None-Match": etag})


def _was_kept(answer: Answer) -> bool:
    return answer.was_kept
