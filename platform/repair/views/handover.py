"""The agent's pages at the vehicle, for a phone on a bad line: what is due, photos one by one, the report, the signatures.

Photos, the draft and the steps come by script, each with a number that the phone made; sending one again changes nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config import clock
from dispatch.access import require_agent
from dispatch.models import Leg
from events.ids import public_id
from files.links import photo_url
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
from repair.access import actor_of, read_key, staff_view
from repair.documents.clauses import freeze_clauses
from repair.models import DocumentKind, ReportSide
from repair.selectors.day import map_links, read_day
from repair.selectors.handover import (
    describe_report,
    read_authorisation,
    read_before,
    read_stop,
    read_work,
)
from repair.selectors.handover_steps import steps_due
from repair.services import handing
from repair.services.choosing import local_day
from repair.texts import JOB_STATES
from repair.views.asking import REFUSALS
from tenants.actors import Actor, StaffRole

MOST_JSON = 64 * 1024
SHOT = 40


def own_leg(request: HttpRequest, ref: str) -> Leg:
    """A leg of the agent who asks; raises Http404 for anybody else's."""
    agent = require_agent(actor_of(request))
    key = read_key("leg", ref)
    leg = Leg.objects.select_related("tenant", "agent").filter(pk=key, agent=agent).first()
    if leg is None:
        raise Http404
    return leg


@require_safe
@staff_view(StaffRole.AGENT)
def show_day(request: HttpRequest) -> HttpResponse:
    """What the agent has to do, in order."""
    return render_day(request)


def render_day(request: HttpRequest) -> HttpResponse:
    """The page of the day."""
    actor, now = actor_of(request), clock.now()
    agent = require_agent(actor)
    return of_agent(render(request, "repair/day.html", {"agent": agent, "now": now, **read_day(agent, now)}), actor)


@require_safe
@staff_view(StaffRole.AGENT)
def show_handover(request: HttpRequest, ref: str) -> HttpResponse:
    """One trip: where, who, what for, and what is due now."""
    actor, now = actor_of(request), clock.now()
    leg = own_leg(request, ref)
    if leg.status == "cancelled":  # by his own step, too: another time is another trip
        messages.info(request, _("This trip is over. What is next stands below."))
        return render_day(request)
    stop = read_stop(leg)
    before = read_before(stop, actor)
    context: dict[str, Any] = {
        "leg": stop.leg, "ref": ref, "jobs": stop.jobs, "visit": stop.visit, "now": now, "maps": map_links(stop.leg),
        "states": [(job, JOB_STATES.get(job.status, job.status)) for job in stop.jobs],
        "needs_authorisation": stop.can_report and stop.side == ReportSide.PICKUP,
        "steps": steps_due(stop), "work": read_work(stop), "before": before,
        "authorisation": read_authorisation(stop, now) if stop.visit is not None else None,
        "is_return": stop.side == ReportSide.RETURN,
    }  # fmt: skip
    if context["needs_authorisation"] and context["authorisation"] is None:
        context["clauses"] = freeze_clauses(DocumentKind.AUTHORISATION, local_day(now))
    if stop.can_report:
        context["report"] = describe_report(stop, actor)
        context["report"]["before_photos"] = before["photos"] if before else {}
    return of_agent(render(request, "repair/handover.html", context), actor)


def of_agent(response: HttpResponse, actor: Actor) -> HttpResponse:
    """The page with the name of its reader, so that a phone which two share keeps nobody's page for the other."""
    response.headers["X-Agent"] = actor.id
    return response


@require_safe
@staff_view(StaffRole.AGENT)
def serve_worker(_request: HttpRequest) -> HttpResponse:
    """The script that keeps this page on the phone; it must lie where it works."""
    path = finders.find("repair/worker.js")
    if not isinstance(path, str):
        raise Http404
    with open(path, "rb") as script:  # noqa: PTH123
        response = HttpResponse(script.read(), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


# --- what the phone sends ----------------------------------------------------------------------------------------------


class OtherAgent(Exception):
    """A page that is still open sends what its agent did, but another has signed in on this phone meanwhile."""


def require_sender(request: HttpRequest) -> None:
    """Raise OtherAgent unless whoever did it is who is signed in: the page names him."""
    if request.headers.get("X-Agent", actor_of(request).id) != actor_of(request).id:
        raise OtherAgent


def answers_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals as JSON, so that the phone can say them beside the step."""

    @wraps(view)
    def run(request: HttpRequest, ref: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            require_sender(request)
            return view(request, ref, *args, **kwargs)
        except OtherAgent:
            return refuse("other_agent", _("Somebody else is signed in now."), status=403)
        except PhotoRefused as error:
            return refuse(error.code, f"{error.message} {error.fix}")
        except ValidationError as error:
            fields = error.message_dict if hasattr(error, "error_dict") else {}
            return refuse("invalid", " ".join(error.messages), fields=fields)
        except REFUSALS as error:
            return refuse("not_now", str(getattr(error, "message", "") or error), status=409)
        except PermissionDenied as error:
            return refuse("forbidden", str(error) or _("Your role may not do this."), status=403)

    return run


def refuse(code: str, message: str, *, status: int = 422, fields: dict[str, Any] | None = None) -> JsonResponse:
    """Why it was not done."""
    return JsonResponse({"code": code, "message": message, "fields": fields or {}}, status=status)


@require_POST
@staff_view(StaffRole.AGENT)
@answers_json
def take_photo(request: HttpRequest, ref: str) -> HttpResponse:
    """One photo, by the number that the phone gave it."""
    leg, actor, now = own_leg(request, ref), actor_of(request), clock.now()
    upload = request.FILES.get("photo")
    shot = request.POST.get("shot", "")
    key = read_uuid(request.POST.get("key"))
    if upload is None or not shot or len(shot) > SHOT or not shot.replace("-", "").isalnum():
        raise ValidationError({"photo": _("Choose a photo.")})
    if upload.size is not None and upload.size > MOST_BYTES:
        raise PhotoRefused("photo_too_large", {"limit_mb": MOST_BYTES // 1024 // 1024})
    content = upload.read()
    file = keep_photo(
        tenant=leg.tenant, name=upload.name or "photo", content=content, purpose="handover", actor=actor, now=now, upload_key=key
    )  # fmt: skip
    taken_at = read_moment(request.POST.get("taken_at"))
    handing.keep_handover_photo(leg_id=leg.pk, file_id=file.pk, shot=shot, taken_at=taken_at, actor=actor, now=now)
    thumb = photo_url(file_id=file.pk, actor=actor, variant="thumb")
    return JsonResponse({"file": file.ref, "sha256": file.sha256, "thumb": thumb})


@require_POST
@staff_view(StaffRole.AGENT)
@answers_json
def keep_draft(request: HttpRequest, ref: str) -> HttpResponse:
    """What is filled in so far."""
    leg = own_leg(request, ref)
    handing.save_draft(leg_id=leg.pk, content=read_body(request), actor=actor_of(request), now=clock.now())
    return JsonResponse({"saved": True})


@require_POST
@staff_view(StaffRole.AGENT)
@answers_json
def take_step(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """One step, by the number that the phone gave it."""
    leg, actor, now = own_leg(request, ref), actor_of(request), clock.now()
    if kind not in handing.STEPS:
        raise Http404
    body = read_body(request)
    photos, values = body.get("photos") or {}, body.get("values") or {}
    if not isinstance(photos, dict) or not isinstance(values, dict) or len(photos) > 50:
        raise ValidationError(_("This page cannot be read; load it again."))
    sent = handing.Sent(values=values, photos={str(name): read_uuid(key) for name, key in photos.items()})
    is_new = handing.take_step(
        leg_id=leg.pk, kind=kind, submission=read_uuid(body.get("submission")), sent=sent, actor=actor, now=now
    )
    return JsonResponse({"done": True, "is_new": is_new, "leg": public_id("leg", leg.pk)})


def read_body(request: HttpRequest) -> dict[str, Any]:
    """A JSON object of moderate size; raises ValidationError."""
    if len(request.body) > MOST_JSON:
        raise ValidationError(_("This is too long."))
    if b"\\u0000" in request.body:  # what no table can keep
        raise ValidationError(_("This page cannot be read; load it again."))
    try:
        return msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ValidationError(_("This page cannot be read; load it again.")) from error


def read_uuid(text: Any) -> UUID:
    """A number that the phone made; raises ValidationError."""
    try:
        return UUID(str(text))
    except ValueError as error:
        raise ValidationError(_("This page cannot be read; load it again.")) from error


def read_moment(text: str | None) -> Any:
    """The phone's time, if it is one."""
    try:
        moment = parse_datetime(text or "")
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
