"""The tenant's vehicles as the desk told them; identity is the VIN, plates have a history."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import page_of


class Vehicle(models.Model):
    """A vehicle that the tenant has ordered work for."""

    is_projected: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    vin = models.CharField(_("VIN"), max_length=17, unique=True)
    plate = models.CharField(_("plate"), max_length=10, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    vehicle_class = models.CharField(_("vehicle class"), max_length=40, blank=True)
    transmission = models.CharField(_("transmission"), max_length=12, blank=True)
    registered_at = models.DateTimeField(_("known since"))
    updated_seq = models.BigIntegerField()  # the number of the event that last changed it; only grows

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["plate"], name="vehicle_by_plate")]

    @property
    def ref(self) -> str:
        """veh_…"""
        return public_id("veh", self.id)

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return page_of("vehicle", self.ref)


class PlateHistory(models.Model):
    """A plate that a vehicle carried, and since when; the newest is the one it carries."""

    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)  # of the event that told it
    vehicle = models.ForeignKey(Vehicle, models.DO_NOTHING, db_constraint=False, related_name="plates")
    plate = models.CharField(_("plate"), max_length=10)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("plate history")
        verbose_name_plural = _("plate histories")
