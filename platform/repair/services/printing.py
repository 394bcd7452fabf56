"""Printing: outside any transaction a worker takes hold of a wanted copy, sets the page, keeps the file, and writes it down.

Two workers at once: the hold is one UPDATE, so one of them prints; and should a hold run out, the second file is not kept.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F

from events.commands import command, record
from events.each import each_alone
from files.models import StoredFile
from files.services import hold_file, keep_file
from repair.documents.pages import page_of
from repair.events import DocumentPrinted, OrderDocumentPrinted
from repair.ids import document_ref, order_ref
from repair.models import Document, DocumentCopy
from repair.services.issuing import tell_orders
from tenants.actors import Actor, system_actor
from ui.pdf import render_pdf

logger = logging.getLogger(__name__)
HOLD: Final = timedelta(minutes=3)  # longer than any page takes
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
PAGE: Final = 200
PURPOSE: Final = "document"


def print_due(*, now: datetime, limit: int = PAGE) -> int:
    """Print what is wanted and whose turn has come; how many."""
    due = DocumentCopy.objects.filter(next_try_at__lte=now).order_by("next_try_at", "pk")
    return sum(each_alone(list(due.values_list("pk", flat=True)[:limit]), lambda key: print_copy(copy_id=key, now=now)))


def print_copies(*, document_id: UUID, now: datetime) -> int:
    """The same for one document."""
    due = DocumentCopy.objects.filter(document=document_id, next_try_at__lte=now).order_by("language")
    return sum(each_alone(list(due.values_list("pk", flat=True)), lambda key: print_copy(copy_id=key, now=now)))


def print_copy(*, copy_id: UUID, now: datetime) -> bool:
    """Print one copy if it is its turn and nobody else holds it; whether it was printed just now."""
    copy = take_hold(copy_id=copy_id, now=now)
    if copy is None:
        return False
    try:
        return print_held(copy, now=now)
    except Exception as error:  # noqa: BLE001  # whatever it is: the paper stays wanted, and people see why it is not there
        put_off(copy, error, now=now)
        return False


def print_held(copy: DocumentCopy, *, now: datetime) -> bool:
    """Set the page, keep the file, write it down. Raises PageError, and what a storage raises."""
    content = render_copy(copy)
    actor = system_actor("documents")
    file = keep_file(
        tenant=copy.document.tenant, name=f"{copy.document.number}.{copy.language}.pdf", content=content, purpose=PURPOSE,
        content_type="application/pdf", actor=actor, now=now,
    )  # fmt: skip
    return note_printed(copy_id=copy.pk, file=file, actor=actor, now=now)


def render_copy(copy: DocumentCopy) -> bytes:
    """The PDF; the same document gives the same bytes. Raises PageError."""
    template, data = page_of(copy.document, copy.language)
    return render_pdf(page=template, data=data, at=copy.document.issued_at)


def take_hold(*, copy_id: UUID, now: datetime) -> DocumentCopy | None:
    """Make the copy this worker's for some minutes; None when it is printed, not due, or another's."""
    due = DocumentCopy.objects.filter(pk=copy_id, next_try_at__lte=now)
    if not due.update(next_try_at=now + HOLD, attempts=F("attempts") + 1):
        return None
    return DocumentCopy.objects.select_related("document__tenant").get(pk=copy_id)


def put_off(copy: DocumentCopy, error: Exception, *, now: datetime) -> None:
    """Its turn comes again, later each time: what keeps a page from being set is mended by people, and shown at the console."""
    pause = min(FIRST_PAUSE * 2 ** min(copy.attempts - 1, 12), LONGEST_PAUSE)
    DocumentCopy.objects.filter(pk=copy.pk, printed_at=None).update(
        next_try_at=now + pause, fault=f"{type(error).__name__}: {error}"[:500]
    )
    logger.error(
        "%s in %s cannot be printed (attempt %s): %s", copy.document.number, copy.language, copy.attempts, error
    )


@command
def note_printed(*, copy_id: UUID, file: StoredFile, actor: Actor, now: datetime) -> bool:
    """Write down that the copy lies in `file`; False when another worker was first, and the file is left to the sweep."""
    copy = DocumentCopy.objects.select_for_update().get(pk=copy_id)
    if copy.printed_at is not None:
        return False
    document = Document.objects.select_related("tenant").get(pk=copy.document_id)
    hold_file(file_id=file.pk, tenant=document.tenant, now=now)
    copy.file, copy.sha256, copy.size_bytes = file, file.sha256, file.size_bytes
    copy.printed_at, copy.next_try_at, copy.fault = now, None, ""
    copy.save(update_fields=["file", "sha256", "size_bytes", "printed_at", "next_try_at", "fault"])
    fact = record(
        DocumentPrinted(
            subject=document_ref(document.pk), document_id=document.pk, language=copy.language, file_id=file.pk,
            sha256=file.sha256,
        )
    )  # fmt: skip
    tell_orders(
        document, fact,
        lambda order_id: OrderDocumentPrinted(
            subject=order_ref(order_id), order_id=order_id, document_id=document.pk, number=document.number, kind=document.kind,
            language=copy.language, file_id=file.pk, sha256=file.sha256, size_bytes=file.size_bytes,
        ),
    )  # fmt: skip
    return True
