"""Deputies: who stands in for whom, and the form that names one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.access import Action, delegation_for, may, own_tenant, require_may
from fleet.models import Delegation
from fleet.selectors.limits import DECIDERS
from fleet.services.approvals.delegating import delegate, revoke_delegation
from fleet.views.acting import NoForm, actor_of, ask, attempt_form, now_of
from fleet.views.approvals.forms import DelegationForm
from fleet.views.approvals.tables import DelegationTable
from tenants.people.selectors import ask_colleagues
from ui.tables import paginate_table


@require_safe
def list_delegations(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = DelegationTable(Delegation.objects.order_by("-starts_at", "-pk"))
    table.reader, table.now, table.is_admin = actor, now_of(request), may(actor, Action.CONFIGURE)
    paginate_table(table=table, request=request)
    context = {"table": table, "can_delegate": may(actor, Action.DECIDE)}
    return render(request, "fleet/delegations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_delegation(request: HttpRequest) -> HttpResponse:
    """Name a deputy for oneself; an administrator for anybody."""
    actor = actor_of(request)
    require_may(actor, Action.DECIDE)
    people = ask_colleagues(tenant_id=own_tenant(actor).pk, roles=DECIDERS)
    is_admin = may(actor, Action.CONFIGURE)
    form = DelegationForm(
        request.POST if request.method == "POST" else None, people=people, own_id=actor.id, is_admin=is_admin
    )

    def save() -> None:
        delegate(**form.terms, actor=actor, now=now_of(request))

    if request.method == "POST" and form.is_valid() and attempt_form(form, save):
        return redirect("fleet:delegations")
    context = {"title": _("Name a deputy"), "form": form, "can_save": True, "back": reverse("fleet:delegations")}
    return render(request, "fleet/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then take it back."""
    actor = actor_of(request)
    require_may(actor, Action.DECIDE)
    row = delegation_for(actor, ref)
    facts = {"principal": row.principal_name, "deputy": row.deputy_name}
    return ask(
        request,
        title=_("Take the delegation back?"),
        text=_("%(deputy)s no longer stands in for %(principal)s. What was decided stays.") % facts,
        label=_("End it now"),
        back=reverse("fleet:delegations"),
        done=_("The delegation was taken back."),
        is_danger=True,
        form_class=NoForm,
        call=lambda _data: revoke_delegation(delegation_id=row.pk, actor=actor, now=now_of(request)),
    )
