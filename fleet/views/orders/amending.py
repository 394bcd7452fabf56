"""J26: an order is changed before its vehicle is fetched; what somebody else changed meanwhile is said first."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet import states
from fleet.access import Action, order_for, require_may
from fleet.forms import AmendForm
from fleet.models import CostCenter, Order, Site
from fleet.services import ordering
from fleet.views.acting import actor_of, attempt_form, now_of
from repair.requests import Amendment

PLACE: Final = ("site_code", "address", "lat", "lng")


@require_http_methods(["GET", "HEAD", "POST"])
def amend_order(request: HttpRequest, ref: str) -> HttpResponse:
    """The form with everything that may be changed; only what differs is sent on."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    if order.status not in states.AMENDABLE:
        messages.error(request, _("The order cannot be changed any more."))
        return redirect(order)
    form = make_form(request, order)
    if request.method == "POST" and form.is_valid() and is_as_seen(request, order, form):
        amendment = Amendment(**form.changes_of(order))
        if attempt_form(
            form,
            lambda: ordering.amend_order(order_id=order.pk, amendment=amendment, actor=actor, now=now_of(request)),
        ):
            messages.success(request, _("The order was changed."))
            return redirect(order)
    context = {"order": order, "form": form, "seen": order.updated_seq}
    return render(request, "fleet/order_amend.html", context, status=422 if form.errors else 200)


def make_form(request: HttpRequest, order: Order) -> AmendForm:
    """With what the order holds, and the tenant's sites and cost centres to choose from."""
    sites = {site.code: site for site in Site.objects.filter(is_active=True).order_by("code")}
    centers = list(CostCenter.objects.filter(is_active=True).order_by("name").values_list("name", flat=True))
    return AmendForm(request.POST if request.method == "POST" else None, order=order, sites=sites, cost_centers=centers)


def is_as_seen(request: HttpRequest, order: Order, form: AmendForm) -> bool:
    """Whether nobody has changed the order since the form was opened; else the form says which values stand now."""
    if request.POST.get("seen", str(order.updated_seq)) == str(order.updated_seq):
        return True
    changed = [name for name in form.fields if name in form.initial and was_changed(request, form, name)]
    if not changed:
        return True
    names = ", ".join(str(form.fields[name].label) for name in changed)
    text = _("Somebody has changed this order meanwhile: %(names)s. Look at what it says now; save again to put yours.")
    form.add_error(None, text % {"names": names})
    return False


def was_changed(request: HttpRequest, form: AmendForm, name: str) -> bool:
    """Whether the order holds another value than the form was opened with."""
    before: Any = request.POST.get(f"was-{name}")
    return before is not None and before != form.written(name)
