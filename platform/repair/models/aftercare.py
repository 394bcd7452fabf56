"""Notes on the way, call attempts and ratings."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key
from repair.models.jobs import Job


class ProgressNote(Key):
    """What the customer is told while the vehicle is held."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="progress_notes")
    text = models.CharField(max_length=1000)
    photos = models.JSONField(default=list)  # file ids
    by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("progress note")
        verbose_name_plural = _("progress notes")


class CallAttempt(Key):
    """One try to reach the customer after delivery."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="calls")
    by = models.CharField(max_length=200)
    called_at = models.DateTimeField()
    is_reached = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("call attempt")
        verbose_name_plural = _("call attempts")


class Rating(Key):
    """How satisfied the customer was: 1 to 5."""

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="rating")
    score = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    rated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="score_is_one_to_five"),
        ]
