"""What the gazetteer needs from the text side and from dictionaries: normal forms, sounds, combinations."""

import csv
from pathlib import Path

from django.db import connection

from geocoder.models import Character, Combination, Entry
from geocoder.normalise import normalise

COMBINATIONS = Path(__file__).with_name("combinations.csv")
HAN = range(0x4E00, 0x9FA6)


def load() -> None:
    """The shipped combinations (those that an administrator changed stay so), and what SQL reads texts by."""
    _load_combinations()
    _load_plain_forms()
    if not Character.objects.exists():
        _load_sounds()
    if not Entry.objects.exists():  # the city may be older than its gazetteer
        _rebuild()


def _rebuild() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT geocoder_rebuild()")


def _load_combinations() -> None:
    with COMBINATIONS.open(newline="") as lines:
        rows = [
            Combination(
                number=row["number"],
                title=row["title"],
                pattern=row["pattern"].split(),
                weight=row["weight"],
                example=row["example"],
            )
            for row in csv.DictReader(lines)
        ]
    Combination.objects.bulk_create(rows, ignore_conflicts=True)


def _load_plain_forms() -> None:
    """``geocoder_plain`` says in SQL what ``normalise`` says of single characters, so that keys agree."""
    dropped, old, new = "", "", ""
    for code in (*range(1, 0xD800), *range(0xE000, 0x10000)):
        written = chr(code)
        plain = normalise(written).text
        if not plain:
            dropped += written
        elif plain != written and len(plain) == 1:
            old, new = old + written, new + plain
    letters = "abcdefghijklmnopqrstuvwxyz"
    rare = "".join(f"\\u{ord(c):04x}" for c in old + dropped if c not in letters)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE OR REPLACE FUNCTION geocoder_plain(written text) RETURNS text
                LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $plain$
                  SELECT CASE WHEN written ~ {_quoted(f"[{rare}]")}
                    THEN translate(written, {_quoted(old + dropped)}, {_quoted(new)})
                    ELSE translate(written, '{letters}', '{letters.upper()}') END
                $plain$"""
        )


def _quoted(text: str) -> str:
    """A string constant; controls, quotes and backslashes by their code points."""
    return "E'" + "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in text) + "'"


def _load_sounds() -> None:
    from pypinyin import Style, pinyin  # a large dictionary, needed once in the life of a database

    Character.objects.bulk_create(
        [
            Character(character=chr(code), syllable=syllable.replace("ü", "v"))
            for code in HAN
            if (syllable := pinyin(chr(code), style=Style.NORMAL)[0][0]) != chr(code)
        ],
        batch_size=5000,
        ignore_conflicts=True,
    )
