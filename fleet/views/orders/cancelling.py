"""Several orders are cancelled together: asked once, told for each, and the list of what became of them as a file."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fleet import states, texts
from fleet.access import Action, own_tenant, require_may
from fleet.errors import NotValid
from fleet.services import cancelling
from fleet.views.acting import ReasonForm, actor_of, now_of
from fleet.views.outgoing import CSV, as_download, results_csv
from tenants.context import tenant_context
from tenants.marks import account_view

FIELD: Final = "pick"


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_picked(request: HttpRequest) -> HttpResponse:
    """Ask why for all of them; then each with its result."""
    actor = actor_of(request)
    require_may(actor, Action.SUBMIT)
    refs = [*request.GET.getlist(FIELD), *request.POST.getlist(FIELD)]
    form = ReasonForm(request.POST if request.method == "POST" else None)
    try:
        orders = cancelling.orders_of(refs=refs, actor=actor)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            done = cancelling.cancel_many(refs=refs, reason=reason, actor=actor, now=now_of(request))
            results = [(order, outcome.is_done, outcome.message or _("Cancelled")) for order, outcome in done]
            context = {"results": results, "done": sum(is_done for _order, is_done, _text in results)}
            return render(request, "fleet/orders_cancelled.html", context)
    except NotValid as error:
        return render(request, "fleet/orders_cancel.html", {"form": form, "problem": error.message}, status=422)
    possible = [order for order in orders if order.status in states.CANCELLABLE]
    context = {
        "form": form,
        "orders": [(order, texts.ORDER_STATES.get(order.status, order.status)) for order in orders],
        "count": len(possible),
        "kept": len(orders) - len(possible),
    }
    return render(request, "fleet/orders_cancel.html", context, status=422 if form.errors else 200)


@account_view
@require_POST
def download_results(request: HttpRequest) -> HttpResponse:
    """What has become of these orders, as CSV: read in a stay, made outside the wall."""
    actor = actor_of(request)
    try:
        with tenant_context(own_tenant(actor)):
            orders = cancelling.orders_of(refs=request.POST.getlist(FIELD), actor=actor)
    except NotValid:
        return redirect("fleet:orders")
    return as_download(results_csv([(None, order) for order in orders]), "cancelled-orders.csv", CSV)
