"""Workshops, what they can do, and how many bays a day has left."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key


class Workshop(Key):
    """A workshop of the operator's or a partner's; empty brands or classes mean all."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    address = models.CharField(_("address"), max_length=300)
    lat = models.FloatField(_("latitude"))
    lng = models.FloatField(_("longitude"))
    brands = ArrayField(models.CharField(max_length=3), default=list, blank=True, verbose_name=_("brands (WMI)"))
    services = ArrayField(models.CharField(max_length=20), verbose_name=_("services"))
    classes = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("vehicle classes"))
    bays = models.PositiveSmallIntegerField(_("bays"))
    is_own = models.BooleanField(_("the operator's own"), default=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")

    def __str__(self) -> str:
        return self.name


class WorkshopDay(Key):
    """How many bays of a workshop are taken on a day; never more than it has."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    bays = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("workshop day")
        verbose_name_plural = _("workshop days")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["workshop", "day"], name="one_row_a_workshop_and_day"),
            models.CheckConstraint(condition=Q(taken__lte=F("bays")), name="no_more_bays_than_there_are"),
        ]
