"""The lists of customer service."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from repair import texts
from repair.ids import complaint_ref
from ui.tables import DenseTable, KeyColumn, StatusColumn, TimeColumn
from ui.templatetags import ui as components


class ComplaintTable(DenseTable):
    """Complaints of all customers; what is late or runs out first stands on top."""

    number = KeyColumn(verbose_name=_("Complaint"))
    status = StatusColumn(verbose_name=_("State"), labels=texts.COMPLAINT_STATES)
    text = tables.Column(
        verbose_name=_("In the customer's words"), orderable=False, attrs={"td": {"class": "ui-wrap-cell"}}
    )
    contact = tables.Column(verbose_name=_("Contact"))
    tenant = tables.Column(verbose_name=_("Customer"), accessor="tenant__name")
    cause = tables.Column(verbose_name=_("Cause"), default="–")
    handler_name = tables.Column(verbose_name=_("In hand of"), default="–")
    filed_at = TimeColumn(verbose_name=_("Filed"))
    due_at = tables.Column(verbose_name=_("Due"), empty_values=())

    class Meta(DenseTable.Meta):
        empty_text = _("No complaint matches")
        order_by = ("due_at", "-filed_at")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def row_url(self, record: Any) -> str:
        """The complaint's page."""
        return reverse("repair:complaint", args=[complaint_ref(record.pk)])

    def render_text(self, value: str) -> str:
        """Its beginning."""
        return Truncator(value).chars(90)

    def render_due_at(self, record: Any) -> SafeString | str:
        """The clock of the 72 hours, while it runs."""
        if record.due_at is None:
            return "–"
        return components.countdown(
            record.due_at, started_at=record.started_at, now=self.now, paused_at=record.paused_at
        )
