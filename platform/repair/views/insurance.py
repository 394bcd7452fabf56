"""The operator's policies, and the vehicles in custody that none of them covers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from events.ids import public_id
from events.models import Fact
from repair import texts
from repair.access import WATCHERS, actor_of, read_key, staff_view
from repair.forms import PolicyForm
from repair.models import CoverKind, InsurancePolicy
from repair.selectors.incidents import gaps, open_gaps, policies_by_end
from repair.services import insuring
from repair.tables import GapTable, PolicyTable
from repair.views.asking import did
from tenants.actors import Actor, StaffRole
from ui.tables import paginate_table


def may_keep(actor: Actor) -> bool:
    """Whether `actor` keeps the register."""
    return actor.is_staff_in(StaffRole.LEAD, StaffRole.FINANCE)


@require_safe
@staff_view(*WATCHERS)
def list_policies(request: HttpRequest) -> HttpResponse:
    """The register, and above it what nothing covers now."""
    now = clock.now()
    context = {
        "gaps": GapTable(open_gaps()[:100], prefix="gap-"),
        "has_gaps": open_gaps().exists(),
        "table": paginate_table(table=PolicyTable(policies_by_end(now), now=now), request=request),
        "can_keep": may_keep(actor_of(request)),
    }
    return render(request, "repair/insurance.html", context)


@require_safe
@staff_view(*WATCHERS)
def list_gaps(request: HttpRequest) -> HttpResponse:
    """Every gap that there was, with its time: the proof of P25."""
    return render(request, "repair/cover_gaps.html", {"table": paginate_table(table=GapTable(gaps()), request=request)})


@require_safe
@staff_view(*WATCHERS)
def show_policy(request: HttpRequest, ref: str) -> HttpResponse:
    """A policy, and what became of it."""
    actor, now = actor_of(request), clock.now()
    policy = InsurancePolicy.objects.filter(pk=read_key("ins", ref)).first()
    if policy is None:
        raise Http404
    facts = Fact.objects.filter(subject=public_id("ins", policy.pk)).order_by("-id")[:20]
    history = [
        {
            "time": fact.occurred_at, "who": texts.name_actor(fact.actor_name), "icon": "shield-check",
            "title": _("Ended before its time") if fact.data["is_ended"] else _("Put into the register"),
        }
        for fact in facts
    ]  # fmt: skip
    labels = dict(CoverKind.choices)
    context = {
        "policy": policy, "ref": ref, "history": history, "kinds": [labels.get(kind, kind) for kind in policy.kinds],
        "can_end": may_keep(actor) and policy.starts_at < now < policy.ends_at,
    }  # fmt: skip
    return render(request, "repair/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*WATCHERS)
def enter_policy(request: HttpRequest) -> HttpResponse:
    """A new policy."""
    actor, now = actor_of(request), clock.now()
    if not may_keep(actor):
        raise PermissionDenied
    form = PolicyForm(request.POST or None)

    def save() -> None:
        insuring.enter_policy(draft=form.draft(), actor=actor, now=now)

    if request.method == "POST" and form.is_valid() and did(form, save):
        insuring.check_cover(now=now)
        messages.success(request, _("The policy %(number)s is in the register.") % form.cleaned_data)
        return redirect("repair:insurance")
    return render(
        request, "repair/policy_new.html", {"form": form}, status=422 if form.is_bound and form.errors else 200
    )


@require_POST
@staff_view(*WATCHERS)
def end_policy(request: HttpRequest, ref: str) -> HttpResponse:
    """Before its time, now."""
    actor, now = actor_of(request), clock.now()
    if not may_keep(actor):
        raise PermissionDenied
    try:
        policy = insuring.end_policy(policy_id=read_key("ins", ref), actor=actor, now=now)
    except InsurancePolicy.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("repair:insurance")
    insuring.check_cover(now=now)
    messages.success(request, _("The policy %(number)s has ended.") % {"number": policy.number})
    return redirect("repair:insurance")
