"""What the measuring itself costs: the client's own time, and the least that any request takes."""

import time

from demo.bench import wrk
from demo.bench.report import section
from demo.bench.setting import Setting
from demo.bench.timing import take_turns

TIMES = 500


def measure(setting: Setting) -> str:
    client = setting.sign_in(setting.chief)
    cpu = time.thread_time()
    ways = {
        "/healthz": lambda _: lambda: client.get("/healthz"),
        "SELECT 1": lambda _: lambda: setting.raw.execute("SELECT 1").fetchone(),
    }
    samples = take_turns(range(TIMES), ways, seconds=setting.seconds / 4)
    asked = sum(len(sample.ms) for sample in samples.values())
    own_ms = (time.thread_time() - cpu) * 1000 / asked
    rows = [["", "n", "p50", "p95"]]
    for name, sample in samples.items():
        rows.append([name, str(len(sample.ms)), f"{sample.p50:.2f}", f"{sample.p95:.2f}"])
    rate = wrk.rate(client, ["/healthz"])
    notes = [
        f"  of which the client's own work (CPU) is {own_ms:.2f} ms, on both sides of each comparison",
        f"  /healthz with {wrk.CLIENTS} clients ({wrk.name()}): {rate:,.0f} a second",
    ]
    return section("What the least request costs, and what the client costs, ms", rows, notes)
