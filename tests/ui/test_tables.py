"""The house's tables: paging without a count, links on rows, cells that are safe."""

from typing import Any

import django_tables2 as tables
import pytest
from django.template import Context, Template
from django.test import RequestFactory

from ui.samples import SampleFilter, SampleForm
from ui.tables import DenseTable, KeyColumn, MoneyColumn, StatusColumn, paginate_table


class Rows(list[dict[str, Any]]):
    """A list that must not be counted, as a large table must not."""

    def count(self, value: object = None) -> int:
        raise AssertionError("counted")


class OrderTable(DenseTable):
    """A small table."""

    number = KeyColumn()
    status = StatusColumn(labels={"in_repair": "In repair"})
    amount = MoneyColumn()
    note = tables.Column(orderable=False)

    def row_url(self, record: dict[str, Any]) -> str:
        return f"/orders/{record['number']}/"


def make_table(query: str = "", count: int = 25) -> str:
    request = RequestFactory().get(f"/{query}")
    rows = Rows(
        {"number": index, "status": "in_repair", "amount": index * 100, "note": "<b>"} for index in range(count)
    )
    table = paginate_table(table=OrderTable(rows, empty_text="Nothing"), request=request, per_page=10)
    return Template("{% load django_tables2 %}{% render_table table %}").render(
        Context({"table": table, "request": request})
    )


def test_a_page_has_its_rows_and_a_way_on_without_a_count() -> None:
    html = make_table()
    assert html.count("<tr") == 11
    assert "Rows 1–10" in html
    assert 'rel="next"' in html and 'rel="prev"' not in html
    last = make_table("?page=3")
    assert "Rows 21–25" in last and 'rel="next"' not in last and 'rel="prev"' in last


def test_sorting_says_its_direction_and_starts_at_the_first_page() -> None:
    html = make_table("?sort=-amount&page=2&status=x")
    assert 'aria-sort="descending"' in html
    headers = html[html.index("<thead>") : html.index("</thead>")]
    assert "page=2" not in headers
    assert headers.count("status=x") == 3


def test_rows_lead_somewhere_for_mouse_and_keyboard() -> None:
    html = make_table()
    assert 'data-href="/orders/3/"' in html
    assert '<a href="/orders/3/">3</a>' in html


def test_cells_are_labelled_for_the_phone_and_escaped() -> None:
    html = make_table()
    assert 'data-label="Amount"' in html
    assert "&lt;b&gt;" in html and "<b>" not in html
    assert "¥3.00" in html and "ui-tone-active" in html and "In repair" in html


def test_an_empty_table_says_so() -> None:
    assert "Nothing" in make_table(count=0)


@pytest.mark.parametrize(("query", "used"), [({}, 0), ({"status": "in_repair"}, 1)])
def test_a_filter_marks_what_is_used_and_offers_a_reset(query: dict[str, str], used: int) -> None:
    source = Template("{% load ui %}{% filter_bar filter target='#table' %}")
    html = source.render(Context({"filter": SampleFilter(query, queryset=SampleFilterRows())}))
    assert html.count("ui-filter-used") == used
    assert ('href="?"' in html) is bool(used)
    assert '<option value=""' in html and "---------" not in html
    assert 'hx-target="#table"' in html and 'type="search"' in html


class SampleFilterRows:
    """As much of a queryset as a filter asks for before it filters."""

    model = None


def test_errors_stand_beside_their_fields_and_in_a_summary() -> None:
    form = SampleForm({"phone": "123"})
    html = Template("{% load ui %}{% ui_form form %}").render(Context({"form": form}))
    assert 'role="alert"' in html
    assert '<a href="#id_phone">Phone</a>' in html
    assert 'aria-invalid="true"' in html
    assert html.count("is-invalid") == len(form.errors)
