"""Who may approve how much, and how the tenant wants its batches taken."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models.base import Key
from fleet.models.batches import BatchPolicy


class ApprovalLimit(Key):
    """Up to which amount a role may approve the work on one order; a blank limit means none at all."""

    role = models.CharField(_("role"), max_length=20, unique=True)
    up_to_fen = models.BigIntegerField(_("up to"), null=True)

    class Meta:
        verbose_name = _("approval limit")
        verbose_name_plural = _("approval limits")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(up_to_fen__isnull=True) | Q(up_to_fen__gte=0), name="limit_is_not_negative"
            ),
        ]


class TenantSettings(models.Model):
    """The one row of the tenant's own choices."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    policy = models.CharField(
        _("batches"), max_length=14, choices=BatchPolicy.choices, default=BatchPolicy.ALL_OR_NOTHING
    )

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(id=1), name="settings_are_one_row"),
            models.CheckConstraint(condition=Q(policy__in=BatchPolicy.values), name="settings_policy_is_known"),
        ]
