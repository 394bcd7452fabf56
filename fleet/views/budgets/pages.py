"""Budgets as they stand, and the orders behind each."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe
from django_tables2.paginators import LazyPaginator

from fleet.access import Action, budget_for, may, own_tenant, require_may
from fleet.models import Budget
from fleet.selectors.budgets import orders_of, standings_of, used_by_day, with_orders
from fleet.selectors.limits import local_day
from fleet.views.acting import actor_of, now_of
from fleet.views.budgets.charts import course_of
from fleet.views.budgets.tables import BudgetTable, UseTable, draw_bar, say_days
from ui.tables import paginate_table

WHEN: Final[dict[str, Any]] = {"": _l("Now"), "coming": _l("Coming"), "past": _l("Past")}


@require_safe
def list_budgets(request: HttpRequest) -> HttpResponse:
    """The budgets of today, of later, or of before, each with its bar."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    tenant, when = own_tenant(actor), request.GET.get("when", "")
    today = local_day(now_of(request), tenant)
    wanted = {"coming": Q(starts_on__gt=today), "past": Q(ends_on__lt=today)}
    rows = Budget.objects.filter(wanted.get(when, Q(starts_on__lte=today, ends_on__gte=today)))
    table = paginate_table(table=BudgetTable(in_order(rows)), request=request)
    shown = [row.record for row in table.page.object_list]
    table.standings = {each.budget.pk: each for each in standings_of(shown, tenant=tenant, today=today)}
    tabs = [
        {"label": text, "url": f"?when={key}", "active": key == (when if when in wanted else "")}
        for key, text in WHEN.items()
    ]
    context = {"table": table, "tabs": tabs, "can_set": may(actor, Action.BUDGET)}
    return render(request, "fleet/budgets.html", context)


def in_order(rows: QuerySet[Budget]) -> QuerySet[Budget]:
    """The latest period first, then by cost centre."""
    return rows.select_related("cost_center").order_by("-starts_on", "cost_center__name", "pk")


@require_safe
def show_budget(request: HttpRequest, ref: str) -> HttpResponse:
    """One budget: its figures, its course, its orders."""
    actor = actor_of(request)
    budget = budget_for(actor, ref)
    tenant = own_tenant(actor)
    zone = ZoneInfo(tenant.time_zone)
    (standing,) = standings_of([budget], tenant=tenant, today=local_day(now_of(request), tenant))
    uses = orders_of(budget, zone)
    page = LazyPaginator(uses, 50).get_page(page_number(request))
    table = UseTable(with_orders(list(page.object_list)))
    context = {
        "budget": budget,
        "center": budget.cost_center,
        "days": say_days(budget),
        "standing": standing,
        "bar": draw_bar(standing),
        "course": course_of(standing, used_by_day(budget, zone)),
        "table": table,
        "page": page,
        "can_set": may(actor, Action.BUDGET),
    }
    return render(request, "fleet/budget.html", context)


def page_number(request: HttpRequest) -> int:
    """Which page of the orders is asked for."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
