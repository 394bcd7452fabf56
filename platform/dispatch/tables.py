"""The lists of dispatch."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from dispatch import texts
from dispatch.models import Agent, Assignment, Clock, CoverAlert, Leave
from dispatch.planning.tables import ZONE
from dispatch.rows import HEADINGS, draw_row, look_now
from events.ids import public_id
from tenants.people.models import join_names
from ui.tables import ClockColumn, DenseTable, KeyColumn, NumberColumn, PickColumn, TimeColumn
from ui.templatetags import ui as components

WIDE = {"td": {"class": "dp-wide"}, "th": {"class": "dp-wide"}}
"""Columns that give way to a map beside the list; what they say then stands under the row's name."""


class LegTable(DenseTable):
    """Legs that have not ended, of all tenants, as `dispatch.rows` reads and draws them: the board asks every few seconds."""

    pick = PickColumn(form="picked")
    label = tables.Column(verbose_name=HEADINGS["label"], attrs={"td": {"class": "ui-key"}})
    status = tables.Column(verbose_name=HEADINGS["status"])
    due_at = tables.Column(verbose_name=HEADINGS["due_at"])
    tenant = tables.Column(verbose_name=HEADINGS["tenant"], accessor="tenant__name", attrs=WIDE)
    kind = tables.Column(verbose_name=HEADINGS["kind"], attrs=WIDE)
    window_start = tables.Column(verbose_name=HEADINGS["window_start"])
    area = tables.Column(verbose_name=HEADINGS["area"], accessor="area__name", attrs=WIDE)
    agent = tables.Column(verbose_name=HEADINGS["agent"], accessor="agent__name")

    class Meta(DenseTable.Meta):
        empty_text = _("No legs here")
        order_by = ("due_at", "window_start")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    @property
    def head_key(self) -> str:
        """Its columns and their order."""
        return f"legs {','.join(self.columns.names())} {','.join(self.order_by or ())}"

    @cached_property
    def drawn_rows(self) -> SafeString:
        """The rows of the page."""
        look = look_now(picks="pick" in self.columns)
        return SafeString("".join([draw_row(row.record, look, now=self.now) for row in self.paginated_rows]))


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
    paused_at = tables.Column(verbose_name=_("Paused for"), default="–")

    class Meta(DenseTable.Meta):
        empty_text = _("No clocks run")
        order_by = "due_at"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def render_kind(self, value: str) -> str:
        """The clock's name."""
        return str(texts.CLOCKS.get(value, value))

    def render_paused_at(self, record: Clock) -> str:
        """Why it stands still."""
        lying = [texts.pause_text(pause.reason) for pause in record.pauses.all() if pause.ended_at is None]
        return join_names(dict.fromkeys(lying))

    def render_subject(self, record: Clock) -> SafeString:
        """The end of the public id, with the whole as its tooltip."""
        return format_html('<span title="{}">{}…{}</span>', record.subject, record.subject[:4], record.subject[-6:])


class AssignmentTable(DenseTable):
    """The legs that one agent was named for."""

    label = tables.Column(verbose_name=_("Vehicle"), accessor="leg__label", attrs={"td": {"class": "ui-key"}})
    kind = tables.Column(verbose_name=_("Kind"), accessor="leg__kind")
    tenant = tables.Column(verbose_name=_("Tenant"), accessor="leg__tenant__name")
    window_start = TimeColumn(verbose_name=_("Window"), accessor="leg__window_start")
    assigned_at = TimeColumn(verbose_name=_("Named"))
    by = tables.Column(verbose_name=_("By"), accessor="assigned_by")
    outcome = tables.Column(verbose_name=_("Outcome"), empty_values=(), orderable=False)

    class Meta(DenseTable.Meta):
        empty_text = _("He was named for no leg yet")

    def row_url(self, record: Assignment) -> str:
        """The leg's page."""
        return reverse("dispatch:leg", args=[record.leg.ref])

    def render_kind(self, record: Assignment) -> str:
        """Pickup, return or errand."""
        return str(record.leg.get_kind_display())

    def render_by(self, record: Assignment) -> str:
        """The dispatcher, or the planner."""
        return texts.actor_text(record.assigned_by, kind="user" if record.is_by_hand else "system")

    def render_outcome(self, record: Assignment) -> SafeString:
        """The leg's state while it is his, else when and why it was not any more."""
        if record.ended_at is None:
            return components.status(record.leg.status, texts.LEG_STATES[record.leg.status])
        return format_html(
            "<span>{} · {}</span>", components.when(record.ended_at), texts.reason_text(record.ended_reason)
        )


class LeaveTable(DenseTable):
    """Who is away, or will be."""

    agent = tables.Column(verbose_name=_("Agent"), accessor="agent__name", attrs={"td": {"class": "ui-key"}})
    starts_at = TimeColumn(verbose_name=_("From"))
    ends_at = TimeColumn(verbose_name=_("Until"))
    reason = tables.Column(verbose_name=_("Reason"))
    state = tables.Column(verbose_name=_("State"), empty_values=(), orderable=False)

    class Meta(DenseTable.Meta):
        empty_text = _("Nobody is away")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def row_url(self, record: Leave) -> str:
        """The agent's page, where it can be ended."""
        return reverse("dispatch:agent", args=[public_id("agt", record.agent_id)])

    def render_state(self, record: Leave) -> SafeString:
        """Away now, or later."""
        is_now = record.starts_at <= self.now
        return components.status("under_way" if is_now else "planned", _("away now") if is_now else _("later"))


class CoverAlertTable(DenseTable):
    """When areas had too few agents."""

    area = tables.Column(verbose_name=_("Area"), accessor="area__name", attrs={"td": {"class": "ui-key"}})
    opened_at = TimeColumn(verbose_name=_("Since"))
    closed_at = tables.Column(verbose_name=_("Until"), empty_values=())
    fewest = tables.Column(verbose_name=_("Fewest fit agents"))
    unfit = tables.Column(verbose_name=_("On shift and unfit"), orderable=False, empty_values=())

    class Meta(DenseTable.Meta):
        empty_text = _("No area has had too few agents")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def row_url(self, record: CoverAlert) -> str:
        """The area's day."""
        day = timezone.localdate(record.opened_at, ZONE).isoformat()
        return reverse("dispatch:cover_day", args=[record.area.code, day])

    def render_closed_at(self, record: CoverAlert) -> SafeString:
        """When it ended, or that it goes on."""
        if record.closed_at is None:
            return components.status("late", _("goes on"), live=True)
        return components.when(record.closed_at)

    def render_fewest(self, record: CoverAlert) -> str:
        """Of how many at least."""
        return f"{record.fewest} / {record.least}"

    def render_unfit(self, record: CoverAlert) -> str:
        """Who, and why."""
        return (
            "; ".join(
                f"{item['name']}: {' · '.join(texts.reason_text(reason) for reason in item['reasons'])}"
                for item in record.unfit
            )
            or "–"
        )
