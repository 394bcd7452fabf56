"""Entry: the tenant's copy of its events, the first projection; timelines, audit and the API read it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """One event as the tenant may read it; append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")
    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)
    type = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=64)
    data = models.JSONField()
    actor_name = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["subject", "seq"], name="entry_by_subject")]
