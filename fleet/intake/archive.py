"""What a workbook would become when it is opened, measured without opening it.

A spreadsheet library believes the file: it allocates the rectangle from the first cell to the last, and a copy of a
shared text for every cell that names it. A few kilobytes can ask for gigabytes so, and neither the sizes in the
archive's directory nor the sheet's own `dimension` need be true. So every member is inflated here under a limit, and
the cells are looked at before the library sees them.
"""

import io
import re
import struct
import zipfile
import zlib
from typing import Final
from xml.parsers import expat

from fleet.intake.refusals import MAX_COLUMNS, MAX_ROWS, FileRefused

_MAX_MEMBERS: Final = 2_000
_MAX_UNPACKED: Final = 120 * 1024 * 1024
_RATIO_FREE: Final = 10 * 1024 * 1024
_MAX_RATIO: Final = 100
_MAX_TEXT: Final = 150 * 1024 * 1024
_LAST_ROW: Final = MAX_ROWS + 1_000
"""A value below this row is more than MAX_ROWS orders, or so far down that the sheet was not meant to be one."""
_MACROS: Final = re.compile(rb"macroEnabled|vbaProject|ms-office\.vbaProject", re.IGNORECASE)
_PLAIN_CELL: Final = re.compile(rb'<c r="[A-Z]')
_ANY_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_FAR_CELL: Final = re.compile(
    rb'<c r="(?:[A-Z]{3,}[0-9]+|[D-Z][A-Z][0-9]+|C[W-Z][0-9]+|[A-Z]*(?:2[1-9][0-9]{3}|[3-9][0-9]{4}|[0-9]{6,}))"'
    rb"(?:[^>]*[^/>])?>"
)
_TEXT_ITEM: Final = re.compile(rb"<(?:[\w.-]+:)?si[\s>]")


def check_archive(content: bytes) -> None:
    """Refuses a workbook that has macros, is no plain .xlsx, or asks for more memory than its orders need.

    Raises FileRefused: `macros`, `zip_bomb`, `not_a_table`, `too_many_rows`, `too_many_columns`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError, EOFError) as error:
        raise FileRefused("not_a_table") from error
    _check_names(members)
    _check_members(content, members)


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename.lower().replace("\\", "/") for member in members]
    if any(name.rsplit("/", 1)[-1].startswith("vbaproject") or "/macrosheets/" in name for name in names):
        raise FileRefused("macros")
    if len(members) > _MAX_MEMBERS:
        raise FileRefused("zip_bomb")
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names or len(set(names)) < len(names):
        raise FileRefused("not_a_table")
    if any(member.flag_bits & 0x1 for member in members):
        raise FileRefused("not_a_table")


def _check_members(content: bytes, members: list[zipfile.ZipInfo]) -> None:
    limit = min(_MAX_UNPACKED, max(_RATIO_FREE, len(content) * _MAX_RATIO))
    total = 0
    longest_text = cells = 0
    parts: list[zipfile.ZipInfo] = []
    for member in members:
        data = inflate(content, member, limit - total)
        total += len(data)
        _check_markup(data, member.filename)
        count = _count_cells(data)
        cells += count
        longest_text = max(longest_text, _longest_text(data))
        if count or _TEXT_ITEM.search(data):
            parts.append(member)
    if longest_text * cells > _MAX_TEXT:
        _check_texts(content, parts)


def inflate(content: bytes, member: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of one member, whatever size the archive's directory claims for it.

    Raises FileRefused: `zip_bomb` when it unpacks to more than `limit` bytes, `not_a_table` when it cannot be unpacked.
    """
    packed = _packed(content, member)
    if member.compress_type == zipfile.ZIP_STORED:
        data, rest = packed, b""
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-15)
        try:
            data = unpacker.decompress(packed, limit + 1)
        except zlib.error as error:
            raise FileRefused("not_a_table") from error
        rest = unpacker.unconsumed_tail
    else:
        raise FileRefused("not_a_table")
    if len(data) > limit or rest:
        raise FileRefused("zip_bomb")
    return data


def _packed(content: bytes, member: zipfile.ZipInfo) -> bytes:
    """The packed bytes of `member`, found by its local header as any reader of the archive finds them."""
    header = content[member.header_offset : member.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise FileRefused("not_a_table")
    start = (
        member.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    )
    end = start + member.compress_size
    if end > len(content):
        raise FileRefused("not_a_table")
    return content[start:end]


def _check_markup(data: bytes, name: str) -> None:
    """No macros by content type, no document type (entities), no other encoding than the one we look through."""
    if name.lower().endswith((".xml", ".rels")):
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data[:64]:
            raise FileRefused("not_a_table")
        if name == "[Content_Types].xml" and _MACROS.search(data):
            raise FileRefused("macros")


def _count_cells(data: bytes) -> int:
    """How many cells a member names. Refuses those that lie too far out for any list of orders.

    Nearly every program writes `<c r="B2"` letter for letter; whatever is written otherwise is followed cell by cell.
    """
    count = len(_ANY_CELL.findall(data))
    if not count:
        return 0
    if len(_PLAIN_CELL.findall(data)) == count:
        if _FAR_CELL.search(data):
            _Cells(data).check()
    else:
        _Cells(data).check()
    return count


def _longest_text(data: bytes) -> int:
    """Length of the longest shared text of a member, in bytes of its markup."""
    starts = [found.start() for found in _TEXT_ITEM.finditer(data)]
    if not starts:
        return 0
    return max(end - start for start, end in zip(starts, [*starts[1:], len(data)], strict=True))


def _check_texts(content: bytes, parts: list[zipfile.ZipInfo]) -> None:
    """Adds up what the cells' shared texts come to when each cell gets its copy."""
    cells = [_Cells(inflate(content, part, _MAX_UNPACKED)) for part in parts]
    for part in cells:
        part.check()
    sizes = [size for part in cells for size in part.text_sizes]
    for part in cells:
        if sum(sizes[index] for index in part.text_indexes if index < len(sizes)) > _MAX_TEXT:
            raise FileRefused("zip_bomb")


class _Cells:
    """Follows the cells of one member with an XML parser: where those with a value lie, and which texts they name."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.row = 0
        self.column = 0
        self.shared = False
        self.collected: list[str] = []
        self.collecting = False
        self.text_sizes: list[int] = []
        self.text_indexes: list[int] = []

    def check(self) -> None:
        """Raises FileRefused: `too_many_rows`, `too_many_columns`, `not_a_table` for broken markup."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(self.data, True)
        except expat.ExpatError as error:
            raise FileRefused("not_a_table") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1]
        if local == "row":
            self._start_row(attributes.get("r", ""))
        elif local == "c":
            self._start_cell(attributes.get("r", ""), attributes.get("t", ""))
        elif local in ("v", "is"):
            self._refuse_far()
            self.collecting = local == "v" and self.shared
            self.collected.clear()
        elif local == "si":
            self.text_sizes.append(0)

    def _start_row(self, number: str) -> None:
        self.row = int(number) if _is_number(number) else self.row + 1
        self.column = 0

    def _start_cell(self, reference: str, kind: str) -> None:
        self.shared = kind == "s"
        letters = reference.rstrip("0123456789")
        digits = reference[len(letters) :]
        if letters.isascii() and letters.isalpha() and len(letters) <= 3 and _is_number(digits):
            self.row, self.column = int(digits), _column_number(letters.upper())
        elif reference:
            raise FileRefused("not_a_table")
        else:
            self.column += 1

    def _refuse_far(self) -> None:
        if self.row > _LAST_ROW:
            raise FileRefused("too_many_rows", limit=MAX_ROWS)
        if self.column > MAX_COLUMNS:
            raise FileRefused("too_many_columns", limit=MAX_COLUMNS)

    def _text(self, text: str) -> None:
        if self.collecting:
            self.collected.append(text)
        elif self.text_sizes:
            self.text_sizes[-1] += 4 * len(text)

    def _end(self, name: str) -> None:
        if self.collecting and name.rsplit(":", 1)[-1] == "v":
            index = "".join(self.collected).strip()
            self.collecting = False
            if _is_number(index):
                self.text_indexes.append(int(index))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
