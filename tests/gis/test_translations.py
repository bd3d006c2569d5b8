"""Simplified Chinese is complete: nobody meets an English remnant."""

import ast
import re

import pytest
from django.conf import settings

FILES = sorted(settings.BASE_DIR.glob("*/locale/*/LC_MESSAGES/*.po"))


def entries(text: str):
    """(flags, message, [translations]) of a .po file without its head and its obsolete part."""
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        flags = " ".join(line for line in lines if line.startswith("#,"))
        parts, current = {}, ""
        for line in lines:
            if found := re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$', line):
                current = found[1]
                parts[current] = ast.literal_eval(found[2])
            elif line.startswith('"') and current:
                parts[current] += ast.literal_eval(line)
        if parts.get("msgid"):
            yield flags, parts["msgid"], [text for name, text in parts.items() if name.startswith("msgstr")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-5:]))
def test_every_message_has_its_translation(file):
    found = list(entries(file.read_text()))
    assert found
    assert [message for flags, message, texts in found if "fuzzy" in flags or not all(texts)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-5:]))
def test_a_translation_keeps_what_is_filled_in(file):
    fields = re.compile(r"%\(\w+\)s|\{\w*\}")
    for _flags, message, texts in entries(file.read_text()):
        for text in filter(None, texts):
            assert set(fields.findall(text)) <= set(fields.findall(message)), message
