"""Who may approve how much, for what: owned tables, kept by the tenant's administrators."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key, page_of


class ApprovalLimit(Key):
    """Up to which amount a role (or one member) may approve the work on one order, under conditions.

    Blank means nothing at all; without an upper end is said so. Of the limits whose conditions hold the most specific decides.
    """

    role = models.CharField(_("role"), max_length=20, blank=True)
    member_id = models.CharField(max_length=64, blank=True)
    member_name = models.CharField(_("member"), max_length=200, blank=True)
    service = models.CharField(_("service"), max_length=12, blank=True)  # blank: any
    max_age_years = models.PositiveSmallIntegerField(_("vehicles up to this age"), null=True)
    vehicle_spend_fen = models.BigIntegerField(_("while the vehicle's year is up to"), null=True)
    center_spend_fen = models.BigIntegerField(_("while the cost centre's year is up to"), null=True)
    up_to_fen = models.BigIntegerField(_("up to"), null=True)
    is_unlimited = models.BooleanField(_("without limit"), default=False)
    may_exceed_budget = models.BooleanField(_("may go above the budget"), default=False)

    class Meta:
        verbose_name = _("approval limit")
        verbose_name_plural = _("approval limits")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(up_to_fen__isnull=True) | Q(up_to_fen__gte=0), name="limit_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(role="", member_id__gt="") | Q(role__gt="", member_id=""),
                name="limit_is_a_roles_or_a_members",
            ),
            models.CheckConstraint(
                condition=Q(is_unlimited=False) | Q(up_to_fen__isnull=True), name="without_limit_has_no_amount"
            ),
            models.CheckConstraint(
                condition=(Q(vehicle_spend_fen__isnull=True) | Q(vehicle_spend_fen__gte=0))
                & (Q(center_spend_fen__isnull=True) | Q(center_spend_fen__gte=0)),
                name="limit_conditions_are_not_negative",
            ),
            models.UniqueConstraint(
                fields=["role", "member_id", "service", "max_age_years", "vehicle_spend_fen", "center_spend_fen"],
                nulls_distinct=False,
                name="one_limit_under_the_same_conditions",
            ),
        ]

    @property
    def ref(self) -> str:
        """apl_…"""
        return public_id("apl", self.id)

    def get_absolute_url(self) -> str:
        """Where it is changed."""
        return page_of("approval_limit", self.ref)
