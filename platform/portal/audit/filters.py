"""What the audit trail can be narrowed to; everything stands in the address."""

from datetime import timedelta
from typing import Any, Final

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.book.models import Entry
from fleet.filters import midnight
from portal.audit.selectors import names_like, of_group, subjects_like
from portal.audit.words import GROUP_NAMES

LONGEST: Final = 80
ONE_DAY: Final = timedelta(days=1)


class AuditFilter(filters.FilterSet):
    """By whom, about what, of which kind, in which days."""

    q = filters.CharFilter(
        method="about",
        label=_("Search the audit trail"),
        help_text=_("Order number, your reference, plate, VIN, driver, file, id"),
    )
    what = filters.ChoiceFilter(method="of_group", label=_("What"), choices=list(GROUP_NAMES.items()))
    who = filters.CharFilter(method="by_name", label=_("By whom"), max_length=LONGEST)
    day = filters.DateFilter(method="from_day", label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}))
    until = filters.DateFilter(method="to_day", label=_("To day"), widget=forms.DateInput(attrs={"type": "date"}))

    class Meta:
        model = Entry
        fields: list[str] = []

    def about(self, rows: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """Entries about what people call so."""
        del name
        return rows.filter(subject__in=subjects_like(value.strip()[:LONGEST]))

    def of_group(self, rows: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """Entries of one kind."""
        del name
        return of_group(rows, value)

    def by_name(self, rows: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """By everybody whose name contains it."""
        del name
        return rows.filter(actor_name__in=names_like(value.strip()))

    def from_day(self, rows: QuerySet[Entry], name: str, value: Any) -> QuerySet[Entry]:
        """On that day or later, by the page's clock."""
        del name
        return rows.filter(occurred_at__gte=midnight(value))

    def to_day(self, rows: QuerySet[Entry], name: str, value: Any) -> QuerySet[Entry]:
        """On that day at the latest."""
        del name
        return rows.filter(occurred_at__lt=after_midnight(value))


def after_midnight(day: Any) -> Any:
    """When the next day begins, by the page's clock; the last day there is ends never."""
    try:
        return midnight(day + ONE_DAY)
    except OverflowError:
        return midnight(day)
