"""In which encoding a text is: Chinese files are UTF-8 or GBK (as a part of GB18030), and seldom say."""

import codecs
import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from gis.loading.refusals import WrongEncoding

GBK = "gb18030"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DBF_LANGUAGE = {0x4D: GBK, 0x4E: "cp949", 0x4F: "big5", 0x7A: GBK, 0x13: "cp932"}  # dBASE language driver


def known(name: str, *, file: str) -> str:
    """Python's name of an encoding; GBK is read as its superset. WrongEncoding if there is none such."""
    try:
        found = codecs.lookup(name.strip()).name
    except LookupError:
        raise WrongEncoding(file=file, encoding=name) from None
    return GBK if found in ("gbk", "gb2312") else found


def of_text(data: bytes, *, file: str, asked: str, note: Callable[[str], None]) -> str:
    """The encoding of a text file: as asked, else by its mark, else UTF-8, else GBK; each is proved."""
    if asked:
        return _proved(data, known(asked, file=file), file)
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _proved(data, encoding, file)
    return _guessed(data, file, note)


def of_dbf(dbf: bytes, *, cpg: str, file: str, asked: str, note: Callable[[str], None]) -> str:
    """The encoding of a shapefile's table: as asked, else its .cpg, its language byte, or its own text."""
    texts = b"\n".join(_dbf_texts(dbf))
    if named := asked or _of_cpg(cpg):
        return _proved(texts, known(named, file=file), file)
    if language := _DBF_LANGUAGE.get(dbf[29]):
        return _proved(texts, language, file)
    return _guessed(texts, file, note)


def _of_cpg(cpg: str) -> str:
    """What a .cpg file names; Latin-1 is what programs write that do not know, and fits any bytes."""
    named = cpg.strip()
    if "8859" in named or "1252" in named:
        return ""
    if number := re.search(r"(?:^|ANSI |OEM )(\d+)$", named):
        return f"cp{number[1]}"
    return named


def _proved(data: bytes, encoding: str, file: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        raise WrongEncoding(file=file, encoding=encoding.upper()) from None
    return encoding


def _guessed(data: bytes, file: str, note: Callable[[str], None]) -> str:
    try:
        return _proved(data, "utf-8", file)
    except WrongEncoding:
        found = _proved(data, GBK, file)
    note(_("The text was read as GBK, judged by its bytes; if names look wrong, give --encoding."))
    return found


def _dbf_texts(dbf: bytes) -> list[bytes]:
    """Field names and character fields of a dBASE table (dBASE III header: 32 bytes, 32 for each field)."""
    count, start, width = (
        int.from_bytes(dbf[4:8], "little"),
        int.from_bytes(dbf[8:10], "little"),
        int.from_bytes(dbf[10:12], "little"),
    )
    texts, spans, offset = [], [], 1
    for at in range(32, start - 1, 32):
        if dbf[at] == 0x0D:
            break
        length = dbf[at + 16]
        texts.append(dbf[at : at + 11].split(b"\0")[0])
        if dbf[at + 11 : at + 12] == b"C":
            spans.append((offset, offset + length))
        offset += length
    for row in range(start, min(start + count * width, len(dbf)), width):
        texts.extend(dbf[row + a : row + b].rstrip(b" \0") for a, b in spans)
    return texts
