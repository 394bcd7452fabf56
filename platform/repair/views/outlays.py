"""Money laid out: noted by an agent on his phone or by a dispatcher, with a photo of the receipt; struck out, and fees waived."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config import clock
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
from partners.desk.forms import ReasonForm
from repair.access import actor_of, job_for, read_key, staff_view
from repair.costing.words import PAID_FOR
from repair.forms.outlays import OutlayForm
from repair.ids import job_ref
from repair.models import Disbursement, Fee, Job
from repair.selectors.handover import read_stop
from repair.services import fees, laying_out
from repair.views.asking import did
from repair.views.handover import of_agent, own_leg
from tenants.actors import StaffRole
from ui.asking import render_question
from ui.formats import format_fen


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.DISPATCHER, StaffRole.LEAD)
def lay_out(request: HttpRequest, ref: str) -> HttpResponse:
    """By a dispatcher, at the job's page."""
    job = job_for(actor_of(request), ref)
    return take_outlay(request, job, back=reverse("repair:job", args=[ref]))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.AGENT)
def lay_out_on_the_way(request: HttpRequest, ref: str) -> HttpResponse:
    """By the agent, at the page of his trip: for the job that the money was for."""
    stop = read_stop(own_leg(request, ref))
    jobs = [job for job in stop.jobs if job.status not in laying_out.CLOSED]
    if not jobs:
        raise Http404
    chosen = next((job for job in jobs if job_ref(job.pk) == request.GET.get("job")), jobs[0])
    job = Job.objects.select_related("tenant").get(pk=chosen.pk)
    beside = [(job_ref(other.pk), other.number) for other in jobs if other.pk != job.pk]
    answer = take_outlay(request, job, back=reverse("repair:handover", args=[ref]), beside=beside, is_agent=True)
    return of_agent(answer, actor_of(request))


def take_outlay(request: HttpRequest, job: Job, *, back: str, **more: Any) -> HttpResponse:
    """The form and its answer; the photo is kept first, and the same sending again notes nothing twice."""
    actor, now = actor_of(request), clock.now()
    is_sent = request.method == "POST"
    form = OutlayForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, job=job, actor=actor, now=now
    )
    if is_sent and form.is_valid():
        key = keep_receipt(form)
        call = saver(form, job, key) if key is not None else None
        if call is not None and did(form, call):
            amount = format_fen(amount_fen=form.outlay.amount_fen)
            messages.success(request, _("%(amount)s laid out: noted, and the customer sees it.") % {"amount": amount})
            return redirect(back)
    paid = [
        (PAID_FOR.get(row.kind, row.kind), row)
        for row in Disbursement.objects.filter(job=job, struck_at__isnull=True).order_by("pk")
    ]
    context = {"job": job, "form": form, "back": back, "paid": paid, "limit": laying_out.limit_of(job), **more}
    return render(request, "repair/outlay.html", context, status=422 if form.is_bound else 200)


def saver(form: OutlayForm, job: Job, key: UUID) -> Callable[[], Any]:
    """Note it."""
    return lambda: laying_out.lay_out(
        job_id=job.pk, outlay=form.outlay, receipt_id=key, submission=form.cleaned_data["submission"], actor=form.actor,
        now=form.now,
    )  # fmt: skip


def keep_receipt(form: OutlayForm) -> UUID | None:
    """The photo's file; None when it is none, with the reason beside its field."""
    upload = form.cleaned_data["receipt"]
    if upload.size > MOST_BYTES:
        form.add_error("receipt", _("The photo is larger than %(limit_mb)s MB.") % {"limit_mb": MOST_BYTES >> 20})
        return None
    try:
        file = keep_photo(
            tenant=form.job.tenant, name=upload.name or "receipt", content=upload.read(), purpose=laying_out.PURPOSE,
            actor=form.actor, now=form.now, upload_key=form.cleaned_data["submission"],
        )  # fmt: skip
    except PhotoRefused as refusal:
        form.add_error("receipt", f"{refusal.message} {refusal.fix}")
        return None
    return file.pk


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.FINANCE)
def strike_out(request: HttpRequest, ref: str, paid: str) -> HttpResponse:
    """What was noted wrongly is charged no more, and stays to be seen."""
    actor = actor_of(request)
    job = job_for(actor, ref)
    row = Disbursement.objects.filter(job=job, pk=read_key("dsb", paid)).first()
    if row is None:
        raise Http404
    name = f"{PAID_FOR.get(row.kind, row.kind)} {format_fen(amount_fen=row.amount_fen)}"
    return ask_reason(
        request, ref, title=_("Strike out %(what)s") % {"what": name}, label=_("Strike out"),
        run=lambda reason: laying_out.strike_out(
            job_id=job.pk, disbursement_id=row.pk, reason=reason, actor=actor, now=clock.now()
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.LEAD, StaffRole.FINANCE)
def waive_fee(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Let a fee go."""
    actor = actor_of(request)
    job = job_for(actor, ref)
    fee = Fee.objects.filter(job=job, kind=kind).first()
    if fee is None:
        raise Http404
    if fee.waived_at is not None:
        raise PermissionDenied(_("This fee is waived already."))
    return ask_reason(
        request, ref, title=_("Waive: %(what)s") % {"what": fee.get_kind_display()}, label=_("Waive the fee"),
        run=lambda reason: fees.waive_fee(job_id=job.pk, fee_id=fee.pk, reason=reason, actor=actor, now=clock.now()),
    )  # fmt: skip


def ask_reason(request: HttpRequest, ref: str, *, title: str, label: str, run: Callable[[str], Any]) -> HttpResponse:
    """Why; then do it, and back to the job."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and did(form, lambda: run(form.cleaned_data["reason"])):
        messages.success(request, _("Done: %(step)s.") % {"step": label})
        return redirect("repair:job", ref=ref)
    context = {"title": title, "text": _("The customer's costs change with it."), "label": label,
               "back": reverse("repair:job", args=[ref])}  # fmt: skip
    return render_question(request, form, context, base="repair/base.html")
