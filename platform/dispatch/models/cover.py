"""When an area had too few agents, from when to when."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.base import Key
from dispatch.models.people import Area


class CoverAlert(Key):
    """An area had fewer fit agents on shift than the operator promises; an ended one is never changed."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="cover_alerts")
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("until"), null=True)
    least = models.PositiveSmallIntegerField(_("agents at least"))
    fit = models.PositiveSmallIntegerField(_("fit agents"))  # when it was opened
    fewest = models.PositiveSmallIntegerField(_("fewest fit agents"))
    unfit = models.JSONField(default=list)  # who was on shift and might not drive: {"agent", "name", "reasons"}

    class Meta:
        verbose_name = _("alert of too few agents")
        verbose_name_plural = _("alerts of too few agents")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["-opened_at"], name="cover_alert_by_time")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(closed_at__isnull=True), name="one_open_cover_alert_an_area"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="cover_alert_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(fit__lt=F("least")) & Q(fewest__lte=F("fit")), name="cover_alert_is_about_too_few"
            ),
        ]
