"""Documents are made out in the command that brings them about, their content frozen; a worker prints them after it."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.catalogue import EventBase, canonical
from events.commands import Recorded, command, record, tell
from events.ids import new_id
from events.waking import wake_after_commit
from repair.access import may_withdraw
from repair.documents.letterhead import freeze_letterhead
from repair.events import DocumentIssued, DocumentWithdrawn, OrderDocumentIssued, OrderDocumentWithdrawn
from repair.ids import document_ref, job_ref, order_ref
from repair.models import Document, DocumentCopy, DocumentKind, Job
from repair.services.choosing import local_day
from tenants.actors import Actor

LETTERS: Final[dict[str, str]] = {
    DocumentKind.AUTHORISATION: "A",
    DocumentKind.CONDITION_PICKUP: "P",
    DocumentKind.CONDITION_RETURN: "R",
    DocumentKind.ESTIMATE: "E",
    DocumentKind.SETTLEMENT: "S",
    DocumentKind.QUALITY: "Q",
    DocumentKind.FITNESS: "C",
    DocumentKind.LOAN: "L",
    DocumentKind.AWARD: "H",
}
"""The letter in a document's number, behind the number of the job: BL2611-000123-S1."""
STAMP: Final = (
    "kind",
    "number",
    "version",
    "issued_at",
    "operator",
)  # what a new version of the same content would change
CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 20  # a hundred bits


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a document is about. `subject` is the public id by which its versions are counted, `base` begins its number."""

    subject: str
    base: str
    tenant_id: UUID | None = None
    job_id: UUID | None = None
    visit_id: UUID | None = None
    order_ids: Sequence[UUID] = ()


def about(job: Job) -> About:
    """A document about one job."""
    return About(
        subject=job_ref(job.pk), base=job.number, tenant_id=job.tenant_id, job_id=job.pk, visit_id=job.visit_id,
        order_ids=(job.order_id,),
    )  # fmt: skip


def issue(kind: DocumentKind, what: About, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Document:
    """Freeze `body` as the next version, which takes the place of the one in force; the same content again is the same paper.

    Called inside a command that holds the job's or the visit's lock.
    """
    current = Document.objects.filter(kind=kind, subject=what.subject, superseded_at=None, withdrawn_at=None).first()
    if current is not None and {k: v for k, v in current.content.items() if k not in STAMP} == dict(body):
        return current
    if current is not None:
        Document.objects.filter(pk=current.pk).update(superseded_at=now)
    document = write_document(kind, what, body, actor=actor, now=now)
    if current is not None:
        Document.objects.filter(pk=current.pk).update(superseded_by=document)
    want_copies(document, now)
    tell_issued(document, supersedes=current.pk if current is not None else None)
    return document


def write_document(
    kind: DocumentKind, what: About, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Document:
    """The row, with the hash of everything that it says."""
    rows = Document.objects.filter(kind=kind)
    count = rows.filter(number__startswith=f"{what.base}-{LETTERS[kind]}").count()
    version = rows.filter(subject=what.subject).count() + 1
    number = f"{what.base}-{LETTERS[kind]}{count + 1}"
    stamp = {
        "kind": kind.value, "number": number, "version": version, "issued_at": now.isoformat(),
        "operator": freeze_letterhead(local_day(now)),
    }  # fmt: skip
    content = {**stamp, **body}
    return Document.objects.create(
        id=new_id(), kind=kind, number=number, subject=what.subject, version=version, tenant_id=what.tenant_id,
        job_id=what.job_id, visit_id=what.visit_id, order_ids=list(what.order_ids), content=content,
        sha256=hash_content(content), check_code=new_code(), issued_at=now, issued_by=actor.name,
    )  # fmt: skip


def hash_content(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of the content; anybody who has the content can compute it again."""
    return hashlib.sha256(canonical(content)).hexdigest()


def new_code() -> str:
    """What a QR code says: nobody can guess it, and it holds as long as the paper does."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))


def want_copies(document: Document, now: datetime) -> None:
    """A copy in each language is wanted; a worker is woken for it, and a sweep prints what nobody woke for."""
    from repair.tasks import print_document

    DocumentCopy.objects.bulk_create(
        DocumentCopy(document=document, language=code, wanted_at=now, next_try_at=now)
        for code, _name in settings.LANGUAGES
    )
    wake_after_commit(print_document, str(document.pk))


def tell_issued(document: Document, *, supersedes: UUID | None) -> None:
    """Record it, and tell the tenant of each order that it is about."""
    fact = record(
        DocumentIssued(
            subject=document_ref(document.pk), document_id=document.pk, tenant_id=document.tenant_id, job_id=document.job_id,
            kind=document.kind, number=document.number, document_version=document.version, sha256=document.sha256,
            supersedes=supersedes,
        )
    )  # fmt: skip
    tell_orders(
        document, fact,
        lambda order_id: OrderDocumentIssued(
            subject=order_ref(order_id), order_id=order_id, document_id=document.pk, kind=document.kind, number=document.number,
            document_version=document.version, sha256=document.sha256, check_code=document.check_code,
            issued_at=document.issued_at, supersedes=supersedes,
        ),
    )  # fmt: skip


def tell_orders(document: Document, because: Recorded, make: Callable[[UUID], EventBase]) -> None:
    """Tell the tenant, for each order that the document is about; of the operator's own papers nobody hears."""
    if document.tenant_id is not None:
        for order_id in document.order_ids:
            tell(document.tenant_id, make(order_id), because=because)


# --- taking back --------------------------------------------------------------------------------------------------------


@command
def withdraw_document(*, document_id: UUID, reason: str, actor: Actor, now: datetime) -> Document:
    """The paper is in force no more, and whoever checks it reads so. Raises PermissionDenied, ValidationError."""
    if not may_withdraw(actor):
        raise PermissionDenied(_("Only a lead takes a document back."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.state != "valid":
        raise ValidationError(_("This document is in force no more."))
    document.withdrawn_at, document.withdrawn_by, document.withdrawn_reason = now, actor.name, reason.strip()[:300]
    document.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    fact = record(
        DocumentWithdrawn(subject=document_ref(document.pk), document_id=document.pk, why=document.withdrawn_reason)
    )
    tell_orders(
        document, fact,
        lambda order_id: OrderDocumentWithdrawn(
            subject=order_ref(order_id), order_id=order_id, document_id=document.pk, kind=document.kind,
            number=document.number, why=document.withdrawn_reason,
        ),
    )  # fmt: skip
    return document
