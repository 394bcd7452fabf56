"""The documents of a job as the console shows them."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from files.links import file_url
from repair import texts
from repair.documents.pages.frame import check_url
from repair.ids import document_ref
from repair.models import Document, Job
from repair.services.issuing import hash_content
from tenants.actors import Actor


def documents_of(job: Job) -> list[Document]:
    """Those about the job and about its visit, what is in force first; two queries."""
    of_visit = Q(visit=job.visit_id, job=None) if job.visit_id else Q(pk=None)
    rows = Document.objects.filter(Q(job=job) | of_visit).select_related("tenant").prefetch_related("copies")
    return sorted(rows.order_by("-issued_at", "-pk"), key=lambda document: document.state != "valid")


def read_documents(job: Job, actor: Actor) -> list[dict[str, Any]]:
    """With links to the copies, the one in the reader's language first, and what keeps one from being printed."""
    return [shown(document, actor) for document in documents_of(job)]


def shown(document: Document, actor: Actor) -> dict[str, Any]:
    """One document."""
    mine = get_language() or settings.LANGUAGE_CODE
    names = dict(settings.LANGUAGES)
    copies = sorted(document.copies.all(), key=lambda copy: (copy.language != mine, copy.language))
    return {
        "document": document,
        "ref": document_ref(document.pk),
        "name": document.get_kind_display(),
        "state": document.state,
        "state_label": texts.DOCUMENT_STATES[document.state],
        "check_url": check_url(document),
        "sum": document.sha256,
        "is_intact": hash_content(document.content) == document.sha256,
        "is_printed": all(copy.printed_at for copy in copies),
        "faults": sorted({copy.fault for copy in copies if copy.fault and copy.printed_at is None}),
        "copies": links_of(copies, actor, names),
    }


def links_of(copies: Sequence[Any], actor: Actor, names: dict[str, str]) -> list[dict[str, Any]]:
    """Where the printed copies are fetched."""
    return [
        {
            "url": file_url(file_id=copy.file_id, actor=actor),
            "language": _(names.get(copy.language, copy.language)),
            "code": copy.language,
        }
        for copy in copies
        if copy.file_id is not None
    ]
