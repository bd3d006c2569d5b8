"""Numbers as people write them, and their one form to compare."""

import re

DIGITS = {
    c: n
    for n, group in enumerate("零0 一壹幺 二贰两 三叁 四肆 五伍 六陆 七柒 八捌 九玖".split())
    for c in group
}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000}
CHINESE = "零一二三四五六七八九十百千两廿卅幺壹贰叁肆伍陆柒捌玖拾佰"
STEMS = "甲乙丙丁戊己庚辛"


def number(written: str) -> str:
    """Digits of a Chinese numeral: 一百零三 and 一零三 → 103; another text as it is."""
    if not written or any(c not in CHINESE + "0" for c in written):
        return written
    written = written.replace("廿", "二十").replace("卅", "三十")
    if not any(c in UNITS for c in written):
        return "".join(str(DIGITS[c]) for c in written)
    total, digit = 0, 0
    for c in written:
        if c in UNITS:
            total += (digit or (1 if UNITS[c] == 10 else 0)) * UNITS[c]
            digit = 0
        else:
            digit = DIGITS[c]
    # 一百二 is 120, but 一百零二 is 102
    if digit and len(written) > 1 and written[-2] in "百佰千" and written[-1] != "零":
        digit *= UNITS[written[-2]] // 10
    return str(total + digit)


_CHINESE_RUN = re.compile(f"[{CHINESE}]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9A-Z.])0+(?=[0-9])")


def digits(written: str) -> str:
    """``written`` with all its Chinese numerals in digits."""
    return _LEADING_ZEROS.sub("", _CHINESE_RUN.sub(lambda found: number(found[0]), written))


_BRANCH = re.compile(r"(?<=[0-9A-Z甲乙丙丁戊己庚辛])(?:号?(?:附|之|-)(?=[0-9A-Z])|号(?=[0-9]))")
_RANGE = re.compile(r"号?(?:[-~/、,&]|至|到)")
_STEM_AFTER = re.compile(f"号(?=[{STEMS}])")
_TRIMMED = re.compile(r"^(?:第|自编)|(?:号|#)$")


def plate(written: str) -> str | tuple[str, str]:
    """The number on a door or building without its unit; a pair for a range, 附 before a branch number.

    A second number that is smaller, or has one digit where the first has more, is a branch (101-1号), unless
    it closes a range of one-digit numbers (4-7号).
    """
    if written.isdecimal() and written.isascii():
        return written.lstrip("0") or "0"
    plain = _TRIMMED.sub("", _STEM_AFTER.sub("", digits(written.replace(" ", ""))))
    parts = _RANGE.split(plain)
    if len(parts) == 2 and "附" not in plain and "之" not in plain:
        first, last = (re.sub(r"\D", "", part) for part in parts)
        if first and last and int(last) > int(first) and not (len(last) == 1 < len(first)):
            return parts[0].removesuffix("号"), parts[1].removesuffix("号")
    return _BRANCH.sub("附", plain)


_FLOOR = re.compile(r"^(负|地下|B|-)?([0-9]+)[A-Z]?$")
_NAMED_FLOORS = {
    "首层": "1",
    "底层": "1",
    "地下室": "-1",
    "顶层": "顶层",
    "夹层": "夹层",
    "架空层": "架空层",
    "底楼": "1",
}


def floor(written: str) -> str | tuple[str, str]:
    """The number of a floor; below ground it is negative: B1, 负一楼, 地下1层 → -1."""
    if written in _NAMED_FLOORS:
        return _NAMED_FLOORS[written]
    plain = re.sub(r"^第|(?:楼层|层楼|楼|层|FL|F)$", "", digits(written.replace(" ", "")))
    found = _FLOOR.match(plain)
    if found is None:
        return plate(plain)
    return f"-{found[2]}" if found[1] else found[2]


def metres(written: str) -> str:
    """A distance in whole metres: 约1.5公里 → 1500, 五十米 → 50."""
    found = re.search(r"[0-9]+(?:\.[0-9]+)?", digits(written))
    if found is None:
        return ""
    thousand = 1000 if re.search("公里|千米|KM", written) else 500 if "里" in written else 1
    return str(round(float(found[0][:12]) * thousand))
