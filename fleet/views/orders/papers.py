"""The papers of an order as its page shows them."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from files.links import file_url
from fleet.models import Order
from fleet.selectors.documents import Paper, papers_of
from repair.models import DocumentKind
from repair.texts import DOCUMENT_STATES
from tenants.actors import Actor


def shown_papers(actor: Actor, order: Order) -> list[dict[str, Any]]:
    """What is in force first, each with links to its copies, that in the reader's language first."""
    papers = sorted(papers_of(order), key=lambda paper: paper.document.state != "valid")
    return [shown_paper(actor, paper) for paper in papers]


def shown_paper(actor: Actor, paper: Paper) -> dict[str, Any]:
    """One paper."""
    document = paper.document
    mine = get_language() or settings.LANGUAGE_CODE
    languages = sorted(settings.LANGUAGES, key=lambda pair: pair[0] != mine)
    return {
        "document": document,
        "name": dict(DocumentKind.choices).get(document.kind, document.kind),
        "state": document.state,
        "state_label": DOCUMENT_STATES[document.state],
        "is_printed": paper.is_printed,
        "check_url": f"/check/{document.check_code}/",
        "copies": [
            {
                "url": file_url(file_id=copy.file_id, actor=actor),
                "language": _(name),
                "code": code,
                "size": copy.size_bytes,
            }
            for code, name in languages
            if (copy := paper.copies.get(code)) is not None
        ],
    }
