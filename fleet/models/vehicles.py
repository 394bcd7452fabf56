"""The tenant's vehicles as the desk told them (identity is the VIN, plates have a history), and what the tenant adds."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import page_of


class Vehicle(models.Model):
    """A vehicle that the tenant has told the desk of: by its register, or by an order."""

    is_projected: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    vin = models.CharField(_("VIN"), max_length=17, unique=True)
    plate = models.CharField(_("plate"), max_length=10, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    vehicle_class = models.CharField(_("vehicle class"), max_length=40, blank=True)
    transmission = models.CharField(_("transmission"), max_length=12, blank=True)
    registered_at = models.DateTimeField(_("known since"))
    odometer_km = models.PositiveIntegerField(_("odometer, km"), null=True)  # the latest reading, and when it was taken
    odometer_at = models.DateTimeField(_("read on"), null=True)
    updated_seq = models.BigIntegerField()  # the number of the last event about it; only grows

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


class OdometerReading(models.Model):
    """What an odometer showed: read by the tenant's people, or at a hand-over of an order."""

    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)  # of the event that told it
    vehicle = models.ForeignKey(Vehicle, models.DO_NOTHING, db_constraint=False, related_name="readings")
    km = models.PositiveIntegerField(_("odometer, km"))
    read_at = models.DateTimeField(_("read on"))
    source = models.CharField(_("read by"), max_length=20)  # tenant, pickup, …: as the event names it
    order_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("odometer reading")
        verbose_name_plural = _("odometer readings")


class PlateType(models.TextChoices):
    """The forms that a plate can have."""

    ORDINARY = "ordinary", _("Ordinary")
    SMALL_NEV = "small_nev", _("New energy, small")
    LARGE_NEV = "large_nev", _("New energy, large")


class VehicleRecord(models.Model):
    """What the tenant's own people keep of a vehicle beside what the desk knows, as they told it last."""

    is_projected: ClassVar = True

    vehicle = models.OneToOneField(
        Vehicle, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="record"
    )
    plate_type = models.CharField(_("plate type"), max_length=10, choices=PlateType.choices, blank=True)
    site_code = models.CharField(
        _("site"), max_length=40, blank=True
    )  # follows the site when that is given another code
    cost_center = models.CharField(_("cost centre"), max_length=80, blank=True)
    inspection_expires_on = models.DateField(_("inspection until"), null=True)
    compulsory_expires_on = models.DateField(_("compulsory insurance until"), null=True)
    commercial_expires_on = models.DateField(_("commercial insurance until"), null=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("vehicle record")
        verbose_name_plural = _("vehicle records")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(plate_type__in=["", *PlateType.values]), name="plate_type_is_known"),
        ]
