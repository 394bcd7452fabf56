"""The papers of orders: issued, printed, taken back."""

from collections.abc import Sequence

from events.copying import copy_rows
from events.projecting import Told, projects
from fleet.models import OrderDocument, OrderDocumentCopy
from fleet.projectors.writing import update_orders
from repair import events as told_by_desk

ISSUED = (
    "seq",
    "order",
    "document_id",
    "kind",
    "number",
    "version",
    "sha256",
    "check_code",
    "issued_at",
    "withdrawn_reason",
)
PRINTED = ("seq", "order", "document_id", "language", "file_id", "sha256", "size_bytes", "printed_at")


@projects(told_by_desk.OrderDocumentIssued)
def add_documents(told: Sequence[Told]) -> None:
    """The new paper, and the end of the one whose place it takes."""
    copy_rows(
        OrderDocument, ISSUED,
        ((t.seq, t.event.order_id, t.event.document_id, t.event.kind, t.event.number, t.event.document_version, t.event.sha256,
          t.event.check_code, t.event.issued_at, "") for t in told),
    )  # fmt: skip
    for t in told:
        if t.event.supersedes is not None:
            older = OrderDocument.objects.filter(order=t.event.order_id, document_id=t.event.supersedes)
            older.update(superseded_at=t.occurred_at)
    update_orders(told, {})


@projects(told_by_desk.OrderDocumentPrinted)
def add_copies(told: Sequence[Told]) -> None:
    """What can be fetched now."""
    copy_rows(
        OrderDocumentCopy, PRINTED,
        ((t.seq, t.event.order_id, t.event.document_id, t.event.language, t.event.file_id, t.event.sha256, t.event.size_bytes,
          t.occurred_at) for t in told),
    )  # fmt: skip
    update_orders(told, {})


@projects(told_by_desk.OrderDocumentWithdrawn)
def withdraw_documents(told: Sequence[Told]) -> None:
    """Taken back, with the reason."""
    for t in told:
        rows = OrderDocument.objects.filter(order=t.event.order_id, document_id=t.event.document_id)
        rows.update(withdrawn_at=t.occurred_at, withdrawn_reason=t.event.why)
    update_orders(told, {})
