"""Area alerts: what happens in an area that nobody can help, from when to when, and the evidence."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch import states
from dispatch.models.base import Key
from events.ids import public_id

DATED_BACK_AT_MOST = timedelta(hours=24)


class AlertKind(models.TextChoices):
    """What has happened."""

    WEATHER = "weather", _("Weather")
    ROAD = "road", _("Road closed")
    WORKSHOP = "workshop", _("Breakdown of a workshop")
    TOW = "tow", _("Breakdown of a tow partner")


class Remedy(models.TextChoices):
    """What is done with the trips that the alert touches."""

    WINDOWS = "windows", _("Another time is offered")
    TOW = "tow", _("The vehicle is towed")


class AreaAlert(Key):
    """The evidence behind every pause and excuse that names it. What it said when it was opened stays."""

    Kind: ClassVar = AlertKind
    Remedy: ClassVar = Remedy
    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    kind = models.CharField(_("kind"), max_length=12, choices=AlertKind.choices)
    area_ids = ArrayField(
        models.UUIDField(), verbose_name=_("areas")
    )  # a trigger keeps them: no area is added afterwards
    remedy = models.CharField(_("trips"), max_length=10, choices=Remedy.choices, default=Remedy.WINDOWS)
    status = models.CharField(_("state"), max_length=12)
    status_since = models.DateTimeField()
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))  # as far as it is known; it can be put off
    ended_at = models.DateTimeField(null=True)  # when it was over
    text_en = models.CharField(_("text in English"), max_length=500)
    text_zh = models.CharField(_("text in Chinese"), max_length=500)
    evidence_url = models.URLField(_("link to the evidence"), max_length=500, blank=True)
    evidence_file = models.CharField(_("file with the evidence"), max_length=40, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    closed_by = models.CharField(max_length=200, blank=True)
    closed_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("area alert")
        verbose_name_plural = _("area alerts")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["ends_at"], condition=Q(status__in=states.ALERT_OPEN), name="open_alert_by_end"),
            models.Index(fields=["starts_at"], name="alert_by_start"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(status__in=sorted(states.ALERT.states)), name="alert_state_is_known"),
            models.CheckConstraint(condition=Q(area_ids__len__gte=1), name="alert_has_an_area"),
            models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="alert_kind_is_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="alert_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(starts_at__gte=F("opened_at") - DATED_BACK_AT_MOST), name="alert_is_hardly_dated_back"
            ),
            models.CheckConstraint(
                condition=Q(
                    status=states.OVER, ended_at__isnull=False, ended_at__gte=F("starts_at"), ended_at__lte=F("ends_at")
                )
                | (~Q(status=states.OVER) & Q(ended_at__isnull=True)),
                name="alert_that_is_over_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(evidence_url="", evidence_file=""), name="alert_has_evidence"),
        ]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("alr", self.pk)
