"""Batches: a file of order lines on its way to orders, with a row for each line."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet import states
from fleet.models.base import Key, page_of


class BatchPolicy(models.TextChoices):
    """What becomes of the good rows of a file that has bad ones."""

    ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")
    ACCEPT_VALID = "accept_valid", _("Accept the valid rows")


class RowState(models.TextChoices):
    """What became of a row."""

    VALID = "valid", _("Valid")
    REJECTED = "rejected", _("Rejected")
    SUBMITTED = "submitted", _("Submitted")
    ALREADY_SUBMITTED = "already_submitted", _("Already submitted")
    CHANGED_SINCE = "changed_since", _("Changed since")
    CANCELLED = "cancelled", _("Cancelled")


class RollbackResult(models.TextChoices):
    """What a roll-back came to for one line, as it stood then."""

    CANCELLED = "cancelled", _("Cancelled")
    EARLIER = "earlier", _("Had been cancelled before")
    KEPT = "kept", _("Not any more: the vehicle is in custody, or the order is over")


class Batch(Key):
    """One file, or one list of lines, as it was sent. From `submitted` on, what is shown is computed from its lines."""

    Policy: ClassVar = BatchPolicy

    name = models.CharField(_("file"), max_length=255)
    file_id = models.UUIDField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    policy = models.CharField(_("policy"), max_length=14, choices=BatchPolicy.choices)
    status = models.CharField(_("state"), max_length=16)
    status_since = models.DateTimeField()
    created_by = models.CharField(_("sent by"), max_length=200)
    created_at = models.DateTimeField(_("sent"))

    touched_at = models.DateTimeField()  # a worker's sign of life; a sweep takes up what was left
    run = models.PositiveIntegerField(default=0)  # which check is at work: an older one stops
    attempts = models.PositiveSmallIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    valid = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    already_submitted = models.PositiveIntegerField(default=0)
    changed_since = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=list)  # of the file, in its order
    mends = models.JSONField(default=dict)  # {line: {column: text}}: what was typed over the file's own cells
    menders = models.JSONField(default=dict)  # {line: [actor, name, time]}: who typed there last
    warnings = models.JSONField(default=list)  # about the whole file: [{"code", "params"}]
    refusal = models.JSONField(null=True)  # {"code", "params"} of a file that cannot be taken

    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.JSONField(null=True)  # the actor as a worker needs it
    opened_at = models.DateTimeField(null=True)  # every row has become an order
    respond_by = models.DateTimeField(null=True)  # the receipt's expected response time
    is_dry_run = models.BooleanField(default=False)  # only to be checked
    halt = models.CharField(max_length=500, blank=True)  # why opening or rolling back stopped
    rollback_at = models.DateTimeField(null=True)
    rollback_by = models.JSONField(null=True)
    rolled_back_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(status__in=sorted(states.STORED)), name="batch_state_is_known"),
            models.CheckConstraint(condition=Q(policy__in=BatchPolicy.values), name="batch_policy_is_known"),
        ]

    @property
    def ref(self) -> str:
        """bat_…"""
        return public_id("bat", self.id)

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return page_of("batch", self.ref)

    @property
    def is_opening(self) -> bool:
        """Whether a worker still makes orders of its rows."""
        return self.submitted_at is not None and self.opened_at is None

    @property
    def is_rolling_back(self) -> bool:
        """Whether a worker still cancels its orders."""
        return self.rollback_at is not None and self.rolled_back_at is None


class BatchRow(Key):
    """One line of a batch. A rejected one keeps its cells, any other what the desk is to be asked.

    A row with warnings and a mended one keep their cells too: they can be typed over again.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    external_ref = models.CharField(_("reference"), max_length=64, blank=True)
    status = models.CharField(_("state"), max_length=17)
    cells = models.JSONField(null=True)  # {column: text} as it was sent or typed
    search = models.CharField(max_length=120, blank=True)  # reference, VIN and plate in small letters
    mended_by = models.CharField(max_length=200, blank=True)
    mended_at = models.DateTimeField(null=True)
    asked = models.JSONField(null=True)  # a repair.requests.JobLine
    digest = models.BinaryField(max_length=16, null=True)
    errors = models.JSONField(default=list)  # [{"field", "code", "params"}]
    warnings = models.JSONField(default=list)
    order_id = models.UUIDField(null=True)
    number = models.CharField(max_length=20, blank=True)  # of the order, for the receipt
    done_at = models.DateTimeField(null=True)  # when it became an order, or amended one
    rollback_result = models.CharField(max_length=9, choices=RollbackResult.choices, blank=True)
    rollback_state = models.CharField(max_length=20, blank=True)  # of the order when it was kept or cancelled

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["external_ref"], name="row_by_reference"),
            models.Index(fields=["batch", "status", "line"], name="row_by_state"),
            models.Index(fields=["batch", "line"], name="row_with_warnings", condition=~Q(warnings=[])),
            GinIndex(
                fields=["errors"], name="row_by_faults", opclasses=["jsonb_path_ops"], condition=Q(status="rejected")
            ),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["batch", "line"], include=["search"], name="one_row_a_line"),
            models.CheckConstraint(condition=Q(status__in=RowState.values), name="row_state_is_known"),
            models.CheckConstraint(
                condition=Q(rollback_result__in=["", *RollbackResult.values]), name="rollback_result_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="rejected") | Q(asked__isnull=False), name="only_rejected_rows_ask_for_nothing"
            ),
        ]
