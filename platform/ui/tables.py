"""The house's tables: django-tables2 with links on rows, states, amounts and clocks as column kinds."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django_tables2.paginators import LazyPaginator

from ui import formats
from ui.templatetags import ui as components

MOST_ROWS = 200  # a page
MOST_PAGES = 100_000


class DenseTable(tables.Table):
    """A table whose rows lead somewhere (`row_url`) and which turns into cards on a phone.

    A row with the attribute `data-ui-drawer` shows that address at the side instead, on a click or Enter. A table that is
    asked for every few seconds may draw its rows itself (`drawn_rows`), cell by cell as its columns stand, and name what
    its head shows beside the address and the language (`head_key`): then the head is kept.
    Give the column that names the row the class `KeyColumn`: it carries the link that keyboard and screen reader use.
    """

    class Meta:
        template_name = "ui/table.html"
        attrs = {"class": "table ui-table"}

    row_attrs: dict[str, Any] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("template_name", DenseTable.Meta.template_name)  # a subclass may forget to inherit Meta
        super().__init__(*args, **kwargs)
        self.row_attrs = {**(self.row_attrs or {}), "data-href": lambda record: self.row_url(record) or None}

    def name_of(self, record: Any) -> str:
        """What a row is called: its number, or whatever it says of itself."""
        return str(getattr(record, "number", record))

    def row_url(self, record: Any) -> str:
        """Where a row leads: the record's own page unless a table says otherwise; "" for nowhere."""
        find: Callable[[], str] | None = getattr(record, "get_absolute_url", None)
        return find() if find else ""


class KeyColumn(tables.Column):
    """The column that names the row; its text is the link to the row's page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "ui-key"}})
        kwargs.setdefault("linkify", lambda record, table: table.row_url(record) or None)
        super().__init__(*args, **kwargs)


class PickColumn(tables.Column):
    """A box to pick a row by; its value is the row's `ref`, and it is sent with the form of that id."""

    def __init__(self, *args: Any, form: str, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "ui-pick"}, "th": {"class": "ui-pick"}})
        super().__init__(*args, empty_values=(), orderable=False, **kwargs)
        self.form = form

    @property
    def header(self) -> SafeString:
        """A box for all rows of the page."""
        return format_html(
            '<input type="checkbox" class="form-check-input" aria-label="{}">', gettext("Pick all rows of this page")
        )

    def render(self, record: Any, table: Any) -> SafeString:
        return format_html(
            '<input type="checkbox" class="form-check-input" name="pick" form="{}" value="{}" aria-label="{}">',
            self.form, record.ref, gettext("Pick %(name)s") % {"name": table.name_of(record)},
        )  # fmt: skip


class StatusColumn(tables.Column):
    """A state as a badge. The label is the record's `get_<field>_display()`, or what `labels` says."""

    def __init__(self, *args: Any, labels: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = labels or {}

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        key = getattr(record, bound_column.name, None)
        if key is None:
            key = record.get(bound_column.name, value) if isinstance(record, dict) else value
        return components.status(key, self.labels.get(key) or value)


class MoneyColumn(tables.Column):
    """Fen as yuan, in figures that line up at the right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "ui-num"}, "th": {"class": "ui-num"}})
        super().__init__(*args, **kwargs)

    def render(self, value: int) -> str:
        return formats.format_fen(amount_fen=value)


class NumberColumn(tables.Column):
    """A count or measure, at the right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "ui-num"}, "th": {"class": "ui-num"}})
        super().__init__(*args, **kwargs)


class TimeColumn(tables.Column):
    """An aware time in the current zone; `style` as for the tag `when`."""

    def __init__(self, *args: Any, style: str = "short", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.style = style

    def render(self, value: datetime) -> SafeString:
        return components.when(value, style=self.style)


class WindowColumn(tables.Column):
    """From when to when: the record's `window_start` and `window_end`."""

    def render(self, record: Any) -> SafeString:
        return format_html(
            "<span>{} – {}</span>",
            components.when(record.window_start),
            components.when(record.window_end, style="time"),
        )


class ClockColumn(tables.Column):
    """A due time that counts down; the table's attribute `now` is business time, or else the server's."""

    def render(self, value: datetime, record: Any, table: Any) -> SafeString:
        return components.countdown(
            value,
            started_at=_read(record, "started_at"),
            stopped_at=_read(record, "stopped_at"),
            now=getattr(table, "now", None) or timezone.now(),
            paused_at=_read(record, "paused_at"),
        )


def paginate_table(*, table: tables.Table, request: HttpRequest, per_page: int = 50) -> tables.Table:
    """Sort and page `table` by the request, without ever counting its rows; returns the same table."""
    paginate = {"per_page": per_page, "paginator_class": LazyPaginator}
    tables.RequestConfig(bound(request, table), paginate=paginate).configure(table)
    return table


def bound(request: HttpRequest, table: tables.Table) -> HttpRequest:
    """A request like it whose page and rows a page are numbers that a table may be asked for; others are left out."""
    asked_for = request.GET.copy()
    for name, most in ((table.prefixed_page_field, MOST_PAGES), (table.prefixed_per_page_field, MOST_ROWS)):
        asked = asked_for.get(name, "")
        if name in asked_for and not (asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked) > 0):
            del asked_for[name]
        elif name in asked_for:
            asked_for[name] = str(min(int(asked), most))
    bounded = HttpRequest()
    bounded.GET = asked_for  # type: ignore[assignment]
    return bounded


def _read(record: Any, name: str) -> Any:
    """A field of a row that may be an object or a dict."""
    return record.get(name) if isinstance(record, dict) else getattr(record, name, None)
