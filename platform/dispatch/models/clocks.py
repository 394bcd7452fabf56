"""The clocks, their limits, and what the desk may show of each: its pauses, warnings, breach and excuse."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.alerts import AreaAlert
from dispatch.models.base import Key
from tenants.models import Tenant

WARN_AT = [50, 80]


class Desk(models.TextChoices):
    """Whose breach it is: a desk with a rota, or the workshop and the agent that have the vehicle."""

    DISPATCH = "dispatch", _("Dispatch desk")
    SERVICE = "service", _("Customer service")
    WORKSHOP = "workshop", _("Workshop and agent")


class Versions(models.QuerySet[Any]):
    """Rules in versions, each from a date on."""

    def in_force(self, *names: str, at: datetime) -> "Versions":
        """Of each set of `names` the version that counts `at` a time: the latest, and of two from one date the younger."""
        return self.filter(valid_from__lte=at).order_by(*names, "-valid_from", "-pk").distinct(*names)


class Version(Key):
    """A rule from a date on. It is never edited: another version takes its place, and a clock keeps what it started with."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    valid_from = models.DateTimeField(_("valid from"))
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects: ClassVar[Any] = Versions.as_manager()

    class Meta:
        abstract = True


def default_shares() -> list[int]:
    """At half of the time, and when a fifth is left."""
    return list(WARN_AT)


class ClockRule(Version):
    """A clock's limit as the operator has promised it, when to warn, and whom a breach goes to."""

    kind = models.CharField(_("clock"), max_length=20)
    limit_s = models.PositiveIntegerField(_("limit in seconds"), null=True)  # null: measured, never breached
    warn_at = ArrayField(models.PositiveSmallIntegerField(), default=default_shares)  # per cent of the time
    tell_from = models.PositiveSmallIntegerField(default=80)  # from this share on those on duty get a message
    desk = models.CharField(_("goes to"), max_length=20, blank=True, choices=Desk.choices)
    level = models.PositiveSmallIntegerField(_("first level"), default=1)
    answer_within_s = models.PositiveIntegerField(default=600)  # then the next level is called

    class Meta:
        verbose_name = _("clock rule")
        verbose_name_plural = _("clock rules")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["kind", "valid_from"], name="clock_rule_by_date")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(valid_from__gte=F("made_at")), name="clock_rule_is_not_dated_back"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="clock_rule_level_is_known"),
            models.CheckConstraint(condition=Q(answer_within_s__gte=60), name="clock_rule_leaves_time_to_answer"),
        ]


class PauseRule(Version):
    """Whether a cause lets a clock stand still, and for how long in all: a hold's cause, a wait, or the kind of an area alert."""

    cause = models.CharField(_("cause"), max_length=20)
    kind = models.CharField(_("clock"), max_length=20)
    pauses = models.BooleanField(_("stands still"), default=True)
    most_s = models.PositiveIntegerField(_("at most, in seconds"), null=True)

    class Meta:
        verbose_name = _("pause rule")
        verbose_name_plural = _("pause rules")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["cause", "kind", "valid_from"], name="pause_rule_by_date")]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(valid_from__gte=F("made_at")), name="pause_rule_is_not_dated_back"),
        ]


class Clock(Key):
    """One promise running: started, paused, met and breached by facts alone. Triggers keep it honest.

    `due_at` moves by the length of each pause and by nothing else; `next_at` is when somebody must look again.
    """

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()  # the job, or what else its owner lets it run for
    subject = models.CharField(max_length=40)  # its public id
    rule = models.ForeignKey(ClockRule, on_delete=models.PROTECT, related_name="+", db_index=False)
    area_ids = ArrayField(models.UUIDField(), default=list)  # where its promise is kept: what an area alert touches
    started_at = models.DateTimeField()
    length = models.DurationField(null=True)  # the limit that it started with; null: measured
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)  # the next warning, or the end
    warned = models.PositiveSmallIntegerField(default=0)  # the last share that was warned of, in per cent
    paused_at = models.DateTimeField(null=True)  # since when it stands still
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)  # what it ran for ended otherwise

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False, paused_at__isnull=True),
                name="clock_to_look_at",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, cancelled_at__isnull=True),
                name="running_clock_by_due",
            ),
            models.Index(fields=["subject_id", "kind"], name="clock_by_subject"),
            models.Index(fields=["started_at"], name="clock_by_start"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(cancelled_at__isnull=True), name="clock_ends_once"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, length__isnull=True) | Q(due_at__isnull=False, length__isnull=False),
                name="clock_with_an_end_has_a_length",
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True)
                | Q(stopped_at__isnull=True, cancelled_at__isnull=True, breached_at__isnull=True, due_at__isnull=False),
                name="clock_that_is_over_is_left_alone",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True)
                | Q(stopped_at__isnull=True, cancelled_at__isnull=True, breached_at__isnull=True),
                name="clock_that_is_over_does_not_pause",
            ),
        ]


class ClockPause(Key):
    """A stretch in which a clock stood still, and why; several may lie over each other. An area alert's id stands on it."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=20)  # the cause of a `PauseRule`
    alert = models.ForeignKey(AreaAlert, on_delete=models.PROTECT, null=True, related_name="pauses")
    began_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)  # the rule allows no more; under an alert its end counts
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["until_at"],
                condition=Q(ended_at__isnull=True, until_at__isnull=False),
                name="open_pause_by_end",
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["clock", "reason"],
                condition=Q(ended_at__isnull=True, alert__isnull=True),
                name="one_open_pause_a_cause",
            ),
            models.UniqueConstraint(
                fields=["clock", "alert"], condition=Q(alert__isnull=False), name="one_pause_an_alert"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="pause_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(until_at__isnull=True) | Q(ended_at__lte=F("until_at")),
                name="pause_is_no_longer_than_its_rule",
            ),
        ]


class ClockWarning(Key):
    """That so much of a clock's time was used up, and when somebody was told."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="warnings")
    share = models.PositiveSmallIntegerField()  # per cent
    reached_at = models.DateTimeField()
    warned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("warning")
        verbose_name_plural = _("warnings")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["warned_at"], name="clock_warning_by_time")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["clock", "share"], name="one_warning_a_share"),
        ]


class ClockExcuse(models.Model):
    """A breach that an area alert covers in area, time and kind: counted, and counted apart. A trigger asks for the cover."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, primary_key=True, related_name="excuse")
    alert = models.ForeignKey(AreaAlert, on_delete=models.PROTECT, related_name="excuses")
    excused_at = models.DateTimeField()

    class Meta:
        verbose_name = _("excuse")
        verbose_name_plural = _("excuses")


def first_of(shares: Iterable[int], *, after: int) -> int:
    """The next share to warn of; 100 when there is none: the end."""
    return min((share for share in shares if after < share < 100), default=100)
