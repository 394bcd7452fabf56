"""A job: the operator's execution of one order line."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models import Agent
from repair import states
from repair.models.base import Key
from repair.models.vehicles import Vehicle
from repair.models.visits import Visit
from repair.models.workshops import Workshop
from tenants.models import Tenant


class JobKind(models.TextChoices):
    """The six service kinds."""

    MAINTENANCE = "maintenance", _("Maintenance")
    REPAIR = "repair", _("Repair")
    CLAIM = "claim", _("Claim repair")
    INSPECTION = "inspection", _("Annual inspection")
    VIOLATION = "violation", _("Traffic violation")
    PARTS = "parts", _("Parts")


class Channel(models.TextChoices):
    """How the request came in."""

    PORTAL = "portal", _("Portal")
    API = "api", _("API")
    PHONE = "phone", _("Phone")
    WECHAT = "wechat", _("WeChat")
    COUNTER = "counter", _("Counter")
    SYSTEM = "system", _("System")


class HoldCause(models.TextChoices):
    """For whose sake a job is on hold: it decides which clocks stand still."""

    CUSTOMER_TIME = "customer_time", _("The customer wants another time")
    CUSTOMER_EVIDENCE = "customer_evidence", _("The customer's papers or answer are missing")
    OURS = "ours", _("Our own reason")


class Job(Key):
    """What the operator does for one order line, from its receipt to its close."""

    Kind: ClassVar = JobKind
    HoldCause: ClassVar = HoldCause

    number = models.CharField(_("number"), max_length=20, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField(unique=True)  # the tenant's side of it
    external_ref = models.CharField(max_length=64)
    batch_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(_("service"), max_length=12, choices=JobKind.choices)
    status = models.CharField(_("state"), max_length=20)
    status_since = models.DateTimeField()
    received_at = models.DateTimeField()

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, related_name="jobs")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="jobs")
    vin = models.CharField(max_length=17)
    plate = models.CharField(max_length=10, blank=True)
    model = models.CharField(max_length=80, blank=True)
    vehicle_class = models.CharField(max_length=20, blank=True)
    description = models.TextField(max_length=5000)

    site_code = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300)
    lat = models.FloatField()
    lng = models.FloatField()
    contact = models.CharField(max_length=80)
    phone = models.CharField(max_length=32)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    return_by = models.DateTimeField(null=True)
    cost_center = models.CharField(max_length=80, blank=True)
    po_number = models.CharField(max_length=64, blank=True)
    courtesy_car = models.BooleanField(default=False)
    key_with = models.CharField(max_length=80, blank=True)
    notes = models.TextField(blank=True)
    suggestions = ArrayField(models.CharField(max_length=64), default=list)  # wishes found in the notes
    pre_approved_up_to_fen = models.BigIntegerField(null=True)

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="jobs")
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, null=True, related_name="jobs")
    technician = models.CharField(max_length=120, blank=True)  # user id of who repaired it: never who inspects it
    promised_return_at = models.DateTimeField(null=True)
    progress_noted_at = models.DateTimeField(null=True)
    rework_count = models.PositiveSmallIntegerField(default=0)
    is_reworked_for_refusal = models.BooleanField(default=False)
    failed_pickups = models.PositiveSmallIntegerField(default=0)
    call_attempts = models.PositiveSmallIntegerField(default=0)
    held_since = models.DateTimeField(null=True)
    held_cause = models.CharField(max_length=20, blank=True, choices=HoldCause.choices)
    held_reason = models.CharField(max_length=200, blank=True)
    declined_reason = models.JSONField(default=dict)  # {"reason": {"en", "zh"}, "alternative": {"en", "zh"}}
    served_at = models.DateTimeField(null=True)  # tested at the station, settled at the office: its agency is due
    ended_reason = models.CharField(max_length=300, blank=True)
    comeback_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="comebacks")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["status", "window_start"], name="job_by_state_and_window"),
            models.Index(fields=["tenant", "status"], name="job_by_tenant_and_state"),
            models.Index(fields=["workshop", "status"], condition=Q(workshop__isnull=False), name="job_by_workshop"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["tenant", "external_ref"],
                condition=~Q(status__in=["cancelled", "declined_scope"]),
                name="one_live_job_a_reference",
            ),
            models.CheckConstraint(condition=Q(status__in=sorted(states.JOB.states)), name="job_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="job_kind_is_known"),
            models.CheckConstraint(
                condition=Q(held_since__isnull=True, held_cause="")
                | Q(held_since__isnull=False, held_cause__in=HoldCause.values),
                name="held_job_has_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(window_end__gt=F("window_start")), name="job_window_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(pre_approved_up_to_fen__isnull=True) | Q(pre_approved_up_to_fen__gte=0),
                name="pre_approval_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.number
