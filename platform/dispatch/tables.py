"""The lists of dispatch."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dispatch import texts
from dispatch.models import Agent, Clock, Leg, LegKind, LegMode
from events.ids import public_id
from ui.tables import ClockColumn, DenseTable, KeyColumn, NumberColumn, PickColumn, TimeColumn
from ui.templatetags import ui as components

SHOWN = (
    "label", "kind", "mode", "status", "status_since", "window_start", "window_end", "planned_at", "unassigned_reason",
    "tenant__name", "area__name", "agent__name",
)  # fmt: skip
"""What a row says of a leg, and nothing else."""
WIDE = {"td": {"class": "dp-wide"}, "th": {"class": "dp-wide"}}
"""Columns that give way to a map beside the list; what they say then stands under the row's name."""


class LegTable(DenseTable):
    """Legs that have not ended, of all tenants; their row is drawn in one piece, for the board asks every few seconds."""

    pick = PickColumn(form="picked")
    label = tables.Column(verbose_name=_("Vehicle"), attrs={"td": {"class": "ui-key"}})
    status = tables.Column(verbose_name=_("State"))
    due_at = tables.Column(verbose_name=_("Due"))
    tenant = tables.Column(verbose_name=_("Tenant"), accessor="tenant__name", attrs=WIDE)
    kind = tables.Column(verbose_name=_("Kind"), attrs=WIDE)
    window_start = tables.Column(verbose_name=_("Window"))
    area = tables.Column(verbose_name=_("Area"), accessor="area__name", attrs=WIDE)
    agent = tables.Column(verbose_name=_("Agent"), accessor="agent__name")

    class Meta(DenseTable.Meta):
        empty_text = _("No legs here")
        order_by = ("due_at", "window_start")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    @cached_property
    def drawn_rows(self) -> SafeString:
        """The rows of the page."""
        pen = RowPen(
            names={column.name: escape(column.header) for column in self.columns if column.name != "pick"},
            addresses=tuple(reverse(f"dispatch:{name}", args=["REF"]) for name in ("leg", "drawer")),
            picks="pick" in self.columns,
            now=self.now,
        )
        return SafeString("".join([pen.draw(row.record) for row in self.paginated_rows]))


class RowPen:
    """Draws the rows of a `LegTable`: what is the same in all is said once, and what people wrote is escaped."""

    def __init__(self, *, names: dict[str, str], addresses: tuple[str, ...], picks: bool, now: datetime) -> None:
        self.addresses, self.picks, self.now = addresses, picks, now
        self.states = {state: str(label) for state, label in texts.LEG_STATES.items()}
        self.due = {state: str(label) for state, label in texts.DUE.items()}
        self.kinds = {kind: escape(label) for kind, label in LegKind.choices}
        self.towed = escape(LegMode.TOW.label)
        self.cell = {name: f'<td data-label="{header}">' for name, header in names.items()}
        self.key_cell = f'<td class="ui-key" data-label="{names["label"]}">'
        self.wide = {name: f'<td class="dp-wide" data-label="{header}">' for name, header in names.items()}

    def draw(self, leg: Any) -> str:
        """One leg; the focus comes back to its link after the part was renewed."""
        ref: str = leg.ref
        label = escape(leg.label or ref[-6:])
        url, drawer = (address.replace("REF", ref) for address in self.addresses)
        tenant = escape(leg.tenant.name)
        kind = f"{self.kinds[leg.kind]} · {self.towed}" if leg.mode == LegMode.TOW else self.kinds[leg.kind]
        due = components.countdown(
            leg.due_at, started_at=leg.status_since, now=self.now, label=self.due.get(leg.status, "")
        )
        return (
            f'<tr id="leg-{leg.pk}" data-leg="{ref}" data-href="{url}" data-ui-drawer="{drawer}">'
            f"{self.pick(leg, ref, label) if self.picks else ''}"
            f'{self.key_cell}<a id="open-{ref}" href="{url}">{label}<small class="dp-more">{kind} · {tenant}</small></a></td>'
            f"{self.cell['status']}{self.state(leg)}</td>{self.cell['due_at']}{due}</td>"
            f"{self.wide['tenant']}{tenant}</td>{self.wide['kind']}{kind}</td>"
            f"{self.cell['window_start']}<span>{components.when(leg.window_start)} – "
            f"{components.when(leg.window_end, style='time')}</span></td>"
            f"{self.wide['area']}{escape(leg.area.name) if leg.area else '–'}</td>"
            f"{self.cell['agent']}{self.holder(leg)}</td></tr>"
        )

    def pick(self, leg: Leg, ref: str, label: str) -> str:
        """The box to pick it by; it carries whom the page shows as its agent."""
        seen = public_id("agt", leg.agent_id) if leg.agent_id else ""
        name = escape(gettext("Pick %(name)s")) % {"name": label}
        return (
            f'<td class="ui-pick"><input type="checkbox" class="form-check-input" name="pick" form="picked" '
            f'value="{ref}/{seen}" aria-label="{name}"></td>'
        )

    def state(self, leg: Leg) -> str:
        """The state, and why nobody has it."""
        shown = components.status(leg.status, self.states[leg.status])
        return two_lines(shown, escape(texts.reason_text(leg.unassigned_reason))) if leg.unassigned_reason else shown

    def holder(self, leg: Leg) -> str:
        """Who has it, and the planned arrival."""
        if leg.agent is None:
            return "–"
        name = escape(leg.agent.name)
        return two_lines(name, components.when(leg.planned_at)) if leg.planned_at else name


def two_lines(first: str, second: str) -> str:
    """Both escaped already."""
    return f'<div>{first}<span class="text-secondary d-block small">{second}</span></div>'


class AgentTable(DenseTable):
    """Agents, with what keeps them from driving."""

    name = KeyColumn(verbose_name=_("Agent"))
    licence = tables.Column(verbose_name=_("Licence"))
    areas = tables.Column(verbose_name=_("Areas"), orderable=False, empty_values=())
    fit = tables.Column(verbose_name=_("Fit"), orderable=False, empty_values=())
    shift_ends_at = tables.Column(verbose_name=_("Shift"), empty_values=())
    open_legs = NumberColumn(verbose_name=_("Legs"), default=0)
    licence_expires_on = tables.DateColumn(verbose_name=_("Licence until"), format="Y-m-d")
    trained_until = tables.DateColumn(verbose_name=_("Training until"), format="Y-m-d")

    class Meta(DenseTable.Meta):
        empty_text = _("No agents match")
        order_by = "name"

    def __init__(self, *args: Any, reasons_of: Callable[[Agent], list[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons_of = reasons_of

    def row_url(self, record: Agent) -> str:
        """The agent's page."""
        return reverse("dispatch:agent", args=[public_id("agt", record.pk)])

    def render_areas(self, record: Agent) -> str:
        """The names."""
        return ", ".join(sorted(area.name for area in record.areas.all())) or "–"

    def render_fit(self, record: Agent) -> SafeString:
        """Yes, or every shut gate."""
        reasons = self.reasons_of(record)
        if not reasons:
            return components.status("active", _("Fit"))
        texts_of = format_html_join("", '<span class="d-block small">{}</span>', ((reason.text,) for reason in reasons))
        return format_html("<div>{}{}</div>", components.status("blocked", _("Unfit")), texts_of)

    def render_shift_ends_at(self, record: Any) -> SafeString:
        """Until when, or from when."""
        if record.shift_ends_at:
            state = (
                components.status("under_way", _("busy")) if record.is_busy else components.status("ready", _("free"))
            )
            return format_html(
                "<span>{} {} {}</span>", state, _("until"), components.when(record.shift_ends_at, style="time")
            )
        if record.next_shift_at:
            return format_html("<span>{} {}</span>", _("from"), components.when(record.next_shift_at))
        return format_html("–")


class ClockTable(DenseTable):
    """Clocks that run, of all tenants."""

    subject = tables.Column(verbose_name=_("For"), attrs={"td": {"class": "ui-key"}})
    kind = tables.Column(verbose_name=_("Promise"))
    tenant = tables.Column(verbose_name=_("Tenant"), accessor="tenant__name")
    due_at = ClockColumn(verbose_name=_("Due"))
    started_at = TimeColumn(verbose_name=_("Started"))
    breached_at = TimeColumn(verbose_name=_("Breached"), default="–")
    pause_reason = tables.Column(verbose_name=_("Paused for"), default="–")

    class Meta(DenseTable.Meta):
        empty_text = _("No clocks run")
        order_by = "due_at"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def render_kind(self, value: str) -> str:
        """The clock's name."""
        return str(texts.CLOCKS.get(value, value))

    def render_pause_reason(self, value: str) -> str:
        """Why it stands still."""
        return texts.pause_text(value)

    def render_subject(self, record: Clock) -> SafeString:
        """The end of the public id, with the whole as its tooltip."""
        return format_html('<span title="{}">{}…{}</span>', record.subject, record.subject[:4], record.subject[-6:])
