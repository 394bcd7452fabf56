"""Asking before a change of staffing: its form, and the legs that it would take from agents, seen before it is done."""

from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.access import may_staff, require_staffer, require_watcher
from dispatch.errors import LegsAtStake
from dispatch.fitness import count_expiring
from dispatch.services.staffing.freeing import AtStake
from dispatch.todo import count_cover_alerts, count_requests
from dispatch.views.acting import actor_of, now_of
from events.ids import BadId, read_public_id
from tenants.refusals import Refused

View = Callable[..., HttpResponse]
Change = Callable[[Collection[UUID]], Any]


def for_watchers(view: View) -> View:
    """A page for those who watch the board."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_watcher(actor_of(request))
        return view(request, *args, **kwargs)

    return run


def for_lead(view: View) -> View:
    """A page for a lead."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require_staffer(actor_of(request))
        return view(request, *args, **kwargs)

    return run


def tabs_of(request: HttpRequest, active: str) -> list[dict[str, Any]]:
    """The pages of staffing, with what waits on each."""
    now = now_of(request)
    counts = {
        "leaves": count_requests(),
        "papers": count_expiring(now=now),
        "cover": count_cover_alerts(),
    }
    pages = (
        ("agents", _("Agents"), "steering-wheel"),
        ("roster", _("Roster"), "calendar-week"),
        ("leaves", _("Leave"), "beach"),
        ("papers", _("Papers and training"), "certificate"),
        ("cover", _("Coverage"), "chart-bar"),
        ("areas", _("Areas"), "map-2"),
        ("licences", _("Licence rules"), "license"),
    )
    return [
        {
            "label": label, "url": reverse(f"dispatch:{key}"), "icon": icon, "active": key == active,
            "count": counts.get(key) or "",
        }
        for key, label, icon in pages
    ]  # fmt: skip


def render_page(request: HttpRequest, template: str, context: dict[str, Any], *, tab: str) -> HttpResponse:
    """A page of staffing under its tabs."""
    shared = {"tabs": tabs_of(request, tab), "can_staff": may_staff(actor_of(request)), "now": now_of(request)}
    return render(request, f"dispatch/staff/{template}.html", {**shared, **context})


def key_of(prefix: str, ref: str) -> UUID:
    """The key behind a public id of an address. Raises Http404."""
    try:
        return read_public_id(prefix, ref)
    except BadId:
        raise Http404 from None


def confirmed_by(request: HttpRequest) -> set[UUID]:
    """The legs that whoever sends the form has been shown."""
    found = set()
    for ref in request.POST.getlist("confirmed"):
        try:
            found.add(read_public_id("leg", ref))
        except BadId:
            continue
    return found


def ask(
    request: HttpRequest,
    form: forms.Form,
    *,
    call: Change,
    done: str | Callable[[Any], str],
    title: str,
    label: str,
    back: str,
    text: str = "",
    is_danger: bool = False,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Ask in a dialog (or on a page), do it, and go back; a refusal stands beside its field, legs at stake in a list.

    `call` gets the legs that were confirmed. Raises Http404 for what is not there any more.
    """
    stake: Sequence[AtStake] = ()
    if request.method == "POST" and form.is_valid():
        try:
            result = call(confirmed_by(request))
        except LegsAtStake as error:
            stake = error.legs
        except ValidationError as error:
            show_errors(form, error)
        except Refused as error:
            form.add_error(None, error.message)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        else:
            messages.success(request, done if isinstance(done, str) else done(result))
            return redirect(back)
    context = {
        "form": form, "has_fields": bool(form.fields), "title": title, "label": label, "back": back, "text": text,
        "is_danger": is_danger, "stake": [describe(item) for item in stake], "action": request.get_full_path(), **(more or {}),
    }  # fmt: skip
    template = "ask_dialog" if getattr(request, "htmx", False) else "ask"
    status = 422 if form.errors else 409 if stake else 200
    return render(request, f"dispatch/staff/{template}.html", context, status=status)


def describe(item: AtStake) -> dict[str, Any]:
    """A leg at stake, and why."""
    return {"leg": item.leg, "reasons": " · ".join(reason.text for reason in item.reasons)}


def show_errors(form: forms.Form, error: ValidationError) -> None:
    """A service's errors by field, where the form has such a field."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error.messages)
        return
    for name, words in error.message_dict.items():
        form.add_error(name if name in form.fields else None, words)
