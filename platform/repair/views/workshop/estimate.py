"""The editor of an estimate: lines, photos, a draft that is kept while it is written, and its sending."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config import clock
from events.machine import TransitionError
from files.links import photo_url
from files.models import StoredFile
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
from repair import states, texts
from repair.access import actor_of, job_for, staff_view
from repair.models import Estimate, EstimateDraft, Job, LineKind
from repair.services import drafting
from repair.services.drafting import DraftChanged
from repair.services.operations import operations_for
from tenants.actors import Actor, StaffRole
from ui.formats import format_plain_fen

WRITERS = (StaffRole.WORKSHOP,)
BLANK = {"kind": "labour", "operation": "", "text": "", "quantity": "1", "unit_price": "", "amount": "", "photos": []}


@require_safe
@staff_view(*WRITERS)
def edit_estimate(request: HttpRequest, ref: str) -> HttpResponse:
    """The lines as they stand in the draft; a first look copies the version that was sent back."""
    actor = actor_of(request)
    job = job_for(actor, ref)
    if not drafting.is_writable(job):
        messages.info(request, _("No estimate is being written for this job now."))
        return redirect("repair:job", ref=ref)
    draft = EstimateDraft.objects.filter(job=job).first()
    last = Estimate.objects.filter(job=job).prefetch_related("lines").order_by("-version").first()
    is_extra = job.status == states.IN_REPAIR
    lines = draft.lines if draft else lines_of(last) if last and not is_extra else []
    known = drafting.files_of(job, lines)
    context = {
        "job": job,
        "ref": ref,
        "is_extra": is_extra,
        "draft": draft,
        "revision": draft.revision if draft else 0,
        "lines": [show_line(line, known, actor) for line in (lines or [BLANK])],
        "blank": show_line(BLANK, {}, actor),
        "kinds": LineKind.choices,
        "operations": operations_for(job),
        "last": last,
        "decision": texts.DECISIONS.get(last.decision, "") if last else "",
    }
    return render(request, "repair/estimate.html", context)


def lines_of(estimate: Estimate) -> list[dict[str, Any]]:
    """The lines of an earlier version, to be changed."""
    return [
        {
            "kind": line.kind,
            "operation": line.operation,
            "text": line.text,
            "quantity": f"{line.quantity.normalize():f}",
            "unit_price": "" if line.unit_price_fen is None else format_plain_fen(amount_fen=line.unit_price_fen),
            "amount": format_plain_fen(amount_fen=line.amount_fen),
            "photos": line.photos,
        }
        for line in sorted(estimate.lines.all(), key=lambda line: line.no)
    ]


def show_line(line: dict[str, Any], known: dict[str, StoredFile], actor: Actor) -> dict[str, Any]:
    """A line with the addresses of its photos, as far as they are this tenant's."""
    files = [known[ref] for ref in line.get("photos", []) if ref in known]
    shown = [{"ref": file.ref, "url": photo_url(file_id=file.pk, actor=actor, variant="thumb")} for file in files]
    return {**line, "photos": shown}


def read_body(request: HttpRequest) -> tuple[list[dict[str, Any]], int, str]:
    """Lines, revision and note of what the editor sends; raises ValidationError."""
    try:
        body = json.loads(request.body)
        lines, revision, note = body["lines"], int(body["revision"]), drafting.plain(body.get("note"))[:300]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValidationError({"lines": _("The page sent what cannot be read; reload it.")}) from error
    if (
        not isinstance(lines, list)
        or not all(isinstance(line, dict) for line in lines)
        or not 0 <= revision < 2**31 - 1
    ):
        raise ValidationError({"lines": _("The page sent what cannot be read; reload it.")})
    return lines, revision, note


@require_POST
@staff_view(*WRITERS)
def save_estimate(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep the draft; 409 says who was faster."""
    actor = actor_of(request)
    job = job_for(actor, ref)
    try:
        lines, revision, _note = read_body(request)
        draft = drafting.save_draft(job_id=job.pk, lines=lines, revision=revision, actor=actor, now=clock.now())
    except DraftChanged as error:
        return JsonResponse({"message": error.message}, status=409)
    except ValidationError as error:
        return refuse(error)
    return JsonResponse({"revision": draft.revision})


@require_POST
@staff_view(*WRITERS)
def send_estimate(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what is typed, then send it; 422 says what is wrong, line by line."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    try:
        lines, revision, note = read_body(request)
        draft = drafting.save_draft(job_id=job.pk, lines=lines, revision=revision, actor=actor, now=now)
        drafting.send_draft(job_id=job.pk, revision=draft.revision, note=note, actor=actor, now=now)
    except (DraftChanged, TransitionError) as error:
        return JsonResponse({"message": getattr(error, "message", "") or str(error)}, status=409)
    except ValidationError as error:
        return refuse(error, revision_of(job))
    messages.success(request, _("The estimate was sent to the customer."))
    return JsonResponse({"url": reverse("repair:job", args=[ref])})


def revision_of(job: Job) -> int:
    """Where the draft stands now."""
    return EstimateDraft.objects.filter(job=job).values_list("revision", flat=True).first() or 0


def refuse(error: ValidationError, revision: int | None = None) -> HttpResponse:
    """What is wrong, by field; `lines` alone is about the whole."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"lines": error.messages}
    errors = {name: " ".join(words) for name, words in by_field.items()}
    return JsonResponse({"errors": errors, **({} if revision is None else {"revision": revision})}, status=422)


@require_POST
@staff_view(*WRITERS)
def add_photo(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep a photo for a line; it belongs to the draft when that is saved next. The same upload again is the same file."""
    actor = actor_of(request)
    job = job_for(actor, ref)
    upload = request.FILES.get("photo")
    if upload is None or not drafting.is_writable(job):
        return JsonResponse({"message": _("Choose a photo.")}, status=422)
    if upload.size is not None and upload.size > MOST_BYTES:
        return JsonResponse(
            {"message": _("The photo is larger than %(limit_mb)s MB.") % {"limit_mb": MOST_BYTES >> 20}}, status=422
        )
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return JsonResponse({"message": _("The page sent what cannot be read; reload it.")}, status=422)
    try:
        file = keep_photo(
            tenant=job.tenant, name=upload.name or "photo", content=upload.read(), purpose=drafting.PURPOSE, actor=actor,
            now=clock.now(), upload_key=key,
        )  # fmt: skip
    except PhotoRefused as refusal:
        return JsonResponse({"message": f"{refusal.message} {refusal.fix}"}, status=422)
    return JsonResponse({"ref": file.ref, "url": photo_url(file_id=file.pk, actor=actor, variant="thumb")})
