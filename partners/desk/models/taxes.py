"""Value-added tax by group, from when to when."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from partners.desk.charges import TaxGroup
from partners.desk.models.base import Key


class VatRate(Key):
    """The rate of one group on some days; finance confirms what was seeded. Days and rates are never changed, only ended."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    group = models.CharField(_("group"), max_length=12, choices=TaxGroup.choices)
    rate_bp = models.PositiveIntegerField(_("rate"))  # hundredths of a per cent
    during = DateRangeField(_("days"))
    set_by = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="one_vat_rate_a_day",
                expressions=[("group", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(rate_bp__lte=10_000), name="vat_rate_is_a_share"),
            models.CheckConstraint(condition=Q(group__in=TaxGroup.values), name="vat_group_is_known"),
            models.CheckConstraint(
                condition=Q(during__isempty=True) | Q(during__startswith__isnull=False), name="vat_rate_begins_on_a_day"
            ),
        ]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("vat", self.pk)
