"""Estimates: versions, lines, and the decision on each line. Amounts are tax-inclusive, integer fen."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import DecimalField, ExpressionWrapper, F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key
from repair.models.jobs import Job

# to the fen, half of one upwards
TIMES_UNIT_PRICE = Round(
    ExpressionWrapper(F("quantity") * F("unit_price_fen"), output_field=DecimalField(max_digits=30, decimal_places=2))
)


class LineKind(models.TextChoices):
    """What a line pays for."""

    LABOUR = "labour", _("Labour")
    PART = "part", _("Part")


class LineDecision(models.TextChoices):
    """The yes or no to a line; only approved lines are unlocked for work."""

    PENDING = "pending", _("Waiting")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class Estimate(Key):
    """One version of what is to be done and what it costs."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="estimates")
    version = models.PositiveSmallIntegerField()
    is_supplement = models.BooleanField(default=False)  # an extra fault found at work (J14)
    submitted_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    decision = models.CharField(max_length=20, blank=True)  # approved, part_approved, sent_back, rejected, expired
    reason = models.TextField(blank=True)
    total_fen = models.BigIntegerField(default=0)
    approved_fen = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["job", "version"], name="one_job_estimate_a_version"),
            models.CheckConstraint(condition=Q(approved_fen__lte=F("total_fen")), name="no_more_approved_than_asked"),
        ]


class EstimateLine(Key):
    """One item: labour or part, its gross amount, and what was decided.

    Lines written before there were unit prices, and flat prices, have an amount alone.
    """

    estimate = models.ForeignKey(Estimate, on_delete=models.CASCADE, related_name="lines")
    no = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    text = models.CharField(max_length=300)
    operation = models.CharField(max_length=20, blank=True)  # a code of Operation as it was then
    quantity = models.DecimalField(max_digits=8, decimal_places=2, default=1)
    unit_price_fen = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField()
    decision = models.CharField(max_length=10, choices=LineDecision.choices, default=LineDecision.PENDING)
    approved_fen = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    work_begun_at = models.DateTimeField(null=True)
    photos = models.JSONField(default=list)  # file ids

    class Meta:
        verbose_name = _("estimate line")
        verbose_name_plural = _("estimate lines")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["estimate", "no"], name="one_line_a_number"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="line_amount_is_not_negative"),
            models.CheckConstraint(
                condition=Q(unit_price_fen__isnull=True) | Q(unit_price_fen__gte=0, amount_fen=TIMES_UNIT_PRICE),
                name="line_amount_is_quantity_times_unit_price",
            ),
            models.CheckConstraint(
                condition=Q(approved_fen__gte=0, approved_fen__lte=F("amount_fen")), name="line_approved_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(work_begun_at__isnull=True) | Q(decision="approved"),
                name="work_lock_no_hours_without_consent",
            ),
        ]
