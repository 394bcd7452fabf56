"""The operator's facts, the tenants' events, and the counter that numbers each tenant's stream."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant


class Stamp(models.Model):
    """Who did it, for whom, why and when: the same on facts and events."""

    id = models.UUIDField(primary_key=True, editable=False)
    type = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=64)
    data = models.JSONField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    credential = models.CharField(max_length=64, blank=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True


class Fact(Stamp):
    """What happened, whole, in the operator's own stream; append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["subject", "id"], name="fact_by_subject"),
            models.Index(fields=["type", "occurred_at"], name="fact_by_type"),
        ]


class Event(Stamp):
    """What one tenant may know; gapless and hash-chained per tenant; append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, db_index=False, related_name="+")
    seq = models.BigIntegerField()
    because = models.UUIDField(null=True, editable=False)  # the fact behind it
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant", "seq"], name="event_number_once_per_tenant"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="event_numbers_start_at_one"),
        ]


class Stream(models.Model):
    """A tenant's counter: the last number given and the last hash; its row is the lock of the tenant's stream."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    last_seq = models.BigIntegerField(default=0)
    last_hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")


class Delivery(models.Model):
    """How far a reader of the log (mail, notices, webhooks) has come with one tenant's stream."""

    reader = models.CharField(max_length=40)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    last_seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["reader", "tenant"], name="one_position_a_reader_and_tenant"),
        ]
