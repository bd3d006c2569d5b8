"""One run of the load: what is written, how many rows, how long each layer took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from demo.city import City

Say = Callable[[str], None]


class Counted:
    """How many rows a layer has got so far."""

    rows = 0


@dataclass
class Run:
    """``grid_ids``, ``reporters`` (users), ``road_ids``: primary keys per responsibility grid and per road of
    the plan, once they are written."""

    city: City
    until: datetime
    say: Say
    grid_ids: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))
    reporters: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))
    road_ids: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))

    @contextmanager
    def layer(self, name: str) -> Iterator[Counted]:
        start, counted = time.monotonic(), Counted()
        yield counted
        rows = f"{counted.rows:,}" if counted.rows else ""
        self.say(f"  {name:<22} {rows:>9} {time.monotonic() - start:>8.1f} s")

    @property
    def in_force(self) -> str:
        """From before the first case on, as the text of a date range."""
        return f"[{self.until.year - 3}-01-01,)"

    def home(self, lonlat: np.ndarray) -> dict[str, list[str]]:
        """Region and unit grid of points that lie in the district."""
        codes = np.array(self.city.unit_grid_codes)[self.city.territory.locate(lonlat)].tolist()
        return {"region_code": [code[:12] for code in codes], "unit_grid_code": codes}
