"""Imports: a file of vehicles, drivers, sites or cost centres on its way into the book, with a row for each line."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key, page_of


class Register(models.TextChoices):
    """What a file may hold."""

    VEHICLES = "vehicles", _("Vehicles")
    DRIVERS = "drivers", _("Drivers")
    SITES = "sites", _("Sites")
    COST_CENTERS = "cost_centers", _("Cost centres")


class Verdict(models.TextChoices):
    """What would become, or has become, of a row."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Same as before")
    REJECTED = "rejected", _("Rejected")


class Import(Key):
    """One file as it was sent: checked first, applied when a person says so."""

    register = models.CharField(_("what"), max_length=12, choices=Register.choices)
    name = models.CharField(_("file"), max_length=255)
    file_id = models.UUIDField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    status = models.CharField(_("state"), max_length=16)
    status_since = models.DateTimeField()
    created_by = models.CharField(_("sent by"), max_length=200)
    created_at = models.DateTimeField(_("sent"))

    touched_at = models.DateTimeField()  # a worker's sign of life; a sweep takes up what was left
    attempts = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)  # of the check, then of the writing
    columns = models.JSONField(default=list)  # of the file, as far as they are known
    warnings = models.JSONField(default=list)  # about the file as a whole: [{"code", "params"}]
    refusal = models.JSONField(null=True)  # {"code", "params"} of a file that cannot be taken
    applied_by = models.JSONField(null=True)  # who said yes, for the worker and the log
    applied_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    halt = models.CharField(max_length=500, blank=True)  # why the writing stopped
    file_gone_at = models.DateTimeField(null=True)  # drivers' licence numbers are not kept longer than they are needed

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(register__in=Register.values), name="import_register_is_known"),
        ]

    @property
    def ref(self) -> str:
        """imp_…"""
        return public_id("imp", self.id)

    def get_absolute_url(self) -> str:
        """The import's page."""
        return page_of("import", self.ref)


class ImportRow(Key):
    """One line of an import: what it says, and what it would change."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    key = models.CharField(_("key"), max_length=80, blank=True)
    verdict = models.CharField(_("state"), max_length=8)  # of the check, or of the writing; it is no state that moves
    cells = models.JSONField(null=True)  # {column: text} of a rejected row
    values = models.JSONField(default=dict)  # {field: value} that the row says
    changes = models.JSONField(default=dict)  # {field: [before, after]}
    errors = models.JSONField(default=list)  # [{"field", "code", "params"}]
    warnings = models.JSONField(default=list)
    object_id = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)  # when it was written

    class Meta:
        verbose_name = _("import row")
        verbose_name_plural = _("import rows")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "line"], name="one_import_row_a_line"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="import_row_verdict_is_known"),
        ]
