"""A bar for those who watch a terminal, nothing for those who do not."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def bar(rows: Iterable[T], what: str) -> Iterator[T]:
    """``rows``, drawn as a bar on standard error if that is a terminal."""
    yield from tqdm(rows, desc=what, disable=not sys.stderr.isatty(), leave=False, mininterval=0.2)
