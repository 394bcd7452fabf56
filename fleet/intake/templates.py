"""An empty workbook to fill in: its cells offer what can be chosen, and a sheet explains each column."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from fleet.intake.refusals import MAX_ROWS
from fleet.intake.texts import LABELS


@dataclass(frozen=True, kw_only=True)
class Template:
    """What a workbook holds. `offered` are the choices of a column; a `free` one takes other texts too."""

    sheet: str
    columns: Sequence[str]
    required: Sequence[str]
    help: Mapping[str, str]
    needed: Mapping[str, str] = field(default_factory=dict)  # where neither yes nor no says it
    formats: Mapping[str, str] = field(default_factory=dict)  # of cells that are no text
    widths: Mapping[str, int] = field(default_factory=dict)
    offered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    free: frozenset[str] = frozenset()


def write_template(template: Template, *, language: str | None = None) -> bytes:
    """The workbook."""
    with translation.override(language or translation.get_language()):
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = template.sheet
        write_header(sheet, template)
        write_help(book.create_sheet("help"), template)
        choices = book.create_sheet("choices")
        choices.sheet_state = "hidden"
        offer_choices(sheet, choices, template)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()


def put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Writes `text` as text: never as a formula, whatever it begins with."""
    cell = sheet.cell(row=row, column=column)
    cell.value = text
    cell.data_type = "s"
    return cell


def write_header(sheet: Worksheet, template: Template) -> None:
    """The columns' names; those that are needed are filled."""
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="DDE6F0")
    for number, column in enumerate(template.columns, start=1):
        cell = put(sheet, 1, number, column)
        cell.font = bold
        if column in template.required:
            cell.fill = fill
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = template.widths.get(column, 18)
        dimension.number_format = template.formats.get(column, "@")
    sheet.freeze_panes = "B2"


def write_help(sheet: Worksheet, template: Template) -> None:
    """Each column by its name, whether it is needed, and what goes into it."""
    rows = [(gettext("Column"), gettext("Name"), gettext("Needed"), gettext("What goes into it"))]
    rows += [
        (column, gettext(LABELS[column]), needed(column, template), gettext(template.help[column]))
        for column in template.columns
    ]
    for number, cells in enumerate(rows, start=1):
        for index, text in enumerate(cells, start=1):
            cell = put(sheet, number, index, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
    for letter, width in zip("ABCD", (22, 22, 14, 70), strict=True):
        sheet.column_dimensions[letter].width = width


def needed(column: str, template: Template) -> str:
    """Whether a column must be filled."""
    if column in template.required:
        return gettext("yes")
    return gettext(template.needed[column]) if column in template.needed else gettext("no")


def offer_choices(sheet: Worksheet, choices: Worksheet, template: Template) -> None:
    """Lists in the cells; the choices lie in a sheet of their own."""
    for number, (column, values) in enumerate((i for i in template.offered.items() if i[1]), start=1):
        for row, value in enumerate(values, start=1):
            put(choices, row, number, value)
        letter = get_column_letter(number)
        rule = DataValidation(type="list", formula1=f"choices!${letter}$1:${letter}${len(values)}", allow_blank=True)
        rule.showErrorMessage = column not in template.free
        target = get_column_letter(template.columns.index(column) + 1)
        rule.add(f"{target}2:{target}{MAX_ROWS + 1}")
        sheet.add_data_validation(rule)
