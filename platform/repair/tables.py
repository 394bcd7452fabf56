"""The lists of the repair desk."""

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from repair import texts
from repair.ids import incident_ref, job_ref
from repair.models import CoverGap, CoverKind, Incident, InsurancePolicy, Job, ScopeRule
from ui.formats import format_fen
from ui.tables import DenseTable, KeyColumn, NumberColumn, StatusColumn, WindowColumn
from ui.templatetags import ui as components


class JobTable(DenseTable):
    """Jobs of all tenants, the newest first."""

    number = KeyColumn(verbose_name=_("Job"), order_by="pk")
    status = StatusColumn(verbose_name=_("State"), labels=texts.JOB_STATES)
    plate = tables.Column(verbose_name=_("Vehicle"), empty_values=())
    tenant = tables.Column(verbose_name=_("Customer"), accessor="tenant__name")
    kind = tables.Column(verbose_name=_("Service"))
    window_start = WindowColumn(verbose_name=_("Window"))
    due_at = tables.Column(verbose_name=_("Due"), empty_values=())
    agent = tables.Column(verbose_name=_("Agent"), accessor="agent__name", default="–")
    workshop = tables.Column(verbose_name=_("Workshop"), accessor="workshop__name", default="–")

    class Meta(DenseTable.Meta):
        empty_text = _("No jobs match")
        order_by = "-number"

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def row_url(self, record: Job) -> str:
        """The job's page."""
        return reverse("repair:job", args=[job_ref(record.pk)])

    def render_status(self, value: str, record: Job) -> SafeString:
        """The state; a hold shows beside it."""
        shown = components.status(value, texts.JOB_STATES.get(value, value))
        if record.held_since is not None:
            return format_html("{} {}", shown, components.status("on_hold", _("On hold")))
        return shown

    def render_plate(self, record: Job) -> SafeString:
        """The plate, or the VIN of a vehicle without one; the model beside it."""
        return format_html(
            '<span><span class="text-nowrap">{}</span><span class="rp-small d-block">{}</span></span>',
            record.plate or record.vin,
            record.model,
        )

    def render_due_at(self, record: Any) -> SafeString | str:
        """The clock that runs out first."""
        if record.due_at is None:
            return "–"
        return components.countdown(
            record.due_at, started_at=record.started_at, now=self.now, paused_at=record.paused_at
        )


class ScopeRuleTable(DenseTable):
    """What the operator does not do, in the order in which it is asked."""

    position = NumberColumn(verbose_name=_("Order"))
    code = KeyColumn(verbose_name=_("Rule"))
    pattern = tables.Column(verbose_name=_("Words"), attrs={"td": {"class": "ui-wrap-cell"}}, orderable=False)
    services = tables.Column(verbose_name=_("Services"), orderable=False, empty_values=())
    reason = tables.Column(
        verbose_name=_("Reason"), attrs={"td": {"class": "ui-wrap-cell"}}, orderable=False, empty_values=()
    )
    is_active = tables.Column(verbose_name=_("State"))

    class Meta(DenseTable.Meta):
        empty_text = _("Everything is in scope")
        order_by = ("position", "code")

    def row_url(self, record: ScopeRule) -> str:
        """The rule's page."""
        return reverse("repair:scope_rule", args=[public_id("scr", record.pk)])

    def render_pattern(self, value: str) -> SafeString:
        """Words, or an expression that may be broken anywhere."""
        return format_html('<code class="rp-pattern">{}</code>', value)

    def render_services(self, record: ScopeRule) -> str:
        """Their names, or all."""
        labels = dict(Job.Kind.choices)
        return ", ".join(str(labels.get(kind, kind)) for kind in record.services) or str(_("all"))

    def render_reason(self, record: ScopeRule) -> str:
        """In the reader's language."""
        return texts.in_language({"en": record.reason_en, "zh": record.reason_zh})

    def render_is_active(self, value: bool) -> SafeString:
        """Holds, or rests."""
        return components.status("active", _("holds")) if value else components.status("archived", _("rests"))


class TenantTable(DenseTable):
    """Customers, with what is open for each."""

    name = KeyColumn(verbose_name=_("Customer"), accessor="tenant__name")
    kind = tables.Column(verbose_name=_("Kind"), accessor="tenant__kind")
    open = NumberColumn(verbose_name=_("Open jobs"))
    custody = NumberColumn(verbose_name=_("With us"))
    waiting = NumberColumn(verbose_name=_("Waits for them"))
    late = NumberColumn(verbose_name=_("Late"))
    held = NumberColumn(verbose_name=_("On hold"))

    class Meta(DenseTable.Meta):
        empty_text = _("No order is open.")

    def row_url(self, record: dict[str, Any]) -> str:
        """The customer's page."""
        return reverse("repair:tenant", args=[public_id("ten", record["tenant_id"])])

    def render_kind(self, value: str) -> str:
        """In words."""
        from tenants.models import Tenant

        return str(dict(Tenant.Kind.choices).get(value, value))

    def render_late(self, value: int) -> SafeString | int:
        """Red when there is any."""
        return format_html('<span class="text-danger fw-semibold">{}</span>', value) if value else value


class IncidentTable(DenseTable):
    """Incident files, what is open first."""

    number = KeyColumn(verbose_name=_("File"), empty_values=(), orderable=False)
    status = StatusColumn(verbose_name=_("State"), labels=texts.INCIDENT_STATES)
    kind = tables.Column(verbose_name=_("What happened"))
    vehicle = tables.Column(verbose_name=_("Vehicle"), empty_values=(), orderable=False)
    tenant = tables.Column(verbose_name=_("Customer"), accessor="job__tenant__name")
    agent = tables.Column(verbose_name=_("Who drove"), accessor="agent__name", default="–")
    happened_at = tables.Column(verbose_name=_("When"))
    liability = tables.Column(verbose_name=_("Answers for it"), empty_values=())
    compensation_fen = NumberColumn(verbose_name=_("Compensation"))

    class Meta(DenseTable.Meta):
        empty_text = _("No incident has been reported")

    def row_url(self, record: Incident) -> str:
        """The file's page."""
        return reverse("repair:incident", args=[incident_ref(record.pk)])

    def render_kind(self, record: Incident) -> str:
        """In words."""
        return str(texts.INCIDENTS.get(record.kind, record.kind))

    def render_vehicle(self, record: Incident) -> str:
        """The plate, or the VIN of a vehicle without one."""
        return record.job.plate or record.job.vin

    def render_happened_at(self, value: datetime) -> SafeString:
        """A moment."""
        return components.when(value)

    def render_liability(self, record: Incident) -> str:
        """Who, once it is judged."""
        return str(texts.LIABILITIES.get(record.liability, "–"))

    def render_compensation_fen(self, value: int) -> str:
        """In yuan."""
        return format_fen(amount_fen=value)


class PolicyTable(DenseTable):
    """The operator's policies."""

    number = KeyColumn(verbose_name=_("Policy"))
    insurer = tables.Column(verbose_name=_("Insurer"))
    kinds = tables.Column(verbose_name=_("What it covers"), orderable=False)
    vehicle_classes = tables.Column(verbose_name=_("Vehicle classes"), orderable=False, empty_values=())
    starts_at = tables.Column(verbose_name=_("From"))
    ends_at = tables.Column(verbose_name=_("Until"))
    limit_fen = NumberColumn(verbose_name=_("Limit a case"))
    state = tables.Column(verbose_name=_("State"), empty_values=(), orderable=False)

    class Meta(DenseTable.Meta):
        empty_text = _("No policy is in the register")

    def row_url(self, record: InsurancePolicy) -> str:
        """The policy's page."""
        return reverse("repair:policy", args=[public_id("ins", record.pk)])

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def render_kinds(self, value: list[str]) -> str:
        """In words."""
        labels = dict(CoverKind.choices)
        return ", ".join(str(labels.get(kind, kind)) for kind in value)

    def render_vehicle_classes(self, record: InsurancePolicy) -> str:
        """All, unless it names some."""
        return ", ".join(record.vehicle_classes) or str(_("all"))

    def render_starts_at(self, value: datetime) -> SafeString:
        """A moment."""
        return components.when(value)

    def render_ends_at(self, value: datetime) -> SafeString:
        """A moment."""
        return components.when(value)

    def render_limit_fen(self, value: int) -> str:
        """In yuan."""
        return format_fen(amount_fen=value)

    def render_state(self, record: InsurancePolicy) -> SafeString:
        """To come, in force, or over."""
        if record.starts_at > self.now:
            return components.status("planned", _("to come"))
        if record.ends_at <= self.now:
            return components.status("archived", _("over"))
        return components.status("active", _("in force"))


class GapTable(DenseTable):
    """Vehicles in custody without cover."""

    vehicle = KeyColumn(verbose_name=_("Vehicle"), accessor="custody__visit__plate", empty_values=(), orderable=False)
    tenant = tables.Column(verbose_name=_("Customer"), accessor="custody__visit__tenant__name", orderable=False)
    vehicle_class = tables.Column(verbose_name=_("Class"), orderable=False)
    kind = tables.Column(verbose_name=_("What is not covered"), orderable=False)
    opened_at = tables.Column(verbose_name=_("Since"), orderable=False)
    closed_at = tables.Column(verbose_name=_("Until"), orderable=False, empty_values=())

    class Meta(DenseTable.Meta):
        empty_text = _("Every vehicle with us is covered")

    def row_url(self, record: CoverGap) -> str:
        """The jobs of the vehicle."""
        return f"{reverse('repair:jobs')}?q={record.custody.vin}"

    def render_vehicle(self, record: CoverGap) -> str:
        """The plate, or the VIN."""
        return record.custody.visit.plate or record.custody.vin

    def render_kind(self, record: CoverGap) -> str:
        """In words."""
        return str(dict(CoverKind.choices).get(record.kind, record.kind))

    def render_opened_at(self, value: datetime) -> SafeString:
        """A moment."""
        return components.when(value)

    def render_closed_at(self, record: CoverGap) -> SafeString | str:
        """A moment, or still open."""
        return components.when(record.closed_at) if record.closed_at else components.status("late", _("still open"))
