"""A row of the sheet as HTML. It is drawn here: a page has more than a thousand cells, too many for a template's loop."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ui.templatetags.ui import status, ui_icon

ROW: Final = (
    '<tr role="row" data-line="{}" data-status="{}"{}><th scope="row" class="fl-line">{}</th>'
    '<td role="gridcell" class="fl-state" tabindex="-1">{}{}{}</td>{}</tr>'
)
PLAIN: Final = '<td role="gridcell" tabindex="-1" data-col="%s"><span class="fl-text">%s</span></td>'
MARKED: Final = '<td role="gridcell" tabindex="-1" data-col="{}"{}><span class="fl-text">{}</span>{}</td>'
WHY: Final = '<span class="fl-why">{} {}</span>'
BAD: Final = SafeString(' class="is-bad" aria-invalid="true"')
ODD: Final = SafeString(' class="is-odd"')
OPEN: Final = SafeString(" data-open")


def draw_row(row: Mapping[str, Any]) -> SafeString:
    """A row that `sheet_row` gave."""
    by = (
        format_html('<span class="fl-by">{}{}</span>', ui_icon("pencil", 12), row["mended_by"])
        if row["mended_by"]
        else ""
    )
    cells = format_html_join("", "{}", draw_cells(row["cells"]))
    return format_html(
        ROW, row["line"], row["status"], OPEN if row["is_open"] else "", row["line"],
        status(row["status"], row["label"]), draw_problems(row["errors"]), by, cells,
    )  # fmt: skip


def draw_cells(cells: Iterable[Mapping[str, Any]]) -> Iterable[tuple[SafeString]]:
    """Each cell: its value, and below it what is wrong with it."""
    for cell in cells:
        if not cell["errors"] and not cell["warnings"]:
            yield (SafeString(PLAIN % (cell["name"], escape(cell["text"]))),)  # its name is one of ours
            continue
        problems = draw_problems([*cell["errors"], *cell["warnings"]])
        yield (format_html(MARKED, cell["name"], BAD if cell["errors"] else ODD, cell["text"], problems),)


def draw_problems(problems: Iterable[tuple[str, str]]) -> SafeString:
    """What is wrong, and what to do."""
    return format_html_join("", WHY, problems)
