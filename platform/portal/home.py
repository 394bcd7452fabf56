"""The tenant's first page: what needs somebody today, and how everything stands, for its kind of business."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config import clock
from fleet import texts
from fleet.access import Action, may, own_tenant, require_may
from fleet.models import Batch, Order
from fleet.selectors import figures
from fleet.selectors.batches import summarise
from fleet.selectors.figures import Headline
from fleet.selectors.orders import count_by_stage, count_by_state, todays_pickups, waiting_estimates
from portal.charts import Chart, bars, day_line, money_bars, month_bars
from tenants.actors import Actor
from tenants.models import Tenant
from ui.formats import format_duration, format_fen

SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that leads to what is behind it; `tone` shows only while there is something."""

    label: str
    value: Any
    icon: str
    url: str = ""
    tone: str = "neutral"
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class OrderList:
    """A short list of orders; `moment` names the column whose time stands beside each."""

    title: str
    orders: list[dict[str, Any]]
    empty: str
    icon: str


@dataclass(kw_only=True)
class Page:
    """What a kind of tenant sees first."""

    tiles: list[Tile] = field(default_factory=list)
    lists: list[OrderList] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """The first page; without any order it says what to do first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require_may(actor, Action.READ)
    now = clock.now(actor.tenant)
    headline = figures.read_headline(now)
    page = KINDS.get(own_tenant(actor).kind, build_fleet)(headline, now)
    context = {
        "page": page,
        "waiting": list(waiting_estimates()[:SHOWN]),
        "batches": [show_batch(item) for item in summarise(list(Batch.objects.order_by("-pk")[:5]))],
        "today": timezone.localtime(now),
        "has_orders": bool(headline.open) or Order.objects.exists(),
        "can_submit": may(actor, Action.SUBMIT),
    }
    return render(request, "portal/home.html", context)


def orders_url(query: str) -> str:
    """The order list, narrowed."""
    return f"{reverse('fleet:orders')}?{query}"


def waiting_tile(headline: Headline) -> Tile:
    """What waits for a decision."""
    tone = "warn" if headline.waiting else "neutral"
    return Tile(_("Waiting for your approval"), headline.waiting, "checks", reverse("fleet:approvals"), tone)


def late_tile(headline: Headline) -> Tile:
    """What is not where it was promised to be."""
    tone = "bad" if headline.late else "neutral"
    return Tile(_("Late"), headline.late, "alert-triangle", orders_url("group=late"), tone)


def open_tile(headline: Headline) -> Tile:
    """All that goes on."""
    return Tile(_("Open orders"), headline.open, "clipboard-list", orders_url("group=open"))


def pickup_tile(headline: Headline, now: datetime) -> Tile:
    """Today's pick-ups."""
    today = f"{timezone.localtime(now):%Y-%m-%d}"
    return Tile(
        _("Pick-ups today"), headline.pickups, "steering-wheel", orders_url(f"group=open&day={today}&until={today}")
    )


def stage_chart() -> Chart:
    """Open orders by stage, in the order of an order's way."""
    stages = count_by_stage(count_by_state())
    named = [(str(texts.STAGES[name]), count) for name, count in stages.items()]
    return bars(_("Open orders by state"), _("Orders"), named, empty=_("No order is open."))


def trend_chart(now: datetime) -> Chart:
    """Orders placed day by day."""
    title = _("Orders placed in the last %(days)d days") % {"days": figures.DAYS}
    return day_line(title, _("Orders"), figures.placed_by_day(now), empty=_("None was placed in this time."))


def pickups_list(now: datetime) -> OrderList:
    """Who is fetched today."""
    rows = [show_line(order, order.window_start, order.window_end) for order in todays_pickups(now)[:SHOWN]]
    return OrderList(title=_("Pick-ups today"), orders=rows, empty=_("No pick-ups today"), icon="steering-wheel")


def returns_list(now: datetime) -> OrderList:
    """What is promised back until tomorrow."""
    rows = [show_line(order, order.promised_return_at) for order in figures.returns_due(now)[:SHOWN]]
    title, empty = _("Promised back until tomorrow"), _("Nothing is promised back until tomorrow")
    return OrderList(title=title, orders=rows, empty=empty, icon="truck-return")


def show_line(order: Order, start: datetime | None, end: datetime | None = None) -> dict[str, Any]:
    """An order in a short list, with its time."""
    return {"order": order, "label": texts.ORDER_STATES.get(order.status, order.status), "start": start, "end": end}


def show_batch(item: Any) -> dict[str, Any]:
    """A batch in a short list."""
    return {"item": item, "label": texts.BATCH_STATES.get(item.status, item.status)}


def build_fleet(headline: Headline, now: datetime) -> Page:
    """A fleet: what moves today, and which cost centre pays how much."""
    spent = [(name or _("Without a cost centre"), fen) for name, fen in figures.spend_by_center(now)]
    total = format_fen(amount_fen=sum(fen for _name, fen in spent))
    return Page(
        tiles=[
            open_tile(headline), waiting_tile(headline), pickup_tile(headline, now), late_tile(headline),
            Tile(_("Approved this month"), total, "wallet"),
        ],
        lists=[pickups_list(now)],
        charts=[
            stage_chart(),
            money_bars(
                _("Approved this month by cost centre"), _("Approved (yuan)"), spent,
                empty=_("Nothing was approved this month yet."),
            ),
            trend_chart(now),
        ],
    )  # fmt: skip


def build_insurer(headline: Headline, now: datetime) -> Page:
    """An insurer: what waits for its yes, how much was asked and granted, and how long it took to say so."""
    month = figures.decided_since(figures.month_start(now))
    waited = format_duration(duration=month.waited) if month.waited is not None else "–"
    return Page(
        tiles=[
            waiting_tile(headline),
            Tile(_("Asked this month"), format_fen(amount_fen=month.asked_fen), "file-invoice"),
            Tile(_("Approved this month"), format_fen(amount_fen=month.approved_fen), "wallet"),
            Tile(
                _("Time to decide, this month"), waited, "clock",
                hint=_("%(count)d estimates") % {"count": month.count},
            ),
            open_tile(headline),
        ],
        lists=[returns_list(now)],
        charts=[
            month_bars(
                _("Asked and approved by month"), figures.decided_by_month(now), empty=_("No estimate was decided yet.")
            ),
            stage_chart(),
            trend_chart(now),
        ],
    )  # fmt: skip


def build_dealer(headline: Headline, now: datetime) -> Page:
    """A dealer: whose vehicle goes back when, and what its customers come for."""
    services = [(str(texts.SERVICES.get(name, name)), count) for name, count in figures.count_open_by("service")]
    return Page(
        tiles=[
            Tile(_("Promised back today"), headline.returns, "calendar-event"),
            Tile(_("Going back"), headline.going_back, "truck-return"),
            late_tile(headline), waiting_tile(headline), open_tile(headline),
        ],
        lists=[returns_list(now), pickups_list(now)],
        charts=[
            bars(_("Open orders by service"), _("Orders"), services, empty=_("No order is open.")),
            stage_chart(),
            trend_chart(now),
        ],
    )  # fmt: skip


def build_rental(headline: Headline, now: datetime) -> Page:
    """A rental firm: the vehicles that earn nothing, where they are missed, and since when."""
    away = figures.off_road()
    sites = [(name or _("Without a site"), count) for name, count in figures.count_open_by("site_code", rows=away)]
    longest = [show_line(order, order.window_start) for order in away.order_by("window_start", "pk")[:SHOWN]]
    empty = _("Every vehicle is on the road")
    return Page(
        tiles=[
            Tile(_("Off the road"), headline.off_road, "car-off", tone="warn" if headline.off_road else "neutral"),
            Tile(_("Promised back today"), headline.returns, "calendar-event"),
            late_tile(headline), waiting_tile(headline), pickup_tile(headline, now),
        ],
        lists=[
            OrderList(title=_("Longest off the road"), orders=longest, empty=empty, icon="car"),
            returns_list(now),
        ],
        charts=[
            bars(_("Off the road by site"), _("Vehicles"), sites, empty=empty, tone="warn"),
            stage_chart(),
            trend_chart(now),
        ],
    )  # fmt: skip


KINDS: Final[dict[str, Callable[[Headline, datetime], Page]]] = {
    Tenant.Kind.FLEET: build_fleet,
    Tenant.Kind.INSURER: build_insurer,
    Tenant.Kind.DEALER: build_dealer,
    Tenant.Kind.RENTAL: build_rental,
}
