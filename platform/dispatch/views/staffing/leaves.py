"""Leave: requests that wait for an answer, and who is away; the lead gives, answers and ends it."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.forms import AnswerForm, LeaveForm
from dispatch.models import Leave, LeaveRequest
from dispatch.services.staffing.leaves import decide_leave, end_leave, grant_leave
from dispatch.states import REQUESTED
from dispatch.tables import LeaveTable
from dispatch.texts import LEAVE_REQUESTS
from dispatch.views.acting import actor_of, now_of
from dispatch.views.staffing.asking import ask, for_lead, for_watchers, key_of, render_page
from events.ids import public_id
from ui.tables import paginate_table

ANSWERED = 10


@require_safe
@for_watchers
def list_leaves(request: HttpRequest) -> HttpResponse:
    """What waits on top; then who is or will be away."""
    now = now_of(request)
    requests = LeaveRequest.objects.select_related("agent")
    leaves = Leave.objects.filter(ends_at__gt=now).select_related("agent").order_by("starts_at", "pk")
    waiting = [(public_id("lvr", row.pk), row) for row in requests.filter(status=REQUESTED).order_by("starts_at", "pk")]
    answered = requests.exclude(status=REQUESTED).order_by("-status_since", "-pk")[:ANSWERED]
    context = {
        "waiting": waiting,
        "answered": [(row, LEAVE_REQUESTS[row.status]) for row in answered],
        "table": paginate_table(table=LeaveTable(leaves, now=now), request=request),
    }
    return render_page(request, "leaves", context, tab="leaves")


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def grant(request: HttpRequest) -> HttpResponse:
    """Give leave; the legs of that time are listed before they are taken."""
    form = LeaveForm(request.POST if request.method == "POST" else None)
    return ask(
        request, form, title=_("Give leave"), label=_("Give"), back=reverse("dispatch:leaves"), done=_("The leave is given."),
        call=lambda seen: grant_leave(
            agent_id=form.cleaned_data["agent"].pk, starts_at=form.span[0], ends_at=form.span[1],
            reason=form.cleaned_data["reason"], confirmed=seen, actor=actor_of(request), now=now_of(request),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def end(request: HttpRequest, ref: str) -> HttpResponse:
    """The agent is back, or does not go."""
    leave = Leave.objects.select_related("agent").filter(pk=key_of("lve", ref)).first()
    if leave is None:
        raise Http404
    return ask(
        request, forms.Form(request.POST if request.method == "POST" else None),
        title=_("End the leave of %(name)s") % {"name": leave.agent.name}, label=_("End"), back=reverse("dispatch:leaves"),
        text=_("If it has begun it ends now, else it is taken back. He can be named again."), done=_("The leave is ended."),
        call=lambda _seen: end_leave(leave_id=leave.pk, actor=actor_of(request), now=now_of(request)),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def answer(request: HttpRequest, ref: str, word: str) -> HttpResponse:
    """A yes or a no to what an agent asks."""
    row = LeaveRequest.objects.select_related("agent").filter(pk=key_of("lvr", ref)).first()
    if row is None or word not in {"yes", "no"}:
        raise Http404
    is_approved = word == "yes"
    form = AnswerForm(request.POST if request.method == "POST" else None, is_needed=not is_approved)
    title = _("Give %(name)s leave") if is_approved else _("Refuse %(name)s leave")
    return ask(
        request, form, title=title % {"name": row.agent.name}, label=_("Give") if is_approved else _("Refuse"),
        is_danger=not is_approved, back=reverse("dispatch:leaves"), text=row.reason,
        done=_("The leave is given.") if is_approved else _("The agent reads why not."),
        call=lambda seen: decide_leave(
            request_id=row.pk, is_approved=is_approved, answer=form.cleaned_data["answer"], confirmed=seen,
            actor=actor_of(request), now=now_of(request),
        ),
        more={"span": (row.starts_at, row.ends_at)},
    )  # fmt: skip
