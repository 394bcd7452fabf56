"""The tenant's drivers: owned, kept by its own people."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key, page_of
from fleet.models.places import Site

LICENCE_CLASSES = (
    "A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "C5", "C6", "D", "E", "F", "M", "N", "P",
)  # fmt: skip


class Driver(Key):
    """Who drives the tenant's vehicles and hands them over. Of a licence only the tail of its number is kept."""

    reference = models.CharField(_("driver number"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=32)
    licence_class = models.CharField(
        _("licence class"), max_length=2, choices=[(name, name) for name in LICENCE_CLASSES], blank=True
    )
    licence_tail = models.CharField(_("end of the licence number"), max_length=6, blank=True)
    licence_expires_on = models.DateField(_("licence until"), null=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="drivers", verbose_name=_("site"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["phone"], name="one_driver_a_phone"),
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="one_driver_a_number"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(phone=""), name="driver_has_name_and_phone"),
            models.CheckConstraint(
                condition=Q(licence_class__in=["", *LICENCE_CLASSES]), name="driver_licence_class_is_known"
            ),
        ]

    @property
    def ref(self) -> str:
        """drv_…"""
        return public_id("drv", self.id)

    def get_absolute_url(self) -> str:
        """The driver's page."""
        return page_of("driver", self.ref)
