"""The vehicle register: identity is the VIN; plates have a history; what a tenant has told us of it is that tenant's."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key
from tenants.models import Tenant


class VehicleModel(Key):
    """The seeded model table: what a make and model is, and the licence it asks (to be confirmed by the operator)."""

    wmi = models.CharField(max_length=3)
    model = models.CharField(_("model"), max_length=80)
    vehicle_class = models.CharField(_("vehicle class"), max_length=20)
    transmission = models.CharField(_("transmission"), max_length=10)
    licence = models.CharField(_("licence"), max_length=4)

    class Meta:
        verbose_name = _("vehicle model")
        verbose_name_plural = _("vehicle models")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["wmi", "model"], name="one_row_a_model"),
        ]


class Vehicle(Key):
    """One vehicle on earth; who keeps it is told by KnownVehicle."""

    vin = models.CharField(_("VIN"), max_length=17, unique=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")


class KnownVehicle(Key):
    """What one tenant has told us of a vehicle; no other tenant's answers ever depend on it."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="known")
    vin = models.CharField(max_length=17)
    plate = models.CharField(_("plate"), max_length=10, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    vehicle_class = models.CharField(_("vehicle class"), max_length=20, blank=True)
    transmission = models.CharField(_("transmission"), max_length=10, blank=True)
    registered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("known vehicle")
        verbose_name_plural = _("known vehicles")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant", "vin"], name="one_entry_a_tenant_and_vin"),
        ]


class PlateHistory(Key):
    """Which plate a vehicle carried for a tenant, and since when."""

    known = models.ForeignKey(KnownVehicle, on_delete=models.CASCADE, related_name="plates")
    plate = models.CharField(max_length=10)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("plate history")
        verbose_name_plural = _("plate histories")
