"""Areas, agents, and what makes them fit by their papers."""

from datetime import time
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from dispatch.models.base import DateSpan, Key
from tenants.people.models import Invitation, User


class Area(Key):
    """A district that agents serve: everything nearer to its centre than its radius.

    Between `staffed_from` and `staffed_until` (local time) the operator promises `agents_least` fit agents on shift.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    lat = models.FloatField(_("latitude"))
    lng = models.FloatField(_("longitude"))
    radius_m = models.PositiveIntegerField(_("radius in metres"))
    agents_wanted = models.PositiveSmallIntegerField(_("agents wanted"), default=2)
    agents_least = models.PositiveSmallIntegerField(_("agents at least"), default=2)
    staffed_from = models.TimeField(_("staffed from"), default=time(8))
    staffed_until = models.TimeField(_("staffed until"), default=time(20))

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180), name="area_is_on_the_earth"
            ),
            models.CheckConstraint(condition=Q(radius_m__gt=0), name="area_has_a_radius"),
            models.CheckConstraint(
                condition=Q(agents_least__gte=1) & Q(agents_wanted__gte=F("agents_least")),
                name="area_wants_what_it_needs",
            ),
            models.CheckConstraint(condition=Q(staffed_until__gt=F("staffed_from")), name="area_is_staffed_by_day"),
        ]

    def __str__(self) -> str:
        return self.name


class LicenceRule(Key):
    """Which licence classes may drive a vehicle class, from when to when (effective-dated, to be confirmed by the operator)."""

    vehicle_class = models.CharField(_("vehicle class"), max_length=20)
    licences = ArrayField(models.CharField(max_length=4), verbose_name=_("licences"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("licence rule")
        verbose_name_plural = _("licence rules")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="licence_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(licences=[]), name="licence_rule_names_a_licence"),
            ExclusionConstraint(
                name="one_licence_rule_a_class_and_day",
                expressions=[
                    ("vehicle_class", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_until", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class Agent(Key):
    """A driver of the operator's, with everything that the gates ask."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, blank=True, related_name="agent")
    invitation = models.OneToOneField(Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=32)
    home = models.CharField(_("home place"), max_length=160, blank=True)
    lat = models.FloatField(_("latitude"))
    lng = models.FloatField(_("longitude"))
    areas = models.ManyToManyField(Area, related_name="agents", verbose_name=_("areas"))
    licence = models.CharField(_("licence"), max_length=4)
    licence_expires_on = models.DateField(_("licence expires on"))
    probation_until = models.DateField(_("probation until"), null=True, blank=True)
    in_trade_since = models.DateField(_("in the trade since"))
    trained_until = models.DateField(_("training valid until"), null=True, blank=True)
    load = models.PositiveSmallIntegerField(_("legs a shift"), default=6)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(load__gte=1), name="agent_can_take_a_leg"),
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180), name="agent_lives_on_the_earth"
            ),
        ]

    def __str__(self) -> str:
        return self.name
