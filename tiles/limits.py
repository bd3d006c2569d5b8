"""What tiles may cost: a statement its time, a user so many drawn ones a second. Kept ones are free."""

import threading
import time

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gis.errors import Refused

BURST_S = 10  # a user may draw the tiles of so many seconds at once: a wall of screens that opens
REMEMBERED_S = 30


class TooSlow(Refused):
    code = "too-slow"
    status = 503
    sentence = _("This tile takes the database too long. Show fewer layers, or narrow the filter.")
    wait = REMEMBERED_S


class TooMany(Refused):
    code = "too-many-tiles"
    status = 429
    sentence = _("That were too many map tiles at once. Wait a few seconds.")
    wait = 5


class Purses:
    """Drawn tiles that each user has left: ``rate`` a second more, up to those of ``BURST_S`` seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[int, tuple[float, float]] = {}

    def spend(self, user_id: int, *, now: float | None = None) -> None:
        """One tile; TooMany if none is left. ``now`` is a monotonic time in seconds."""
        if not (rate := settings.TILES_DRAWN_PER_S):
            return
        now = time.monotonic() if now is None else now
        with self._lock:
            if len(self._left) > 10_000:
                self._left.clear()
            left, then = self._left.get(user_id, (rate * BURST_S, now))
            left = min(left + (now - then) * rate, rate * BURST_S)
            if left < 1:
                self._left[user_id] = (left, now)
                raise TooMany
            self._left[user_id] = (left - 1, now)


class Slow:
    """Tiles that took too long a moment ago: they are not tried again at once."""

    def __init__(self) -> None:
        self._until: dict[tuple, float] = {}

    def refuse(self, key: tuple) -> None:
        """TooSlow if ``key`` was noted in the last half minute."""
        if self._until and self._until.get(key, 0) > time.monotonic():
            raise TooSlow

    def note(self, key: tuple) -> None:
        if len(self._until) > 10_000:
            self._until.clear()
        self._until[key] = time.monotonic() + REMEMBERED_S
