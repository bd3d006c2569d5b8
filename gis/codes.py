"""Region and grid codes (GB/T 2260, GB/T 10114, statistical division codes, GB/T 30428.1).

A region code has 2 (province), 4 (city), 6 (district), 9 (street) or 12 (community) digits, and each
level begins with the code of the level above. A unit grid code adds a sequence to a community's code.
"""

import re
from collections.abc import Iterable

PROVINCE, CITY, DISTRICT, STREET, COMMUNITY = LEVELS = (2, 4, 6, 9, 12)
UNIT_GRID = 15
REGION_CODE = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$"
UNIT_GRID_CODE = r"^[0-9]{12}[0-9]{3,4}$"


def is_region_code(code: str) -> bool:
    return re.fullmatch(REGION_CODE.strip("^$"), code) is not None


def parent_of(code: str) -> str:
    """The code one level up; empty for a province."""
    return code[: max((level for level in LEVELS if level < len(code)), default=0)]


def ancestors_of(code: str) -> list[str]:
    """All codes above ``code``, the province first."""
    return [code[:level] for level in LEVELS if level < len(code)]


def common_region(codes: Iterable[str]) -> str:
    """The smallest region code that all ``codes`` lie in; empty when they share none."""
    codes = list(codes)
    if not codes:
        return ""
    low, high = min(codes), max(codes)
    shared = next(
        (i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high))
    )
    return low[: max((level for level in LEVELS if level <= shared), default=0)]
