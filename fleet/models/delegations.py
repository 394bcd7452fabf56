"""Who stands in for whom, from when until when; and how an estimate went up to who may approve it."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key, page_of


class Delegation(Key):
    """A member (the principal) lends its limits to another (the deputy) for a time; who holds the limits stays the principal."""

    principal_id = models.CharField(max_length=64)
    principal_name = models.CharField(_("principal"), max_length=200)
    deputy_id = models.CharField(max_length=64)
    deputy_name = models.CharField(_("deputy"), max_length=200)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    up_to_fen = models.BigIntegerField(_("at most"), null=True)  # None: whatever the principal may
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    given_by = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(principal_id=F("deputy_id")), name="nobody_stands_in_for_itself"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(up_to_fen__isnull=True) | Q(up_to_fen__gte=0), name="delegation_is_not_negative"
            ),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["deputy_id", "ends_at"], name="delegation_by_deputy")]

    @property
    def ref(self) -> str:
        """dlg_…"""
        return public_id("dlg", self.id)

    def get_absolute_url(self) -> str:
        """Where it stands in the list."""
        return f"{page_of('delegations')}#{self.ref}"


class DelegationSide(models.Model):
    """One of the two members of a delegation, and while it holds: what keeps delegations apart and out of circles.

    Nobody has two deputies at once, and nobody who stands in for somebody is stood in for: so no chain, and no circle.
    """

    PRINCIPAL, DEPUTY = "principal", "deputy"

    pk = models.CompositePrimaryKey("delegation_id", "side")
    delegation = models.ForeignKey(Delegation, models.CASCADE, related_name="sides", db_index=False)
    side = models.CharField(max_length=9)
    member_id = models.CharField(max_length=64)
    during = DateTimeRangeField()  # ends with a revocation

    class Meta:
        verbose_name = _("side of a delegation")
        verbose_name_plural = _("sides of delegations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(side__in=["principal", "deputy"]), name="delegation_side_is_known"),
            ExclusionConstraint(
                expressions=[("member_id", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(side="principal"),
                name="one_deputy_at_a_time",
            ),
            ExclusionConstraint(
                expressions=[
                    ("member_id", RangeOperators.EQUAL),
                    ("side", RangeOperators.NOT_EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                name="no_deputy_has_a_deputy",
            ),
        ]


class Endorsement(Key):
    """Who may not approve an estimate, but would, has passed it on to who may: with its choices, for the next to see."""

    order_id = models.UUIDField()
    version = models.PositiveIntegerField()
    member_id = models.CharField(max_length=64)
    member_name = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField()
    choices = models.JSONField(default=list)  # {no, is_approved, amount_fen, reason} of each line that was chosen about
    note = models.CharField(_("note"), max_length=1_000, blank=True)
    passed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["order_id", "version", "member_id"], name="one_endorsement_a_member"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="endorsed_amount_is_not_negative"),
        ]


class OverBudget(models.TextChoices):
    """What happens to a yes that goes above the cost centre's budget."""

    WARN = "warn", _("It is said, and approved")
    ASK = "ask", _("Somebody who may go above the budget approves it")
    REFUSE = "refuse", _("Nobody approves it until the budget is raised")


class ApprovalPolicy(models.Model):
    """The one row of how the tenant wants approvals."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    four_eyes_from_fen = models.BigIntegerField(_("somebody else approves from"), null=True)  # None: never asked for
    over_budget = models.CharField(
        _("above the budget"), max_length=6, choices=OverBudget.choices, default=OverBudget.ASK
    )

    class Meta:
        verbose_name = _("rules of approval")
        verbose_name_plural = _("rules of approval")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(id=1), name="approval_policy_is_one_row"),
            models.CheckConstraint(condition=Q(over_budget__in=OverBudget.values), name="over_budget_rule_is_known"),
            models.CheckConstraint(
                condition=Q(four_eyes_from_fen__isnull=True) | Q(four_eyes_from_fen__gte=0),
                name="four_eyes_amount_is_not_negative",
            ),
        ]
