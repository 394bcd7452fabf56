"""Rate cards: the standard one and one a tenant; versions that are never changed, and the days on which each holds."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from partners.desk.models.base import Key
from partners.desk.models.prices import PriceFields, price_constraints
from tenants.models import Tenant


class RateCard(Key):
    """The prices of one tenant, or (without one) those that hold wherever nothing else was agreed."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("rate card")
        verbose_name_plural = _("rate cards")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["tenant"], name="one_card_a_tenant", nulls_distinct=False),
        ]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("rcd", self.pk)


class RateDraft(models.Model):
    """What finance is writing; one a card, gone when it is published."""

    card = models.OneToOneField(RateCard, on_delete=models.PROTECT, primary_key=True, related_name="draft")
    based_on = models.ForeignKey("RateVersion", on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)  # grows with each change
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("draft of a rate card")
        verbose_name_plural = _("drafts of rate cards")


class RateVersion(Key):
    """A published version. Append-only: what was published is what customers were charged by."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    card = models.ForeignKey(RateCard, on_delete=models.PROTECT, related_name="versions")
    no = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of a rate card")
        verbose_name_plural = _("versions of rate cards")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["card", "no"], name="one_card_version_a_number"),
        ]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("rcv", self.pk)


class RatePeriod(models.Model):
    """The days on which a version holds; of one card never two on a day. An empty range: withdrawn before it began."""

    app_rights: ClassVar = ("SELECT", "INSERT", "UPDATE")

    version = models.OneToOneField(RateVersion, on_delete=models.PROTECT, primary_key=True, related_name="period")
    card = models.ForeignKey(RateCard, on_delete=models.PROTECT, related_name="periods")
    during = DateRangeField()

    class Meta:
        verbose_name = _("days of a rate card")
        verbose_name_plural = _("days of rate cards")
        constraints: ClassVar[list[Any]] = [
            ExclusionConstraint(
                name="one_card_version_a_day",
                expressions=[("card", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=True) | Q(during__startswith__isnull=False),
                name="card_version_begins_on_a_day",
            ),
        ]


class Price(PriceFields):
    """A price of a published version. Append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    version = models.ForeignKey(RateVersion, on_delete=models.PROTECT, related_name="prices")

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints: ClassVar[list[Any]] = price_constraints("version", "price")
