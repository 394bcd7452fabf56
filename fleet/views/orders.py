"""Orders: the list, its export, the page of one, and what a person does there."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.ids import public_id
from fleet import states, texts, timeline
from fleet.access import Action, may, order_for, own_tenant, require_may
from fleet.filters import OrderFilter
from fleet.forms import RatingForm, WindowForm
from fleet.intake.values import parse_fen
from fleet.intake.writing import safe_cell
from fleet.models import Order, OrderEstimate
from fleet.selectors.orders import WAITING_FOR_YOU, count_waiting, holder_of, late_q, timeline_of, waiting_estimates
from fleet.selectors.settings import limit_of
from fleet.services import ordering
from fleet.tables import EstimateTable, OrderTable
from fleet.views.acting import act, actor_of, ask, now_of
from repair import states as jobs
from repair.requests import LineChoice
from repair.services.approving import Decision
from tenants.actors import Actor
from tenants.context import tenant_context
from ui.formats import format_moment, format_plain_fen
from ui.tables import paginate_table

PAGE: Final = 1_000
EXPORTED: Final[tuple[tuple[str, Any], ...]] = (
    ("number", _l("Order")), ("external_ref", _l("Your reference")), ("plate", _l("Plate")),
    ("vin", _l("VIN")), ("model", _l("Model")), ("service", _l("Service")),
    ("status", _l("Status")), ("description", _l("Description")), ("site_code", _l("Site")),
    ("address", _l("Address")), ("contact", _l("Contact")), ("phone", _l("Phone")),
    ("window_start", _l("Window start")), ("window_end", _l("Window end")),
    ("promised_return_at", _l("Promised return")), ("agent_name", _l("Agent")),
    ("workshop", _l("Workshop")), ("cost_center", _l("Cost centre")),
    ("po_number", _l("Purchase order")), ("approved_fen", _l("Approved (yuan)")),
)  # fmt: skip


@require_safe
def list_orders(request: HttpRequest) -> HttpResponse:
    """The orders that the filter leaves."""
    require_may(actor_of(request), Action.READ)
    now = now_of(request)
    found = OrderFilter(request.GET, queryset=Order.objects.all(), now=now)
    table = paginate_table(table=OrderTable(found.qs), request=request)
    context = {
        "filter": found,
        "table": table,
        "query": request.GET.urlencode(),
        "can_submit": may(actor_of(request), Action.SUBMIT),
    }
    return render(request, "fleet/orders.html", context)


@require_safe
def export_orders(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV, read page by page: each page is an entry of its own."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    found = OrderFilter(request.GET, queryset=Order.objects.order_by("-pk"), now=now_of(request))
    rows = found.qs  # the filter reads the book's choices here, inside the wall; the rows are read later
    response = StreamingHttpResponse(export_pages(actor, rows), content_type="text/csv; charset=utf-8")
    response.is_walled = True  # type: ignore[attr-defined]
    response.headers["Content-Disposition"] = (
        f'attachment; filename="orders-{timezone.localtime(now_of(request)):%Y%m%d-%H%M}.csv"'
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def export_pages(actor: Actor, rows: Any) -> Iterator[bytes]:
    """Header, then page after page by key; nothing is yielded inside the tenant."""
    last: UUID | None = None
    with translation.override(actor.language):
        yield b"\xef\xbb\xbf" + csv_lines([[str(label) for _name, label in EXPORTED]])
    while True:
        with tenant_context(own_tenant(actor)):
            page = list((rows.filter(pk__lt=last) if last else rows)[:PAGE])
        if not page:
            return
        last = page[-1].pk
        with translation.override(actor.language), timezone.override(ZoneInfo(actor.time_zone)):
            lines = csv_lines([[export_value(name, getattr(row, name)) for name, _label in EXPORTED] for row in page])
        yield lines


def export_value(name: str, value: Any) -> str:
    """A cell of the export: words for codes, local times, yuan."""
    if value is None:
        return ""
    labels: dict[str, dict[str, Any]] = {"status": texts.ORDER_STATES, "service": texts.SERVICES}
    if name in labels:
        return str(labels[name].get(value, value))
    if name == "approved_fen":
        return format_plain_fen(amount_fen=value) if value else ""
    if name in {"window_start", "window_end", "promised_return_at"}:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value)


def csv_lines(rows: list[list[str]]) -> bytes:
    """Lines of CSV in which no cell runs as a formula."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode()


@require_safe
def list_approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision of the tenant."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = paginate_table(table=EstimateTable(waiting_estimates()), request=request)
    limit = limit_of(actor.roles) if may(actor, Action.DECIDE) else None
    return render(request, "fleet/approvals.html", {"table": table, "limit_fen": limit, "count": count_waiting()})


@require_safe
def show_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one order, what happens now first."""
    actor, now = actor_of(request), now_of(request)
    order = order_for(actor, ref)
    estimates = list(OrderEstimate.objects.filter(order=order).prefetch_related("lines").order_by("-version"))
    waiting = next((e for e in estimates[:1] if not e.decision and order.status in WAITING_FOR_YOU), None)
    can_submit, can_decide = may(actor, Action.SUBMIT), may(actor, Action.DECIDE)
    context = {
        "order": order,
        "vehicle_ref": public_id("veh", order.vehicle_id),
        "status_label": texts.ORDER_STATES.get(order.status, order.status),
        "next_text": texts.NEXT.get(order.status, ""),
        "service_label": texts.SERVICES.get(order.service, order.service),
        "channel_label": texts.CHANNELS.get(order.channel, order.channel),
        "holder": holder_of(order),
        "is_live": order.status not in states.OVER,
        "is_late": Order.objects.filter(late_q(now), pk=order.pk).exists(),
        "timeline": timeline_of(order.ref),
        "estimates": [show_estimate(estimate) for estimate in estimates],
        "waiting": show_estimate(waiting) if waiting else None,
        "windows": list(order.windows.order_by("no")) if can_submit else [],
        "limit_fen": limit_of(actor.roles) if waiting and can_decide else None,
        "can_decide": can_decide,
        "can_cancel": can_submit and order.status in states.CANCELLABLE,
        "can_reschedule": can_submit and order.status in states.AMENDABLE,
        "can_rate": can_submit and order.status == jobs.DELIVERED,
        "now": now,
        "window": timeline.span(order.window_start.isoformat(), order.window_end.isoformat()),
        "points": [map_point(order)],
    }
    return render(request, "fleet/order.html", context)


def map_point(order: Order) -> dict[str, Any]:
    """Where the vehicle is fetched."""
    return {
        "lat": order.lat,
        "lng": order.lng,
        "label": order.site_code or order.address,
        "kind": "site",
        "tone": "active",
    }


def show_estimate(estimate: OrderEstimate) -> dict[str, Any]:
    """An estimate with its lines and their words."""
    lines = sorted(estimate.lines.all(), key=lambda line: line.no)
    return {
        "estimate": estimate,
        "decision": texts.DECISIONS.get(estimate.decision, estimate.decision),
        "lines": [
            {
                "line": line,
                "kind": texts.LINE_KINDS.get(line.kind, line.kind),
                "decision": texts.DECISIONS.get(line.decision, line.decision),
                "amount": format_plain_fen(amount_fen=line.amount_fen),
            }
            for line in lines
        ],
    }


DECISIONS: Final[dict[str, Decision]] = {"approve": "approve", "send_back": "send_back", "reject": "reject"}


@require_POST
def decide_estimate(request: HttpRequest, ref: str, version: int) -> HttpResponse:
    """Approve (whole, in part, or less), send back or reject."""
    actor, now = actor_of(request), now_of(request)
    order = order_for(actor, ref)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        return redirect(order)
    choices, problems = read_choices(request) if decision == "approve" else ([], [])
    if problems:
        messages.error(request, " ".join(problems))
        return redirect(order)
    done = {
        "approve": _("Your decision was sent to the workshop."),
        "send_back": _("The estimate was sent back to the workshop."),
        "reject": _("The estimate was rejected; the vehicle comes back without repair."),
    }[decision]
    return act(
        request,
        lambda: ordering.decide_order_estimate(
            order_id=order.pk, version=version, decision=decision, choices=choices,
            reason=request.POST.get("reason", "")[:1_000], actor=actor, now=now,
        ),
        done=done,
        back=order.get_absolute_url(),
    )  # fmt: skip


def read_choices(request: HttpRequest) -> tuple[list[LineChoice], list[str]]:
    """The choice of each line, and what cannot be read; a line that the form does not name is approved whole."""
    choices: list[LineChoice] = []
    problems: list[str] = []
    for name in request.POST:
        if not name.startswith("line-") or not name[5:].isdecimal() or len(name) > 10:
            continue
        no = int(name[5:])
        amount = read_fen(request.POST.get(f"amount-{no}", ""))
        if amount is not None and amount < 0:
            problems.append(_("Line %(no)d: give an amount in yuan.") % {"no": no})
        is_approved = request.POST[name] == "approve"
        reason = request.POST.get(f"reason-{no}", "")[:300]
        choices.append(
            LineChoice(no=no, is_approved=is_approved, amount_fen=amount if is_approved else None, reason=reason)
        )
    return choices, problems


def read_fen(text: str) -> int | None:
    """Yuan as typed in fen; None for nothing, -1 for what is no amount."""
    parsed = parse_fen(text.strip())
    return parsed if parsed is None or isinstance(parsed, int) else -1


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, then cancel."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Cancel order %(number)s?") % {"number": order.number},
        text=_("The vehicle is not fetched. Depending on your agreement a fee may be charged."),
        label=_("Cancel the order"),
        back=order.get_absolute_url(),
        done=_("The order was cancelled."),
        is_danger=True,
        call=lambda data: ordering.cancel_order(
            order_id=order.pk, reason=data["reason"], actor=actor, now=now_of(request)
        ),
    )


@require_POST
def choose_window(request: HttpRequest, ref: str) -> HttpResponse:
    """Take one of the windows that were offered."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    text = request.POST.get("window", "")
    no = int(text) if text.isdecimal() and len(text) < 5 else 0
    return act(
        request,
        lambda: ordering.choose_window(order_id=order.pk, no=no, actor=actor, now=now_of(request)),
        done=_("The new window is booked."),
        back=order.get_absolute_url(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reschedule_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Another time for the pick-up."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Another time for %(number)s") % {"number": order.number},
        text=_("Now: %(window)s")
        % {"window": f"{format_moment(moment=order.window_start)} – {format_moment(moment=order.window_end)}"},
        label=_("Change the time"),
        back=order.get_absolute_url(),
        done=_("The new window is booked."),
        form_class=WindowForm,
        call=lambda data: ordering.reschedule(
            order_id=order.pk, window=(data["start"], data["end"]), actor=actor, now=now_of(request)
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def rate_order(request: HttpRequest, ref: str) -> HttpResponse:
    """How it went."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Rate order %(number)s") % {"number": order.number},
        text="",
        label=_("Send"),
        back=order.get_absolute_url(),
        done=_("Thank you for telling us."),
        form_class=RatingForm,
        call=lambda data: ordering.rate_order(
            order_id=order.pk, score=int(data["score"]), comment=data["comment"], actor=actor, now=now_of(request)
        ),
    )
