"""The lists of dispatch."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from dispatch import texts
from dispatch.models import Agent, Clock, Leg
from events.ids import public_id
from ui.tables import ClockColumn, DenseTable, KeyColumn, NumberColumn, PickColumn, TimeColumn
from ui.templatetags import ui as components


class LegTable(DenseTable):
    """Legs that have not ended, of all tenants."""

    pick = PickColumn(form="picked")
    label = KeyColumn(verbose_name=_("Vehicle"), empty_values=())
    status = tables.Column(verbose_name=_("State"))
    due_at = tables.Column(verbose_name=_("Due"), empty_values=())
    tenant = tables.Column(verbose_name=_("Tenant"), accessor="tenant__name")
    kind = tables.Column(verbose_name=_("Kind"))
    window_start = tables.Column(verbose_name=_("Window"))
    area = tables.Column(verbose_name=_("Area"), accessor="area__name", default="–")
    agent = tables.Column(verbose_name=_("Agent"), accessor="agent__name", default="–")

    class Meta(DenseTable.Meta):
        empty_text = _("No legs here")
        order_by = ("due_at", "window_start")
        row_attrs = {"id": lambda record: f"leg-{record.pk}"}

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def row_url(self, record: Leg) -> str:
        """The leg's page."""
        return reverse("dispatch:leg", args=[public_id("leg", record.pk)])

    def render_label(self, record: Leg) -> str:
        """The plate, or the end of the leg's number."""
        return self.name_of(record)

    def name_of(self, record: Leg) -> str:
        """What a leg is called."""
        return record.label or record.ref[-6:]

    def render_status(self, record: Leg) -> SafeString:
        """The state, and why nobody has it."""
        shown = components.status(record.status, texts.LEG_STATES.get(record.status, record.status))
        if not record.unassigned_reason:
            return shown
        reason = texts.reason_text(record.unassigned_reason)
        return format_html('<div>{}<span class="text-secondary d-block small">{}</span></div>', shown, reason)

    def render_kind(self, record: Leg) -> str:
        """The kind, and that it is towed."""
        towed = f" · {record.get_mode_display()}" if record.mode == "tow" else ""
        return f"{record.get_kind_display()}{towed}"

    def render_window_start(self, record: Leg) -> SafeString:
        """From and to."""
        return format_html(
            "<span>{} – {}</span>",
            components.when(record.window_start),
            components.when(record.window_end, style="time"),
        )

    def render_due_at(self, record: Any) -> SafeString:
        """What is due next, and when."""
        context = components.countdown(
            record.due_at, started_at=record.status_since, now=self.now, label=texts.DUE.get(record.status, "")
        )
        return SafeString(render_to_string("ui/parts/countdown.html", context))

    def render_agent(self, record: Leg) -> SafeString:
        """Name and planned arrival."""
        if record.planned_at is None or record.agent is None:
            return format_html("{}", record.agent.name if record.agent else "–")
        return format_html(
            '<div>{}<span class="text-secondary d-block small">{}</span></div>',
            record.agent.name,
            components.when(record.planned_at),
        )


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
