"""What a person does with an order: cancel, another time, a window, a rating."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fleet.access import Action, order_for, require_may
from fleet.forms import RatingForm, WindowForm
from fleet.selectors.costs import cancellation_fee
from fleet.services import ordering
from fleet.views.acting import act, actor_of, ask, now_of
from ui.formats import format_fen, format_moment


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, then cancel."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Cancel order %(number)s?") % {"number": order.number},
        text=say_fee(cancellation_fee(order, actor)),
        label=_("Cancel the order"),
        back=order.get_absolute_url(),
        done=_("The order was cancelled."),
        is_danger=True,
        call=lambda data: ordering.cancel_order(
            order_id=order.pk, reason=data["reason"], actor=actor, now=now_of(request)
        ),
    )


def say_fee(fee_fen: int | None) -> str:
    """What cancelling costs, before it is done."""
    if not fee_fen:
        return _("The vehicle is not fetched. No fee is due.")
    return _("The vehicle is not fetched. A fee of %(amount)s is due.") % {"amount": format_fen(amount_fen=fee_fen)}


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
