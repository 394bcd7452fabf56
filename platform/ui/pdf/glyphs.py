"""Which signs the font has: PDF/A wants every glyph inside, and people type what no font of ours can show."""

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

BOX: Final = "□"  # what stands for a sign that cannot be shown
KEPT: Final = frozenset("\n")
SIMPLIFIED: Final = 2  # the place of Noto Sans CJK SC in its collection


def printable(value: Any, font: Path) -> Any:
    """The same value with every text made of signs that the font has."""
    if isinstance(value, str):
        return printable_text(value, font)
    if isinstance(value, Mapping):
        return {key: printable(item, font) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [printable(item, font) for item in value]
    return value


def printable_text(text: str, font: Path) -> str:
    """The text; a box for each sign that is not in the font, nothing for one that cannot be seen."""
    if text.isascii() and text.isprintable():
        return text
    known = signs_of(font)
    return "".join(
        letter
        if letter in KEPT or (letter.isprintable() and ord(letter) in known)
        else (BOX if letter.isprintable() else " ")
        for letter in text.replace("\r\n", "\n")
    )


@lru_cache(maxsize=1)
def signs_of(font: Path) -> frozenset[int]:
    """The code points that the font's table of characters names (OpenType `cmap`)."""
    with font.open("rb") as file:
        head = file.read(12 + 4 * 16)
        start = struct.unpack_from(f">{SIMPLIFIED + 1}I", head, 12)[-1] if head[:4] == b"ttcf" else 0
        file.seek(start)
        count = struct.unpack(">4xH6x", file.read(12))[0]
        tables = [struct.unpack(">4s4xII", file.read(16)) for _number in range(count)]
        offset, length = next((offset, length) for tag, offset, length in tables if tag == b"cmap")
        file.seek(offset)
        return read_cmap(file.read(length))


def read_cmap(table: bytes) -> frozenset[int]:
    """The code points of the widest Unicode subtable (format 12). Raises ValueError when there is none."""
    count = struct.unpack_from(">2xH", table)[0]
    for number in range(count):
        offset = struct.unpack_from(">4xI", table, 4 + number * 8)[0]
        if struct.unpack_from(">H", table, offset)[0] == 12:
            groups = struct.unpack_from(">12xI", table, offset)[0]
            spans = struct.iter_unpack(">III", table[offset + 16 : offset + 16 + groups * 12])
            return frozenset(code for first, last, _glyph in spans for code in range(first, last + 1))
    raise ValueError("no cmap of format 12")
