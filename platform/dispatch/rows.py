"""The rows of the board: what one says of a leg, read as plain values and drawn in one piece.

A row is a function of the values that stand in it and of who looks: the same values are the same row, so it is drawn once
a process and kept. What changes in a leg makes another row; nothing has to be forgotten, and nothing can be stale. Only its
clock goes on by itself: it is put into the kept row each time.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from dispatch import texts
from dispatch.models import Leg, LegMode
from events.ids import public_id
from ui.templatetags import ui as components

KEPT: Final = 4_096
"""Rows that a process keeps: two kilobytes each."""

HEADINGS: Final[dict[str, Any]] = {
    "label": _("Vehicle"), "status": _("State"), "due_at": _("Due"), "tenant": _("Tenant"), "kind": _("Kind"),
    "window_start": _("Window"), "area": _("Area"), "agent": _("Agent"),
}  # fmt: skip


class BoardLeg(NamedTuple):
    """Everything that a row says of a leg."""

    pk: UUID
    label: str
    kind: str
    mode: str
    status: str
    status_since: datetime
    window_start: datetime
    window_end: datetime
    planned_at: datetime | None
    unassigned_reason: str
    due_at: datetime | None
    agent_id: UUID | None
    agent: str | None
    tenant: str
    area: str | None


FIELDS: Final = (*BoardLeg._fields[:-3], "agent__name", "tenant__name", "area__name")


class Look(NamedTuple):
    """Who looks: what beside the leg decides how its row reads. The year, for times of another one say theirs."""

    language: str
    zone: str
    year: int
    picks: bool


def look_now(*, picks: bool) -> Look:
    """In the language and the zone that are active; whether rows can be picked."""
    zone = timezone.get_current_timezone_name()
    return Look(language=get_language() or "", zone=zone, year=timezone.localtime().year, picks=picks)


def rows_of(legs: QuerySet[Leg]) -> QuerySet[Any, Any]:
    """Of `open_legs`: the values of their rows, under the names of `FIELDS`."""
    return legs.values_list(*FIELDS, named=True)


def draw_row(values: Any, look: Look, *, now: datetime) -> str:
    """The row of `values` (of `rows_of`) at `now`."""
    before, due, after = keep_row(values, look)
    clock = components.countdown(values.due_at, started_at=values.status_since, now=now, label=due)
    return f"{before}{clock}{after}"


@lru_cache(maxsize=KEPT)
def keep_row(values: Any, look: Look) -> tuple[str, str, str]:
    """A row before its clock, what the clock counts down to, and the row after it; what people wrote is escaped."""
    leg = BoardLeg._make(values)
    ref = public_id("leg", leg.pk)
    label, tenant = escape(leg.label or ref[-6:]), escape(leg.tenant)
    url, drawer = (reverse(f"dispatch:{name}", args=[ref]) for name in ("leg", "drawer"))
    kind = escape(texts.KINDS[leg.kind]) + (f" · {escape(LegMode.TOW.label)}" if leg.mode == LegMode.TOW else "")
    before = (
        f'<tr id="leg-{leg.pk}" data-leg="{ref}" data-href="{url}" data-ui-drawer="{drawer}">'
        f"{pick_cell(leg, ref, label) if look.picks else ''}"
        f'{cell("label", "ui-key")}<a id="open-{ref}" href="{url}">{label}'
        f'<small class="dp-more">{kind} · {tenant}</small></a></td>'
        f"{cell('status')}{state_of(leg)}</td>{cell('due_at')}"
    )
    after = (
        f"</td>{cell('tenant', 'dp-wide')}{tenant}</td>{cell('kind', 'dp-wide')}{kind}</td>"
        f"{cell('window_start')}<span>{components.when(leg.window_start)} – "
        f"{components.when(leg.window_end, style='time')}</span></td>"
        f"{cell('area', 'dp-wide')}{escape(leg.area or '–')}</td>{cell('agent')}{holder_of(leg)}</td></tr>"
    )
    return before, str(texts.DUE.get(leg.status, "")), after


def cell(column: str, css: str = "") -> str:
    """The beginning of a cell; a phone shows its heading beside it."""
    styled = f' class="{css}"' if css else ""
    return f'<td{styled} data-label="{escape(HEADINGS[column])}">'


def pick_cell(leg: BoardLeg, ref: str, label: str) -> str:
    """The box to pick it by; it carries whom the page shows as its agent."""
    seen = public_id("agt", leg.agent_id) if leg.agent_id else ""
    name = escape(gettext("Pick %(name)s")) % {"name": label}
    return (
        f'<td class="ui-pick"><input type="checkbox" class="form-check-input" name="pick" form="picked" '
        f'value="{ref}/{seen}" aria-label="{name}"></td>'
    )


def state_of(leg: BoardLeg) -> str:
    """The state, and why nobody has it."""
    shown = components.status(leg.status, texts.LEG_STATES[leg.status])
    return two_lines(shown, escape(texts.reason_text(leg.unassigned_reason))) if leg.unassigned_reason else shown


def holder_of(leg: BoardLeg) -> str:
    """Who has it, and the planned arrival."""
    if leg.agent is None:
        return "–"
    name = escape(leg.agent)
    return two_lines(name, components.when(leg.planned_at)) if leg.planned_at else name


def two_lines(first: str, second: str) -> str:
    """Both escaped already."""
    return f'<div>{first}<span class="text-secondary d-block small">{second}</span></div>'
