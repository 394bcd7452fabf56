"""The agent's hand-over on his phone: photos as they arrive, the draft of a report, and what he sent, once each."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models import Leg
from files.models import StoredFile
from repair.models.base import Key


class HandoverPhoto(Key):
    """A photo (or a signature) that belongs to a leg's hand-over; a newer one of the same shot replaces it."""

    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    shot = models.CharField(max_length=40)
    taken_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hand-over photo")
        verbose_name_plural = _("hand-over photos")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["leg", "shot"], condition=Q(replaced_at__isnull=True), name="one_photo_a_shot"
            ),
        ]


class HandoverDraft(models.Model):
    """What the agent has filled in so far; his phone has it too."""

    leg = models.OneToOneField(Leg, on_delete=models.CASCADE, primary_key=True, related_name="+")
    content = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hand-over draft")
        verbose_name_plural = _("hand-over drafts")


class HandoverStep(models.Model):
    """What a phone sent and we did; the same thing sent again is answered, not done."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True)  # made by the phone
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    done_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hand-over step")
        verbose_name_plural = _("hand-over steps")
