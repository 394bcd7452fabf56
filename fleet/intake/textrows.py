"""Orders as CSV: which characters, which delimiter, and which quotation mark was never closed."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from fleet.intake.columns import ORDERS
from fleet.intake.refusals import MAX_ROWS, FileRefused
from fleet.intake.shapes import Shape
from fleet.intake.tables import OrderFile, SourceRow, build_file

_DELIMITERS: Final = (",", ";", "\t")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_QUOTED_FORMULA: Final = re.compile(r"'\s*[=+\-@\t\r＝＋－＠]")
_UNREADABLE: Final = bytes(range(1, 9)) + bytes(range(14, 27)) + bytes(range(28, 32)) + b"\x00\x7f"
_THREE_BYTES: Final = re.compile("[\u0800-\ufffc]")
_MANY_COLUMNS: Final = 5
_MOST_LINES: Final = 20 * MAX_ROWS
_LONGEST_LINE: Final = 1_000_000
_LONGEST_SCAN: Final = 4_000_000


def read_csv(*, name: str, content: bytes, shape: Shape = ORDERS) -> OrderFile:
    """A file from CSV with comma, semicolon or tab, in UTF-8, GB18030, or UTF-16 with its mark.

    Raises FileRefused: `not_a_table`, `encoding`, `unclosed_quote`, `cell_too_large`, and what `build_file` raises.
    """
    encoding = find_encoding(content)
    first = _first_line(content, encoding)
    if not first:
        raise FileRefused("empty_file")
    table = _Table(content, encoding, _find_delimiter(first, shape))
    return build_file(name=name, kind="csv", table=table.rows(), shape=shape)


def find_encoding(content: bytes) -> str:
    """The one of utf-8-sig, utf-16 and gb18030 in which the whole of `content` can be read.

    Raises FileRefused: `not_a_table` for what is no text, `encoding` for text that is broken.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(content, "utf-16")
    sample = content[:65_536]
    if len(sample) - len(sample.translate(None, _UNREADABLE)) > max(8, len(sample) // 50):
        raise FileRefused("not_a_table")
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(b"\xef\xbb\xbf") or _is_broken_utf8(content):
            raise FileRefused("encoding", line=_line_of(content, error.start)) from error
        return _decodes(content, "gb18030")
    return "utf-8-sig"


def _decodes(content: bytes, encoding: str) -> str:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused("encoding", line=_line_of(content, error.start)) from error
    return encoding


def _is_broken_utf8(content: bytes) -> bool:
    """Whether this is UTF-8 with a few bad bytes. GB18030 would read most of it without complaint, as nonsense."""
    text = content.decode("utf-8", errors="replace")
    return len(_THREE_BYTES.findall(text)) > 2 * text.count("\ufffd")


def _line_of(content: bytes, offset: int) -> int:
    before = content[:offset]
    return before.count(b"\n") + before.replace(b"\r\n", b"").count(b"\r") + 1


def _open(content: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")


def _first_line(content: bytes, encoding: str) -> str:
    """The first line that is not blank, cut to a length no header needs."""
    for line in _open(content, encoding):
        if line.strip(' \t\r\n,;"') and not line.startswith("sep="):
            return line[:20_000]
    return ""


def _find_delimiter(line: str, shape: Shape) -> str:
    """The delimiter under which the header has the most columns that we know."""
    bare = line.strip("\r\n")

    def score(delimiter: str) -> tuple[int, int]:
        headers = [part.strip('" ') for part in bare.split(delimiter)]
        return shape.count_known(headers), len(headers)

    return max(_DELIMITERS, key=score)


class _Table:
    """The rows of one CSV text."""

    def __init__(self, content: bytes, encoding: str, delimiter: str) -> None:
        self.content = content
        self.encoding = encoding
        self.delimiter = delimiter

    def rows(self) -> Iterator[SourceRow]:
        reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        line = 1
        width = 0
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise self._refusal(line, str(error)) from error
            if cells is None:
                return
            if reader.line_num > line and width >= _MANY_COLUMNS:
                self._refuse_swallowed(line, reader.line_num, cells, width)
            if line == 1 and cells and cells[0].startswith("sep="):
                cells = []
            width = width or sum(map(bool, cells))
            yield SourceRow(line, _plain(cells))
            line = reader.line_num + 1

    def _lines(self) -> Iterator[str]:
        """The physical lines. Refuses what no list of orders has: endless lines, and lines without end."""
        for number, line in enumerate(_open(self.content, self.encoding), start=1):
            if len(line) > _LONGEST_LINE:
                raise FileRefused("cell_too_large", line=number)
            if number > _MOST_LINES:
                raise FileRefused("too_many_rows", limit=MAX_ROWS)
            yield line

    def _refuse_swallowed(self, line: int, last: int, cells: list[str], width: int) -> None:
        """Refuses a cell that holds whole rows: two rows that each lack a closing mark would vanish in one so."""
        for cell in cells:
            if any(part.count(self.delimiter) >= width - 1 for part in _LINE_END.split(cell)[1:]):
                raise FileRefused("unclosed_quote", line=line + self._scan(line, last).lines_above)

    def _refusal(self, line: int, reason: str) -> FileRefused:
        scan = self._scan(line, None)
        if "field larger" in reason and not scan.is_open:
            return FileRefused("cell_too_large", line=line)
        return FileRefused("unclosed_quote", line=line + scan.lines_above)

    def _scan(self, line: int, last: int | None) -> "QuoteScan":
        """Follows the quotation marks from `line`, where a record starts, to `last` or the end."""
        lines = list(_open(self.content, self.encoding))
        return scan_quotes("".join(lines[line - 1 : last])[:_LONGEST_SCAN], self.delimiter)


class QuoteScan(NamedTuple):
    """Where the last quoted cell of a text opened (lines above it), and whether it was never closed."""

    lines_above: int
    is_open: bool


def scan_quotes(text: str, delimiter: str) -> QuoteScan:
    """Follows the quoted cells of `text` until one is not closed properly or the text ends."""
    opening = re.compile(rf'(?:\A|[\r\n{re.escape(delimiter)}])(")')
    proper = re.compile(rf"[\r\n{re.escape(delimiter)}]|\Z")
    at = opened_at = 0
    is_open = False
    while not is_open and (found := opening.search(text, at)) is not None:
        opened_at = found.start(1)
        at = _closing_at(text, opened_at + 1)
        is_open = not at
        if proper.match(text, at) is None:
            break
    return QuoteScan(len(_LINE_END.findall(text, 0, opened_at)), is_open)


def _closing_at(text: str, start: int) -> int:
    """The place after the mark that closes the cell whose text starts at `start` (two marks stand for one), or 0."""
    at = start
    while (at := text.find('"', at)) != -1:
        if not text.startswith('""', at):
            return at + 1
        at += 2
    return 0


def _plain(cells: list[str]) -> list[str]:
    """`cells` without the apostrophe that our own exports set before what a spreadsheet would run as a formula."""
    for index, cell in enumerate(cells):
        if cell[:1] == "'" and _QUOTED_FORMULA.match(cell):
            cells[index] = cell[1:]
    return cells
