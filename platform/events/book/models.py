"""Entry: the tenant's copy of its events, the first projection; timelines, audit and the API read it."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

BESIDE_ORDERS = ~models.Q(type__startswith="order.") & ~models.Q(type__startswith="vehicle.")
"""What people and programs do beside the course of orders: a small part of the log, with an index of its own."""

OF_ORDERS = models.Q(type__startswith="order.")
"""The course of orders: the list asks every few seconds for the newest of it, past whatever else was written since."""


class Entry(models.Model):
    """One event as the tenant may read it; append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")
    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)
    type = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=64)
    data = models.JSONField()
    actor_kind = models.CharField(max_length=10, blank=True)  # user, key, system
    actor_name = models.CharField(max_length=200, blank=True)
    credential = models.CharField(max_length=64, blank=True)  # key:PREFIX of a program's key
    on_behalf_of = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["subject", "seq"], name="entry_by_subject"),
            models.Index(fields=["actor_name", "seq"], name="entry_by_actor"),
            models.Index(fields=["seq"], name="entry_beside_orders", condition=BESIDE_ORDERS),
            models.Index(fields=["seq"], name="entry_of_orders", condition=OF_ORDERS),
            BrinIndex(fields=["occurred_at"], name="entry_by_time", autosummarize=True),
        ]
