"""Complaints as the desk told them: what was said, how far it has come, what is offered."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import page_of


class Complaint(models.Model):
    """Something that the tenant is not content with."""

    is_projected: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.CharField(_("number"), max_length=20)
    source = models.CharField(max_length=10)
    status = models.CharField(_("state"), max_length=20)
    status_since = models.DateTimeField(_("since"))
    filed_at = models.DateTimeField(_("filed"))
    filed_by = models.CharField(max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=80)
    phone = models.CharField(_("phone"), max_length=32)
    text = models.TextField(_("what is wrong"))
    wish = models.CharField(_("what would put it right"), max_length=1000, blank=True)
    handler = models.CharField(max_length=200, blank=True)  # who looks into it
    solution_by = models.DateTimeField(_("solution by"), null=True)
    solution = models.TextField(_("solution"), blank=True)
    compensation_fen = models.BigIntegerField(null=True)
    evidence_wanted = models.CharField(max_length=1000, blank=True)  # what the operator asks for
    updated_seq = models.BigIntegerField()  # the number of the event that last changed it; only grows
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["status", "filed_at"], name="complaint_by_state")]

    @property
    def ref(self) -> str:
        """cmp_…"""
        return public_id("cmp", self.id)

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return page_of("complaint", self.ref)


class ComplaintOrder(models.Model):
    """An order that is complained of."""

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("complaint_id", "order_id")
    complaint = models.ForeignKey(
        Complaint, models.DO_NOTHING, db_constraint=False, related_name="orders", db_index=False
    )
    order = models.ForeignKey("Order", models.DO_NOTHING, db_constraint=False, related_name="complaints")

    class Meta:
        verbose_name = _("order complained of")
        verbose_name_plural = _("orders complained of")


class ComplaintFile(models.Model):
    """A photo or paper of a complaint: told with `seq`, the `no`-th of that event; the row is the permission to see it."""

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("seq", "no")
    seq = models.BigIntegerField()
    no = models.PositiveSmallIntegerField()
    complaint = models.ForeignKey(
        Complaint, models.DO_NOTHING, db_constraint=False, related_name="files", db_index=False
    )
    file_id = models.UUIDField()
    name = models.CharField(max_length=255)
    is_photo = models.BooleanField()
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a complaint")
        verbose_name_plural = _("files of complaints")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["complaint", "seq", "no"], name="file_by_complaint")]
