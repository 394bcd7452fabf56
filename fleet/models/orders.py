"""Orders as the desk told them: what was asked, and how far it has come."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import page_of
from fleet.models.vehicles import Vehicle


class Order(models.Model):
    """One line of work that the tenant has placed."""

    is_projected: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.CharField(_("number"), max_length=20)
    external_ref = models.CharField(_("your reference"), max_length=64)
    batch_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=10)
    service = models.CharField(_("service"), max_length=12)
    description = models.TextField(_("description"))
    vehicle = models.ForeignKey(Vehicle, models.DO_NOTHING, db_constraint=False, related_name="orders", db_index=False)
    vin = models.CharField(_("VIN"), max_length=17)
    plate = models.CharField(_("plate"), max_length=10, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    site_code = models.CharField(_("site"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=300)
    lat = models.FloatField()
    lng = models.FloatField()
    contact = models.CharField(_("contact"), max_length=80)
    phone = models.CharField(_("phone"), max_length=32)
    window_start = models.DateTimeField(_("pick-up"))
    window_end = models.DateTimeField(_("pick-up until"))
    return_by = models.DateTimeField(_("return by"), null=True)
    cost_center = models.CharField(_("cost centre"), max_length=80, blank=True)
    po_number = models.CharField(_("purchase order"), max_length=64, blank=True)
    courtesy_car = models.BooleanField(_("courtesy car"))
    key_with = models.CharField(_("key with"), max_length=80, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    pre_approved_up_to_fen = models.BigIntegerField(null=True)
    comeback_of = models.UUIDField(null=True)
    placed_at = models.DateTimeField(_("placed"))
    respond_by = models.DateTimeField(_("answer by"))

    status = models.CharField(_("state"), max_length=20)
    status_since = models.DateTimeField(_("since"))
    status_note = models.TextField(blank=True)
    is_on_hold = models.BooleanField(default=False)
    leg = models.CharField(max_length=10, blank=True)  # of the agent named last: pickup, return, errand
    agent_name = models.CharField(_("agent"), max_length=120, blank=True)
    agent_phone = models.CharField(max_length=32, blank=True)
    planned_at = models.DateTimeField(_("agent expected"), null=True)
    workshop = models.CharField(_("workshop"), max_length=200, blank=True)
    promised_return_at = models.DateTimeField(_("promised return"), null=True)
    approved_fen = models.BigIntegerField(_("approved"), default=0)
    updated_seq = models.BigIntegerField()  # the number of the event that last changed it; only grows
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["status", "window_start"], name="order_by_state_and_window"),
            models.Index(fields=["external_ref"], name="order_by_reference"),
            models.Index(fields=["vehicle"], name="order_by_vehicle"),
            models.Index(fields=["phone"], name="order_by_phone"),
            models.Index(fields=["batch_id"], name="order_by_batch", condition=models.Q(batch_id__isnull=False)),
        ]

    @property
    def ref(self) -> str:
        """ord_…"""
        return public_id("ord", self.id)

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return page_of("order", self.ref)


class OrderSearch(models.Model):
    """What people look an order up by, in small letters; apart from the order, whose every step would write it anew."""

    is_projected: ClassVar = True

    order = models.OneToOneField(Order, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="search")
    text = models.TextField()

    class Meta:
        verbose_name = _("order search")
        verbose_name_plural = _("order searches")
        indexes: ClassVar[list[Any]] = [
            GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="order_search_by_letters")
        ]


class OrderWindow(models.Model):
    """A window that was offered because there is no capacity in the one that was asked for."""

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("order_id", "no")
    order = models.ForeignKey(Order, models.DO_NOTHING, db_constraint=False, related_name="windows", db_index=False)
    no = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("offered window")
        verbose_name_plural = _("offered windows")


class BatchLines(models.Model):
    """How far the orders of one batch have come, counted as they move: the state of a batch is read from it."""

    is_projected: ClassVar = True

    batch_id = models.UUIDField(primary_key=True)
    waiting = models.IntegerField(default=0)  # nothing has been begun
    moving = models.IntegerField(default=0)
    delivered = models.IntegerField(default=0)  # or later
    declined = models.IntegerField(default=0)  # or handed over: ended otherwise than asked
    cancelled = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("lines of a batch")
        verbose_name_plural = _("lines of batches")
