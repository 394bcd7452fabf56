"""What agents have learned, when they work, and when they do not."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dispatch import states
from dispatch.models.base import Key, TimeSpan
from dispatch.models.people import Agent


class Named(Key):
    """A row with a code and a name in both languages."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_en = models.CharField(_("name, English"), max_length=80)
    name_zh = models.CharField(_("name, Chinese"), max_length=80)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class TrainingTopic(Named):
    """What agents are trained in, and for how many days that holds (P17: monthly at least, to be confirmed)."""

    valid_days = models.PositiveSmallIntegerField(_("valid for days"), default=31)

    class Meta:
        verbose_name = _("training topic")
        verbose_name_plural = _("training topics")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(valid_days__gte=1), name="training_holds_for_a_day"),
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_zh=""), name="topic_has_its_name_in_both_languages"
            ),
        ]


class Training(Key):
    """A training that an agent took; the one that is valid longest says until when he is trained."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="trainings")
    topic = models.ForeignKey(
        TrainingTopic, on_delete=models.PROTECT, related_name="trainings", verbose_name=_("topic")
    )
    taken_on = models.DateField(_("taken on"))
    valid_until = models.DateField(_("valid until"))
    struck_at = models.DateTimeField(null=True)  # entered by mistake: it counts no longer
    struck_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("taken_on")), name="training_holds_from_its_day"),
            models.UniqueConstraint(
                fields=["agent", "topic", "taken_on"], condition=Q(struck_at__isnull=True), name="one_training_a_day"
            ),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True) | ~Q(struck_reason=""), name="struck_training_says_why"
            ),
        ]


class ShiftPattern(Named):
    """A shift as it is usually worked: local hours; one that ends before it starts runs into the next day."""

    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))

    class Meta:
        verbose_name = _("shift pattern")
        verbose_name_plural = _("shift patterns")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="pattern_has_a_length"),
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_zh=""), name="pattern_has_its_name_in_both_languages"
            ),
        ]


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
            ExclusionConstraint(
                name="shifts_of_an_agent_never_overlap",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (TimeSpan("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
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
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="leave_ends_after_it_starts"),
            ExclusionConstraint(
                name="leaves_of_an_agent_never_overlap",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (TimeSpan("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class LeaveRequest(Key):
    """An agent asks for leave, and a lead answers; approved, it is a leave."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="leave_requests")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=120)
    status = models.CharField(_("state"), max_length=10, default=states.REQUESTED)
    status_since = models.DateTimeField()
    asked_at = models.DateTimeField(_("asked"))
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    leave = models.OneToOneField(Leave, on_delete=models.SET_NULL, null=True, related_name="request")

    class Meta:
        verbose_name = _("leave request")
        verbose_name_plural = _("leave requests")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["starts_at"], condition=Q(status="requested"), name="open_leave_request_by_start"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(states.LEAVE_REQUEST.states)), name="leave_request_state_is_known"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="asked_leave_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(reason=""), name="leave_request_says_why"),
            ExclusionConstraint(
                name="one_request_for_a_time",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (TimeSpan("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="requested"),
            ),
        ]
