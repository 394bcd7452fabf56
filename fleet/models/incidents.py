"""Incident files over the tenant's orders, as the desk told them."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models.orders import Order


class OrderIncident(models.Model):
    """One file, as it was told last."""

    is_projected: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    order = models.ForeignKey(Order, models.DO_NOTHING, db_constraint=False, related_name="incidents", db_index=False)
    number = models.CharField(_("number"), max_length=40)
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=10)
    text = models.TextField()
    happened_at = models.DateTimeField()
    place = models.CharField(max_length=300, blank=True)
    police_number = models.CharField(max_length=64, blank=True)
    liability = models.CharField(max_length=12, blank=True)
    liability_reason = models.CharField(max_length=500, blank=True)
    compensation_fen = models.BigIntegerField(null=True)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("incident file")
        verbose_name_plural = _("incident files")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["order", "id"], name="incident_by_order")]
