"""Complaints in the portal: the list, one of them, filing, adding to it, and the answer to what is offered."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from files.attachments import keep_attachment
from files.links import file_url, photo_url
from files.photos import MOST_BYTES, PhotoRefused
from fleet import texts
from fleet.access import Action, complaint_for, may, order_for, own_tenant, require_may
from fleet.filters import ComplaintFilter
from fleet.forms import ComplaintForm, EvidenceForm
from fleet.models import Complaint, Order
from fleet.selectors.complaints import is_your_turn, legal_of, orders_beside, orders_of
from fleet.selectors.orders import timeline_of
from fleet.services import complaining
from fleet.tables import ComplaintTable
from fleet.views.acting import NoForm, actor_of, ask, attempt_form, has_seen, now_of
from repair import states
from repair.requests import ComplaintDraft
from repair.services.complaining import MOST_FILES, PURPOSE
from repair.texts import COMPLAINT_STATES
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.marks import account_view
from ui.tables import paginate_table

LARGEST_MB: Final = MOST_BYTES >> 20


@require_safe
def list_complaints(request: HttpRequest) -> HttpResponse:
    """The complaints that the filter leaves."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    found = ComplaintFilter(request.GET, queryset=Complaint.objects.all())
    table = paginate_table(table=ComplaintTable(found.qs, now=now_of(request)), request=request)
    return render(request, "fleet/complaints.html", {"filter": found, "table": table})


@require_safe
def show_complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one complaint; 204 for a page that has seen all of it."""
    actor = actor_of(request)
    complaint = complaint_for(actor, ref)
    if has_seen(request, complaint.updated_seq):
        return HttpResponse(status=204)
    legal = legal_of(complaint) if may(actor, Action.COMPLAIN) else frozenset()
    context = {
        "complaint": complaint,
        "status_label": COMPLAINT_STATES.get(complaint.status, complaint.status),
        "source_label": texts.COMPLAINT_SOURCES.get(complaint.source, complaint.source),
        "next_text": texts.COMPLAINT_NEXT.get(complaint.status, ""),
        "is_live": complaint.status != states.COMPLAINT_CLOSED,
        "is_unsolved": complaint.status in states.UNSOLVED.split(),
        "orders": orders_of(complaint),
        "timeline": timeline_of(complaint.ref),
        "legal": legal,
        "is_your_turn": is_your_turn(complaint),
        "form": EvidenceForm() if "give_evidence" in legal else None,
        "live_url": f"{request.path}?seen={complaint.updated_seq}",
        "now": now_of(request),
        **files_of(actor, complaint),
        **limits(),
    }
    return render(request, "fleet/complaint.html", context)


def limits() -> dict[str, int]:
    """How much a form takes."""
    return {"max_mb": LARGEST_MB, "max_bytes": MOST_BYTES, "most_files": MOST_FILES}


def files_of(actor: Actor, complaint: Complaint) -> dict[str, list[dict[str, str]]]:
    """Photos with what shows them, papers with what fetches them."""
    photos, papers = [], []
    for file in complaint.files.order_by("seq", "no"):
        if file.is_photo:
            thumb = photo_url(file_id=file.file_id, actor=actor, variant="thumb")
            photos.append({"name": file.name, "thumb": thumb, "url": photo_url(file_id=file.file_id, actor=actor)})
        else:
            papers.append({"name": file.name, "url": file_url(file_id=file.file_id, actor=actor)})
    return {"photos": photos, "papers": papers}


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """About an order, and about others of the same contact if they are ticked; files are stored before the book hears of it."""
    actor = actor_of(request)
    require_may(actor, Action.COMPLAIN)
    with tenant_context(own_tenant(actor)):
        order = order_for(actor, ref)
        beside = orders_beside(order)
    form = ComplaintForm(request.POST if request.method == "POST" else None, order=order, beside=beside)
    if request.method == "POST" and form.is_valid():
        filed = file_from(request, form, order)
        if filed is not None:
            return redirect(filed)
    context = {"form": form, "order": order, **limits()}
    return render(request, "fleet/complaint_new.html", context, status=422 if form.errors else 200)


def file_from(request: HttpRequest, form: ComplaintForm, order: Order) -> Complaint | None:
    """File what was typed; None when something is refused, with the reason on the form."""
    actor, now = actor_of(request), now_of(request)
    files = keep_files(request, form)
    if files is None:
        return None
    data = form.cleaned_data
    draft = ComplaintDraft(
        source="portal", text=data["text"], wish=data["wish"], contact=data["contact"], phone=data["phone"],
        files=tuple(files),
    )  # fmt: skip
    filed: list[Complaint] = []

    def save() -> None:
        with tenant_context(own_tenant(actor)):
            ids = [order.pk, *form.others]
            filed.append(complaining.file_complaint(order_ids=ids, draft=draft, actor=actor, now=now))

    return filed[0] if attempt_form(form, save) else None


def keep_files(request: HttpRequest, form: Any) -> list[UUID] | None:
    """What came with the form, stored; None when one is refused. Outside the wall."""
    uploads = [upload for upload in request.FILES.getlist("files") if upload.name]
    problem = refuse_files([upload.size or 0 for upload in uploads])
    kept: list[UUID] = []
    for upload in uploads if not problem else ():
        try:
            file = keep_attachment(
                tenant=own_tenant(actor_of(request)), name=upload.name or "file", content=upload.read(), purpose=PURPOSE,
                actor=actor_of(request), now=now_of(request),
            )  # fmt: skip
        except PhotoRefused as refusal:
            problem = f"{upload.name}: {refusal.message} {refusal.fix}"
            break
        kept.append(file.pk)
    if problem:
        form.add_error(None, problem)
        return None
    return kept


def refuse_files(sizes: Sequence[int]) -> str:
    """Why files of these sizes are not read at all; "" when they are."""
    if len(sizes) > MOST_FILES:
        return _("At most %(count)d files belong to one complaint.") % {"count": MOST_FILES}
    if any(size > MOST_BYTES for size in sizes):
        return _("A file may have %(limit_mb)s MB.") % {"limit_mb": LARGEST_MB}
    return ""


@account_view
@require_POST
def add_evidence(request: HttpRequest, ref: str) -> HttpResponse:
    """Words, photos, papers to a complaint that is not solved."""
    actor = actor_of(request)
    require_may(actor, Action.COMPLAIN)
    with tenant_context(own_tenant(actor)):
        complaint = complaint_for(actor, ref)
    form = EvidenceForm(request.POST)
    if form.is_valid():
        files = keep_files(request, form)

        def save() -> None:
            with tenant_context(own_tenant(actor)):
                complaining.add_evidence(
                    complaint_id=complaint.pk, text=form.cleaned_data["text"], files=files or (), actor=actor,
                    now=now_of(request),
                )  # fmt: skip

        if files is not None and attempt_form(form, save):
            return redirect(complaint)
    context = {"form": form, "complaint": complaint, **limits()}
    return render(request, "fleet/complaint_add.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def accept_solution(request: HttpRequest, ref: str) -> HttpResponse:
    """Take what is offered."""
    actor = actor_of(request)
    complaint = complaint_for(actor, ref)
    require_may(actor, Action.COMPLAIN)
    return ask(
        request,
        title=_("Take the solution of %(number)s?") % {"number": complaint.number},
        text=complaint.solution,
        label=_("Take it"),
        back=complaint.get_absolute_url(),
        done=_("Thank you. We close the complaint once everything is done."),
        form_class=NoForm,
        call=lambda _data: complaining.accept_solution(complaint_id=complaint.pk, actor=actor, now=now_of(request)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reopen_complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """It is not well after all."""
    actor = actor_of(request)
    complaint = complaint_for(actor, ref)
    require_may(actor, Action.COMPLAIN)
    return ask(
        request,
        title=_("Not solved: %(number)s") % {"number": complaint.number},
        text=_("Say what is still wrong. We answer within 72 hours again."),
        label=_("Send"),
        back=complaint.get_absolute_url(),
        done=_("The complaint is open again."),
        call=lambda data: complaining.reopen_complaint(
            complaint_id=complaint.pk, reason=data["reason"], actor=actor, now=now_of(request)
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """Let it be."""
    actor = actor_of(request)
    complaint = complaint_for(actor, ref)
    require_may(actor, Action.COMPLAIN)
    return ask(
        request,
        title=_("Withdraw complaint %(number)s?") % {"number": complaint.number},
        text=_("Nobody looks into it any more."),
        label=_("Withdraw it"),
        back=complaint.get_absolute_url(),
        done=_("The complaint was withdrawn."),
        is_danger=True,
        call=lambda data: complaining.withdraw_complaint(
            complaint_id=complaint.pk, reason=data["reason"], actor=actor, now=now_of(request)
        ),
    )
