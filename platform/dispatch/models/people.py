"""Areas, agents, and what makes them fit."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.base import Key
from tenants.people.models import User


class Area(Key):
    """A district that agents serve: everything nearer to its centre than its radius."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    lat = models.FloatField(_("latitude"))
    lng = models.FloatField(_("longitude"))
    radius_m = models.PositiveIntegerField(_("radius in metres"))
    agents_wanted = models.PositiveSmallIntegerField(_("agents wanted"), default=2)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")

    def __str__(self) -> str:
        return self.name


class LicenceRule(Key):
    """Which licence classes may drive a vehicle class, from when to when (effective-dated, to be confirmed by the operator)."""

    vehicle_class = models.CharField(_("vehicle class"), max_length=20)
    licences = ArrayField(models.CharField(max_length=4), verbose_name=_("licences"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("licence rule")
        verbose_name_plural = _("licence rules")


class Agent(Key):
    """A driver of the operator's, with everything that the gates ask."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, blank=True, related_name="agent")
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=32)
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

    def __str__(self) -> str:
        return self.name


class Training(Key):
    """A training that an agent took; the latest says until when it is valid."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="trainings")
    topic = models.CharField(_("topic"), max_length=80)
    taken_on = models.DateField(_("taken on"))
    valid_until = models.DateField(_("valid until"))

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")


class Shift(Key):
    """When an agent works; shifts of one agent never overlap."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["starts_at", "ends_at"], name="shift_by_time")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"),
            models.UniqueConstraint(fields=["agent", "starts_at"], name="one_shift_at_a_time"),
        ]


class Leave(Key):
    """When an agent does not work, whatever the shift says."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="leaves")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
