"""The clocks and their limits."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.base import Key
from tenants.models import Tenant


class ClockRule(models.Model):
    """A clock's limit, as the operator has promised it; data, so that it can be confirmed and changed from a date."""

    kind = models.CharField(primary_key=True, max_length=20)
    limit_s = models.PositiveIntegerField(null=True)  # null: measured, never breached
    goes_to = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("clock rule")
        verbose_name_plural = _("clock rules")


class Clock(Key):
    """One promise running: started, paused, met and breached by facts alone."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()  # the job
    subject = models.CharField(max_length=40)  # its public id
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_s = models.PositiveIntegerField(default=0)
    pause_reason = models.CharField(max_length=120, blank=True)
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)  # what it ran for ended otherwise

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, cancelled_at__isnull=True, breached_at__isnull=True),
                name="running_clock_by_due",
            ),
            models.Index(fields=["subject_id", "kind"], name="clock_by_subject"),
        ]
