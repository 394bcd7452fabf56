"""A visit: one vehicle, one site, one window; and the custody from the pickup signature to the return signature."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key
from repair.models.vehicles import Vehicle
from repair.models.workshops import Workshop
from tenants.models import Tenant


class ReportSide(models.TextChoices):
    """When the vehicle was looked at."""

    PICKUP = "pickup", _("Pickup")
    RETURN = "return", _("Return")


class Visit(Key):
    """Owns the pickup leg, the custody and the return leg; holds one job or more."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="visits")
    vin = models.CharField(max_length=17)
    plate = models.CharField(max_length=10, blank=True)
    site_code = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300)
    lat = models.FloatField()
    lng = models.FloatField()
    return_address = models.CharField(max_length=300, blank=True)  # empty: back to where it was fetched
    return_lat = models.FloatField(null=True)
    return_lng = models.FloatField(null=True)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    return_by = models.DateTimeField(null=True)
    contact = models.CharField(max_length=80)
    phone = models.CharField(max_length=32)
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, null=True, related_name="visits")
    workshop_day = models.DateField(null=True)
    workshop_why = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    waits_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="waiting"
    )  # an open custody
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["tenant", "vin"], condition=Q(ended_at__isnull=True), name="open_visit_by_vin"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(window_end__gt=F("window_start")), name="visit_window_ends_after_it_starts"
            ),
        ]


class Custody(Key):
    """The operator holds a vehicle: one open custody a VIN, held by the database."""

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="custody")
    vin = models.CharField(max_length=17)
    during = DateTimeRangeField()
    odometer_out_km = models.PositiveIntegerField()  # at pickup; as corrected last
    odometer_in_km = models.PositiveIntegerField(null=True)  # at return, as corrected last; never less

    class Meta:
        verbose_name = _("custody")
        verbose_name_plural = _("custodies")
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="one_custody_a_vin_at_a_time",
                expressions=[("vin", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(odometer_in_km__isnull=True) | Q(odometer_in_km__gte=F("odometer_out_km")),
                name="odometer_never_runs_back",
            ),
        ]


class OdometerCorrection(Key):
    """Another odometer at pickup or return than was typed and signed; the condition report stays. Append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="corrections")
    side = models.CharField(max_length=10, choices=ReportSide.choices)
    before_km = models.PositiveIntegerField()
    after_km = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=200)
    corrected_at = models.DateTimeField()

    class Meta:
        verbose_name = _("odometer correction")
        verbose_name_plural = _("odometer corrections")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(after_km=F("before_km")), name="correction_changes_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_says_why"),
        ]
