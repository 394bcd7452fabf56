"""The week's roster of an area: plan shifts, move them, take them off, and work a week as the one before."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.forms import CopyForm, ShiftForm, ShiftsForm
from dispatch.models import Area, Shift
from dispatch.planning.tables import ZONE
from dispatch.roster import Week, agents_of, cover_of, lines_of, week_of
from dispatch.services.staffing.shifts import Copied, SeenShift, add_shifts, change_shift, copy_week, remove_shift
from dispatch.views.acting import actor_of, agent_of_ref, now_of
from dispatch.views.staffing.asking import ask, for_lead, for_watchers, key_of, render_page

LINES = 60
COPIED_FROM = 4  # weeks back


def roster_url(week: Week, area: Area | None) -> str:
    """The page of a week and an area."""
    asked = {"week": week.key, **({"area": area.code} if area is not None else {"area": "all"})}
    return f"{reverse('dispatch:roster')}?{urlencode(asked)}"


def asked_for(request: HttpRequest) -> tuple[Week, Area | None, list[Area]]:
    """Week and area of the address: the first area unless one is named, or all."""
    areas = list(Area.objects.order_by("name"))
    code = request.GET.get("area", "")
    area = next((area for area in areas if area.code == code), None)
    if area is None and code != "all" and areas:
        area = areas[0]
    return week_of(request.GET.get("week", ""), now=now_of(request)), area, areas


@require_safe
@for_watchers
def show_roster(request: HttpRequest) -> HttpResponse:
    """A row for each agent, a column for each day; below, how many fit agents that makes."""
    now = now_of(request)
    week, area, areas = asked_for(request)
    agents = list(agents_of(area)[: LINES + 1])
    context: dict[str, Any] = {
        "week": week, "area": area, "areas": [{"area": each, "url": roster_url(week, each)} for each in areas],
        "all_url": roster_url(week, None), "before_url": roster_url(week.before, area), "after_url": roster_url(week.after, area),
        "today": timezone.localdate(now, ZONE), "lines": lines_of(agents[:LINES], week, now=now),
        "is_cut": len(agents) > LINES, "cover": cover_of(area, week) if area is not None else [],
        "query": urlencode({"week": week.key, "area": area.code if area else "all"}),
    }  # fmt: skip
    return render_page(request, "roster", context, tab="roster")


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Plan shifts of one agent in a week."""
    agent, now = agent_of_ref(ref), now_of(request)
    week, area, _areas = asked_for(request)
    form = ShiftsForm(
        request.POST if request.method == "POST" else None, week=week, today=timezone.localdate(now, ZONE),
        initial={"days": request.GET.getlist("day")},
    )  # fmt: skip
    return ask(
        request, form, title=_("Shifts of %(name)s") % {"name": agent.name}, label=_("Plan"), back=roster_url(week, area),
        call=lambda _seen: add_shifts(
            agent_id=agent.pk, days=form.cleaned_data["days"], starts=form.cleaned_data["starts"],
            ends=form.cleaned_data["ends"], actor=actor_of(request), now=now,
        ),
        done=lambda rows: ngettext("%(count)d shift is planned.", "%(count)d shifts are planned.", len(rows)) % {
            "count": len(rows)
        },
    )  # fmt: skip


def shift_of(ref: str) -> Shift:
    """A shift by its public id. Raises Http404."""
    shift = Shift.objects.select_related("agent").filter(pk=key_of("shf", ref)).first()
    if shift is None:
        raise Http404
    return shift


def seen_text(request: HttpRequest, shift: Shift) -> str:
    """What the page showed of the shift: it travels with the form, from the first time that it is asked for."""
    shown = f"{shift.agent_id}/{shift.starts_at.isoformat()}/{shift.ends_at.isoformat()}"
    return request.POST.get("seen", shown)


def read_seen(text: str) -> SeenShift | None:
    """The same as a value; None for what no page of ours has shown."""
    agent_id, _sep, hours = text.partition("/")
    start, _sep, end = hours.partition("/")
    try:
        return SeenShift(UUID(agent_id), datetime.fromisoformat(start), datetime.fromisoformat(end))
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Move a shift in time, or to another agent."""
    shift = shift_of(ref)
    week, area, _areas = asked_for(request)
    form = ShiftForm(request.POST if request.method == "POST" else None, initial=ShiftForm.values_of(shift))
    seen = seen_text(request, shift)
    return ask(
        request, form, title=_("Shift of %(name)s") % {"name": shift.agent.name}, label=_("Move"), back=roster_url(week, area),
        done=_("The shift is moved."),
        call=lambda legs: change_shift(
            shift_id=shift.pk, agent_id=form.cleaned_data["agent"].pk, starts_at=form.hours[0], ends_at=form.hours[1],
            seen=read_seen(seen), confirmed=legs, actor=actor_of(request), now=now_of(request),
        ),
        more={"seen": seen,
              "remove_url": f"{reverse('dispatch:shift_remove', args=[ref])}?{request.GET.urlencode()}"},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def remove(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a shift off the roster."""
    shift = shift_of(ref)
    week, area, _areas = asked_for(request)
    seen = seen_text(request, shift)
    return ask(
        request, forms.Form(request.POST if request.method == "POST" else None),
        title=_("Take off the shift of %(name)s") % {"name": shift.agent.name}, label=_("Take off"), is_danger=True,
        back=roster_url(week, area), done=_("The shift is taken off."),
        call=lambda legs: remove_shift(
            shift_id=shift.pk, seen=read_seen(seen), confirmed=legs, actor=actor_of(request), now=now_of(request)
        ),
        more={"seen": seen, "shift": shift},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def copy(request: HttpRequest) -> HttpResponse:
    """Work the shown week as an earlier one."""
    week, area, _areas = asked_for(request)
    sources = [Week(week.monday - number * (week.after.monday - week.monday)) for number in range(1, COPIED_FROM + 1)]
    form = CopyForm(request.POST if request.method == "POST" else None, weeks=sources)
    return ask(
        request, form, title=_("Copy an earlier week into %(week)s") % {"week": week.key}, label=_("Copy"),
        back=roster_url(week, area), done=in_words,
        text=_("Of %(agents)s. What meets a shift or a leave, or is over, is skipped.") % {
            "agents": area.name if area is not None else _("all agents")
        },
        call=lambda _seen: copy_week(
            agent_ids=list(agents_of(area).values_list("pk", flat=True)),
            source=week_of(form.cleaned_data["source"], now=now_of(request)).monday, target=week.monday,
            actor=actor_of(request), now=now_of(request),
        ),
    )  # fmt: skip


def in_words(copied: Copied) -> str:
    """How much was copied."""
    said = ngettext("%(count)d shift is planned.", "%(count)d shifts are planned.", copied.added) % {
        "count": copied.added
    }
    if copied.skipped:
        said += " " + ngettext("%(count)d was skipped.", "%(count)d were skipped.", copied.skipped) % {
            "count": copied.skipped
        }
    return said
