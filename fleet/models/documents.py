"""The papers of an order, as the desk told them; a copy's row is the tenant's permission to fetch its file."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models.orders import Order


class OrderDocument(models.Model):
    """One paper: told with `seq`. What takes its place, or takes it back, ends it."""

    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)
    order = models.ForeignKey(Order, models.DO_NOTHING, db_constraint=False, related_name="documents", db_index=False)
    document_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)  # of the content
    check_code = models.CharField(max_length=26)
    issued_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["order", "seq"], name="document_by_order")]

    @property
    def state(self) -> str:
        """valid, superseded or withdrawn."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "superseded" if self.superseded_at is not None else "valid"


class OrderDocumentCopy(models.Model):
    """A paper in one language, printed: told with `seq`."""

    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)
    order = models.ForeignKey(
        Order, models.DO_NOTHING, db_constraint=False, related_name="document_copies", db_index=False
    )
    document_id = models.UUIDField()
    language = models.CharField(max_length=10)
    file_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)  # of the PDF
    size_bytes = models.BigIntegerField()
    printed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document copy")
        verbose_name_plural = _("document copies")
        indexes: ClassVar[list[Any]] = [models.Index(fields=["order", "seq"], name="document_copy_by_order")]
