"""Legs and who was named for them."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch import states
from dispatch.models.base import Key
from dispatch.models.people import Agent, Area
from events.ids import public_id
from tenants.models import Tenant

OCCUPIED = ["assigned", "offered", "accepted", "contacted", "under_way", "arrived"]
ENDED = ["cancelled", "done"]


class LegKind(models.TextChoices):
    """What a leg is for."""

    PICKUP = "pickup", _("Pickup")
    RETURN = "return", _("Return")
    ERRAND = "errand", _("Errand")


class LegMode(models.TextChoices):
    """How the vehicle moves."""

    DRIVE = "drive", _("Driven")
    TOW = "tow", _("Towed")


class Leg(Key):
    """One trip of an agent. `purpose_id` is the visit (for an errand, the job) that it serves; that room lies above."""

    Kind: ClassVar = LegKind
    Mode: ClassVar = LegMode

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    purpose_id = models.UUIDField()
    label = models.CharField(max_length=60, blank=True)  # what the board shows: plate or number
    kind = models.CharField(_("kind"), max_length=10, choices=LegKind.choices)
    mode = models.CharField(_("mode"), max_length=10, choices=LegMode.choices, default=LegMode.DRIVE)
    status = models.CharField(_("state"), max_length=12, default=states.PLANNED)
    status_since = models.DateTimeField()
    received_at = models.DateTimeField()  # the dispatch clock's start
    window_start = models.DateTimeField(_("from"))
    window_end = models.DateTimeField(_("until"))
    from_address = models.CharField(max_length=300)
    from_lat = models.FloatField()
    from_lng = models.FloatField()
    to_address = models.CharField(max_length=300, blank=True)
    to_lat = models.FloatField(null=True)
    to_lng = models.FloatField(null=True)
    vehicle_class = models.CharField(max_length=20, blank=True)
    contact = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    area = models.ForeignKey(Area, on_delete=models.SET_NULL, null=True, related_name="legs")  # where it begins
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="legs")
    is_by_hand = models.BooleanField(default=False)  # a dispatcher took it back: the planner leaves it to him
    planned_at = models.DateTimeField(null=True)  # planned arrival
    busy = DateTimeRangeField(null=True)  # the planned drive and handling time that it occupies
    drive_s = models.PositiveIntegerField(null=True)
    refused_by = ArrayField(models.UUIDField(), default=list)  # agents who declined or let an offer expire
    unassigned_reason = models.CharField(max_length=200, blank=True)
    other_windows = models.JSONField(default=list)

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["status", "window_start"], name="leg_by_state_and_window"),
            models.Index(fields=["purpose_id"], name="leg_by_purpose"),
            models.Index(fields=["agent", "window_start"], condition=Q(agent__isnull=False), name="leg_by_agent"),
            models.Index(fields=["window_start", "id"], condition=~Q(status__in=ENDED), name="open_leg_by_window"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(status__in=sorted(states.LEG.states)), name="leg_state_is_known"),
            models.CheckConstraint(
                condition=Q(window_end__gt=F("window_start")), name="leg_window_ends_after_it_starts"
            ),
            ExclusionConstraint(
                name="agent_is_in_one_place_at_a_time",
                expressions=[("agent", RangeOperators.EQUAL), ("busy", RangeOperators.OVERLAPS)],
                condition=Q(status__in=OCCUPIED),
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=["assigned", "offered", "accepted", "contacted", "under_way", "arrived", "done"]
                )
                | Q(agent__isnull=False),
                name="named_leg_has_an_agent",
            ),
        ]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("leg", self.pk)


class Assignment(Key):
    """Why this agent: the candidates with their times, and why each other one was not taken; kept for every naming."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="assignments")
    assigned_at = models.DateTimeField()
    is_by_hand = models.BooleanField(default=False)
    assigned_by = models.CharField(max_length=200)
    drive_s = models.PositiveIntegerField()
    planned_at = models.DateTimeField()
    candidates = models.JSONField()
    rejected = models.JSONField()
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["leg", "assigned_at"], name="assignment_by_leg")]


class Offer(Key):
    """A leg held out to an agent until it is answered or expires."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="offers")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="offers")
    opens_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True)  # accepted, declined, expired, withdrawn
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["leg"], condition=Q(answer=""), name="one_open_offer_a_leg"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("opens_at")), name="offer_expires_after_it_opens"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["expires_at"], condition=Q(answer=""), name="open_offer_by_end"),
        ]
