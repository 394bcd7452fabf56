"""VAT rates: which hold, which are to be confirmed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from config import clock
from partners.desk.access import READERS
from partners.desk.days import local_day
from partners.desk.forms import VatForm, fen
from partners.desk.ids import read_key
from partners.desk.models import VatRate
from partners.desk.services import taxes
from tenants.actors import StaffRole, actor_of
from tenants.people.asking import did
from tenants.people.doors import staff_view


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*READERS)
def show_rates(request: HttpRequest) -> HttpResponse:
    """Every rate with its days; finance sets the next one."""
    actor, now = actor_of(request), clock.now()
    form = VatForm(request.POST if request.method == "POST" else None)

    def save() -> None:
        data = form.cleaned_data
        taxes.set_vat_rate(
            group=data["group"], rate_bp=fen(data["rate"]) or 0, valid_from=data["valid_from"], actor=actor, now=now
        )

    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("Saved."))
        return redirect("agreements:vat")
    today = local_day(now)
    rates = VatRate.objects.exclude(during__isempty=True).order_by("group", "-during")
    context = {
        "rates": [
            {"rate": rate, "percent": f"{rate.rate_bp / 100:g}", "holds": today in rate.during} for rate in rates
        ],
        "form": form,
        "can_set": actor.is_staff_in(StaffRole.FINANCE),
    }
    return render(request, "partners/vat.html", context, status=422 if form.errors else 200)


@require_POST
@staff_view(StaffRole.FINANCE)
def confirm_rate(request: HttpRequest, ref: str) -> HttpResponse:
    """Finance says that a rate is right."""
    taxes.confirm_vat_rate(rate_id=read_key("vat", ref), actor=actor_of(request), now=clock.now())
    messages.success(request, _("Confirmed."))
    return redirect("agreements:vat")
