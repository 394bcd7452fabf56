"""Who may approve how much: the limits in the order in which they are tried, and the form of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.access import Action, limit_row_for, may, own_tenant, require_may
from fleet.approving.words import say_limit
from fleet.models import ApprovalLimit
from fleet.selectors.limits import DECIDERS, ROLES, all_limits, is_general, standard_of
from fleet.services.approvals.limits import remove_limit, save_limit
from fleet.views.acting import NoForm, actor_of, ask, attempt_form, now_of
from fleet.views.approvals.forms import LimitForm
from fleet.views.approvals.tables import LimitTable
from tenants.people.selectors import ask_colleagues
from ui.tables import paginate_table


@require_safe
def list_limits(request: HttpRequest) -> HttpResponse:
    """All limits; whoever may read the book may know who approves what."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = paginate_table(table=LimitTable(all_limits()), request=request)
    table.can_change = may(actor, Action.CONFIGURE)
    return render(request, "fleet/approval_limits.html", {"table": table, "can_configure": table.can_change})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_limit(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Add a limit, or change one; `?role=` begins with the standard of a role."""
    actor = actor_of(request)
    require_may(actor, Action.CONFIGURE)
    held = limit_row_for(actor, ref) if ref else None
    people = ask_colleagues(tenant_id=own_tenant(actor).pk, roles=DECIDERS)
    shown = held or standard(request.GET.get("role", ""))
    form = LimitForm(request.POST if request.method == "POST" else None, people=people, held=shown)

    def save() -> None:
        save_limit(limit_id=held.pk if held else None, terms=form.terms, actor=actor, now=now_of(request))

    if request.method == "POST" and form.is_valid() and attempt_form(form, save):
        return redirect("fleet:approval_limits")
    context = {
        "title": say_limit(held) if held else _("Add a limit"),
        "form": form,
        "can_save": True,
        "back": reverse("fleet:approval_limits"),
        "remove_url": reverse("fleet:approval_limit_remove", args=[held.ref]) if held else "",
    }
    return render(request, "fleet/approval_edit.html", context, status=422 if form.errors else 200)


def standard(role: str) -> ApprovalLimit | None:
    """The standard of a role that a form begins with; None for no role."""
    return standard_of(role) if role in ROLES else None


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then take the limit away."""
    actor = actor_of(request)
    require_may(actor, Action.CONFIGURE)
    held = limit_row_for(actor, ref)
    text = _("Whoever it was for is judged by the other limits from now on.")
    if is_general(held):
        text = _(
            "The standard of the role holds from now on. To let the role approve nothing, change the limit instead."
        )
    return ask(
        request,
        title=_("Remove “%(limit)s”?") % {"limit": say_limit(held)},
        text=text,
        label=_("Remove"),
        back=reverse("fleet:approval_limits"),
        done=_("The limit was removed."),
        is_danger=True,
        form_class=NoForm,
        call=lambda _data: remove_limit(limit_id=held.pk, actor=actor, now=now_of(request)),
    )
