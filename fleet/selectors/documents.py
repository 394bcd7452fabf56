"""The papers of an order, with what of them is printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings

from fleet.models import Order, OrderDocument, OrderDocumentCopy

LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with its printed copies by language; `document` and `copies` are rows of the book."""

    document: OrderDocument
    copies: dict[str, OrderDocumentCopy]

    @property
    def is_printed(self) -> bool:
        """Whether it can be fetched in every language."""
        return all(code in self.copies for code in LANGUAGES)


def papers_of(order: Order) -> list[Paper]:
    """All papers of an order, the newest first; two queries."""
    return with_copies(order, list(OrderDocument.objects.filter(order=order).order_by("-seq")))


def with_copies(order: Order, documents: Sequence[OrderDocument]) -> list[Paper]:
    """These documents with their copies; one query."""
    keys = [document.document_id for document in documents]
    found: dict[UUID, dict[str, OrderDocumentCopy]] = {}
    for copy in OrderDocumentCopy.objects.filter(order=order, document_id__in=keys).order_by("seq"):
        found.setdefault(copy.document_id, {})[copy.language] = copy
    return [Paper(document, found.get(document.document_id, {})) for document in documents]
