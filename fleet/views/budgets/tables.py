"""The lists of budgets."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from fleet import texts
from fleet.models import Budget
from fleet.selectors.budgets import OrderUse, Standing
from fleet.tables import VEHICLE, LabelColumn
from ui.formats import format_fen
from ui.tables import DenseTable, KeyColumn, MoneyColumn, StatusColumn, TimeColumn
from ui.templatetags import ui as components

BAR = """<svg class="fl-bar ui-tone-{tone}" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="{label}">\
<rect class="fl-bar-all" width="1000" height="10"/><rect class="fl-bar-spent" width="{spent}" height="10"/>\
<rect class="fl-bar-reserved" x="{spent}" width="{reserved}" height="10"/>{end}</svg>"""
END = '<rect class="fl-bar-end" x="{}" width="6" height="10"/>'


def draw_bar(standing: Standing) -> SafeString:
    """Spent, reserved and free as a bar; where more is used than there is, a mark shows the budget's end."""
    spent, reserved = (standing.share(max(0, fen)) for fen in (standing.spent_fen, standing.reserved_fen))
    facts = {name: format_fen(amount_fen=getattr(standing, f"{name}_fen")) for name in ("spent", "reserved", "free")}
    label = _g("%(spent)s spent, %(reserved)s reserved, %(free)s free") % facts
    at = standing.share(standing.budget.amount_fen)
    end = format_html(END, min(at, 994)) if standing.free_fen < 0 else ""
    return format_html(BAR, tone=standing.tone, label=label, spent=spent, reserved=reserved, end=end)


class BudgetTable(DenseTable):
    """Budgets, each with its bar. The table knows the `standings` of its page."""

    name = KeyColumn(verbose_name=_("Cost centre"), accessor="cost_center__name", orderable=False)
    days = tables.Column(verbose_name=_("Period"), accessor="pk", orderable=False)
    amount_fen = MoneyColumn(verbose_name=_("Budget"), orderable=False)
    bar = tables.Column(verbose_name=_("Used"), accessor="pk", orderable=False)
    spent = MoneyColumn(verbose_name=_("Spent"), accessor="pk", orderable=False)
    reserved = MoneyColumn(verbose_name=_("Reserved"), accessor="pk", orderable=False)
    free = MoneyColumn(verbose_name=_("Free"), accessor="pk", orderable=False)
    ahead = MoneyColumn(verbose_name=_("At this pace"), accessor="pk", orderable=False)

    standings: dict[Any, Standing]

    class Meta(DenseTable.Meta):
        empty_text = _("No budgets here")

    def render_days(self, record: Budget) -> str:
        """The period's name and its days."""
        return say_days(record)

    def render_bar(self, record: Budget) -> SafeString:
        """Spent, reserved, free."""
        return draw_bar(self.standings[record.pk])

    def render_spent(self, record: Budget) -> str:
        """What is spent."""
        return format_fen(amount_fen=self.standings[record.pk].spent_fen)

    def render_reserved(self, record: Budget) -> str:
        """What is reserved."""
        return format_fen(amount_fen=self.standings[record.pk].reserved_fen)

    def render_free(self, record: Budget) -> SafeString:
        """What is left; marked when it is nothing."""
        standing = self.standings[record.pk]
        shown = format_fen(amount_fen=standing.free_fen)
        if standing.free_fen <= 0:
            return components.status("over", shown, tone="bad")
        return format_html("{}", shown)

    def render_ahead(self, record: Budget) -> str:
        """What will have been used at the end."""
        ahead = self.standings[record.pk].forecast_fen
        return "–" if ahead is None else format_fen(amount_fen=ahead)


def say_days(budget: Budget) -> str:
    """“Monthly · 2026-11-01 – 2026-11-30”."""
    return f"{budget.get_period_display()} · {budget.starts_on:%Y-%m-%d} – {budget.ends_on:%Y-%m-%d}"


class UseTable(DenseTable):
    """The orders behind a budget, the newest first."""

    number = KeyColumn(verbose_name=_("Order"), orderable=False)
    vehicle = tables.Column(verbose_name=_("Vehicle"), accessor="order", orderable=False)
    service = LabelColumn(verbose_name=_("Service"), accessor="order__service", labels=texts.SERVICES, orderable=False)
    status = StatusColumn(
        verbose_name=_("Status"), accessor="order__status", labels=texts.ORDER_STATES, orderable=False
    )
    placed = TimeColumn(verbose_name=_("Placed"), accessor="order__placed_at", orderable=False)
    reserved_fen = MoneyColumn(verbose_name=_("Reserved"), orderable=False)
    spent_fen = MoneyColumn(verbose_name=_("Spent"), orderable=False)

    class Meta(DenseTable.Meta):
        empty_text = _("Nothing of it is used yet")

    def render_vehicle(self, value: Any) -> SafeString:
        """Plate and model."""
        return format_html(VEHICLE, value.plate or value.vin, value.model)

    def render_status(self, record: OrderUse) -> SafeString:
        """How far the order is."""
        status = record.order.status
        return components.status(status, texts.ORDER_STATES.get(status, status))
