"""Tables that go out page by page, as CSV or XLSX: no more than a page of rows is ever held, and no cell runs as a formula."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from xml.sax.saxutils import escape

from fleet.intake.writing import safe_cell
from ui.formats import decimal_of_fen

Cell = str | Decimal | datetime | None
Page = Sequence[Sequence[Cell]]

_UNDRAWN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # a sheet knows no zones
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final[dict[str, str]] = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="4" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def amount_cell(amount_fen: int) -> Decimal:
    """An amount as a number of yuan that can be summed."""
    return decimal_of_fen(amount_fen=amount_fen)


def stream_csv(*, header: Sequence[str], pages: Iterable[Page]) -> Iterator[bytes]:
    """UTF-8 with its mark, CRLF; times without seconds."""
    yield b"\xef\xbb\xbf" + _csv_lines([header])
    for page in pages:
        yield _csv_lines([[_csv_text(cell) for cell in row] for row in page])


def _csv_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return f"{cell:.2f}" if isinstance(cell, Decimal) else cell


def _csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode()


class _Outlet(io.RawIOBase):
    """Takes what the zip writes, until it is fetched."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """All that came since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def stream_xlsx(*, title: str, header: Sequence[str], pages: Iterable[Page]) -> Iterator[bytes]:
    """A workbook of one sheet: texts as text, amounts and (naive, local) times as numbers that a spreadsheet can sort."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in {**_PARTS, "xl/workbook.xml": _workbook(title)}.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_sheet_head(header).encode())
            for page in pages:
                sheet.write("".join(_row(row) for row in page).encode())
                yield outlet.take()
            sheet.write(b"</sheetData></worksheet>")
    yield outlet.take()


def _workbook(title: str) -> str:
    name = escape(title[:31], {'"': "&quot;"})
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f'<sheets><sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>'
    )


def _sheet_head(header: Sequence[str]) -> str:
    view = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
    widths = f'<cols><col min="1" max="{len(header)}" width="18" customWidth="1"/></cols>'
    cells = "".join(_text(text, ' s="1"') for text in header)
    return f'{_XML}<worksheet xmlns="{_MAIN}">{view}{widths}<sheetData><row>{cells}</row>'


def _row(row: Sequence[Cell]) -> str:
    return f"<row>{''.join(_cell(cell) for cell in row)}</row>"


def _cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, datetime):
        return f'<c s="2"><v>{(cell - _DAY_ZERO).total_seconds() / 86_400:.10f}</v></c>'
    if isinstance(cell, Decimal):
        return f'<c s="3"><v>{cell}</v></c>'
    return _text(cell)


def _text(text: str, style: str = "") -> str:
    drawn = escape(_UNDRAWN.sub("", text)[:32_767])
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{drawn}</t></is></c>'
