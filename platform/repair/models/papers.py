"""What is signed and checked: authorisations, condition reports, quality checks."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key
from repair.models.jobs import Job
from repair.models.visits import Custody, ReportSide, Visit
from tenants.models import Tenant


class Authorisation(Key):
    """委托书: for one job, or standing for a tenant (sealed, dated, named signers)."""

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="authorisations")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    signers = ArrayField(models.CharField(max_length=80))
    sealed_file = models.CharField(max_length=40, blank=True)
    signed_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("agency authorisation")
        verbose_name_plural = _("agency authorisations")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["tenant"], condition=Q(job__isnull=True), name="standing_authorisation"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(signers=[]), name="authorisation_names_its_signers"),
        ]


class ConditionReport(Key):
    """验车单: what both saw; both sign the same hash. Append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="reports")
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="reports")
    side = models.CharField(max_length=10, choices=ReportSide.choices)
    content = models.JSONField()  # all that is signed: shots, odometer, energy, keys, …
    files = models.JSONField(default=dict)  # shot → fil_…; the content has each photo's SHA-256
    hash = models.CharField(max_length=64)
    agent_name = models.CharField(max_length=80)
    agent_signature = models.CharField(max_length=40)  # file id
    customer_name = models.CharField(max_length=80)
    customer_signature = models.CharField(max_length=40, blank=True)
    witness = models.CharField(max_length=80, blank=True)  # when the customer will not sign
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("condition report")
        verbose_name_plural = _("condition reports")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["custody", "side"], name="one_report_a_side"),
            models.CheckConstraint(
                condition=~Q(customer_signature="") | ~Q(witness=""), name="report_is_signed_or_witnessed"
            ),
        ]


class QualityStandard(Key):
    """A version of 《维修质量标准》: what an inspector checks for a service."""

    service = models.CharField(max_length=12)
    version = models.CharField(max_length=20)
    items = models.JSONField()  # [{"code", "en", "zh"}]
    valid_from = models.DateField()

    class Meta:
        verbose_name = _("quality standard")
        verbose_name_plural = _("quality standards")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["service", "version"], name="one_standard_a_version"),
        ]


class QualityCheck(Key):
    """One inspection of finished work; the inspector is never the technician. Append-only."""

    app_rights: ClassVar = ("SELECT", "INSERT")

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="quality_checks")
    round = models.PositiveSmallIntegerField()
    standard = models.ForeignKey(QualityStandard, on_delete=models.PROTECT, related_name="+")
    inspector = models.CharField(max_length=120)
    technician = models.CharField(max_length=120)
    results = models.JSONField()  # {code: "ok" | "fail"}
    is_passed = models.BooleanField()
    remarks = models.TextField(blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("quality check")
        verbose_name_plural = _("quality checks")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["job", "round"], name="one_check_a_round"),
            models.CheckConstraint(
                condition=~Q(inspector=models.F("technician")), name="inspector_is_not_the_technician"
            ),
        ]
