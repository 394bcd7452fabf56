"""Photos of an order, as the desk told them; a row here is the tenant's permission to see the file."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models.orders import Order


class PhotoKind(models.TextChoices):
    """What a photo shows."""

    PICKUP = "pickup", _("At pickup")
    HAND_OVER = "hand_over", _("Hand-over from the workshop")
    RETURN = "return", _("At return")
    FAILED = "failed", _("Failed trip")
    ESTIMATE = "estimate", _("Estimate")
    QUALITY = "quality", _("Quality check")
    PROGRESS = "progress", _("Progress")
    INCIDENT = "incident", _("Incident")
    RECEIPT = "receipt", _("Receipt")


class OrderPhoto(models.Model):
    """One photo: told with `seq`, the `no`-th of that event."""

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("seq", "no")
    seq = models.BigIntegerField()
    no = models.PositiveSmallIntegerField()
    order = models.ForeignKey(Order, models.DO_NOTHING, db_constraint=False, related_name="photos", db_index=False)
    file_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=PhotoKind.choices)
    shot = models.CharField(max_length=40, blank=True)  # front, rear, …
    line_no = models.PositiveSmallIntegerField(null=True)  # of the estimate
    sha256 = models.CharField(max_length=64, blank=True)  # of the photo as it was taken
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["order", "seq", "no"], name="photo_by_order")]
