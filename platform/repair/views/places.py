"""Workshops with their bays, and customers with their terms."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config import clock
from events.ids import public_id
from events.models import Fact
from partners.desk.models import TenantTerms
from partners.desk.services.terms import may_set_credit_hold, set_credit_hold
from repair import states, texts
from repair.access import DESK, READERS, WATCHERS, actor_of, is_watcher, jobs_for, staff_view, tenant_for
from repair.forms import CreditHoldForm
from repair.models import Job
from repair.selectors import jobs as reads
from repair.tables import JobTable, TenantTable
from repair.views.asking import did, is_dialog
from tenants.actors import StaffRole
from tenants.models import Tenant
from ui.tables import paginate_table


@require_safe
@staff_view(*DESK, StaffRole.WORKSHOP)
def list_workshops(request: HttpRequest) -> HttpResponse:
    """Bays taken on each of the next days, and the jobs in hand; a workshop sees itself."""
    actor, now = actor_of(request), clock.now()
    own = None if is_watcher(actor) else [actor.workshop_id] if actor.workshop_id else []
    loads = reads.load_of_workshops(now=now, workshop_ids=own)
    context = {"loads": loads, "days": [day for day, _taken, _bays in loads[0].days] if loads else []}
    return render(request, "repair/workshops.html", context)


@require_safe
@staff_view(*WATCHERS)
def list_tenants(request: HttpRequest) -> HttpResponse:
    """Customers, with what is open for each."""
    now = clock.now()
    rows = reads.count_by_tenant(Job.objects.all(), now=now)
    known = {row["tenant_id"] for row in rows}
    blank = {"open": 0, "waiting": 0, "custody": 0, "late": 0, "held": 0}
    for tenant in Tenant.objects.exclude(pk__in=known).exclude(state=Tenant.State.CLOSED).order_by("name"):
        rows.append({"tenant_id": tenant.pk, "tenant__name": tenant.name, "tenant__kind": tenant.kind, **blank})
    table = TenantTable(rows)
    return render(request, "repair/tenants.html", {"table": paginate_table(table=table, request=request)})


@require_safe
@staff_view(*READERS)
def show_tenant(request: HttpRequest, ref: str) -> HttpResponse:
    """A customer: its terms, and its open jobs."""
    actor, now = actor_of(request), clock.now()
    if not is_watcher(actor):
        return redirect("repair:jobs")
    tenant = tenant_for(ref)
    jobs = reads.list_jobs(jobs_for(actor).filter(tenant=tenant, status__in=states.OPEN.split()))
    counts: list[dict[str, Any]] = reads.count_by_tenant(Job.objects.filter(tenant=tenant), now=now)
    context = {
        "tenant": tenant,
        "ref": ref,
        "terms": TenantTerms.objects.filter(tenant=tenant).first(),
        "can_hold": may_set_credit_hold(actor),
        "counts": counts[0] if counts else {},
        "table": paginate_table(table=JobTable(jobs, now=now, exclude=("tenant",)), request=request),
        "history": history_of(tenant),
    }
    return render(request, "repair/tenant.html", context)


def history_of(tenant: Tenant) -> list[dict[str, Any]]:
    """When its orders were held, and why."""
    facts = Fact.objects.filter(subject=public_id("ten", tenant.pk), type="terms.credit_hold_set").order_by("-id")[:10]
    return [
        {
            "time": fact.occurred_at,
            "who": texts.name_actor(fact.actor_name),
            "title": _("New orders held") if fact.data["is_on_credit_hold"] else _("New orders let through"),
            "text": fact.data["why"],
            "icon": "hand-stop" if fact.data["is_on_credit_hold"] else "check",
            "tone": "bad" if fact.data["is_on_credit_hold"] else "good",
        }
        for fact in facts
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.FINANCE, StaffRole.LEAD)
def hold_tenant(request: HttpRequest, ref: str) -> HttpResponse:
    """Hold a customer's new orders, or let them through again."""
    actor, tenant = actor_of(request), tenant_for(ref)
    is_held = TenantTerms.objects.filter(tenant=tenant, is_on_credit_hold=True).exists()
    form = CreditHoldForm(request.POST if request.method == "POST" else None)

    def save() -> None:
        wanted = request.POST.get("is_on_hold") == "yes"  # what the page showed, should somebody have been faster
        set_credit_hold(
            tenant_id=tenant.pk, is_on_hold=wanted, reason=form.cleaned_data["reason"], actor=actor, now=clock.now()
        )

    if request.method == "POST" and form.is_valid() and did(form, save):
        messages.success(request, _("Saved."))
        return redirect("repair:tenant", ref=ref)
    context = {"tenant": tenant, "ref": ref, "is_held": is_held, "form": form}
    template = "repair/tenant_hold_dialog.html" if is_dialog(request) else "repair/tenant_hold.html"
    return render(request, template, context, status=422 if form.errors else 200)
