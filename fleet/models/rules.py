"""How the tenant wants its batches taken."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models.batches import BatchPolicy


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
