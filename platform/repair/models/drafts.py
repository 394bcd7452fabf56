"""What a workshop has written and not sent yet."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repair.models.jobs import Job


class EstimateDraft(models.Model):
    """The lines of an estimate (or of an extra fault) as they stand in the editor; one a job, gone when they are sent."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="estimate_draft")
    lines = models.JSONField(default=list)  # services.drafting.FIELDS and "photos": ["fil_…"], as typed
    revision = models.PositiveIntegerField(default=0)  # grows with each save; who saves says which one was read
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("estimate draft")
        verbose_name_plural = _("estimate drafts")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(revision__gte=1), name="draft_revisions_start_at_one"),
        ]
