"""The page of a document: which template, with which data."""

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from repair.documents.pages.custody import authorisation_page, condition_page
from repair.documents.pages.given import award_page, loan_page
from repair.documents.pages.settlement import settlement_page
from repair.documents.pages.work import estimate_page, fitness_page, quality_page
from repair.models import Document, DocumentKind

MAKERS: Final[dict[str, tuple[str, Callable[[Document, str], dict[str, Any]]]]] = {
    DocumentKind.AUTHORISATION: ("authorisation", authorisation_page),
    DocumentKind.CONDITION_PICKUP: ("condition", condition_page),
    DocumentKind.CONDITION_RETURN: ("condition", condition_page),
    DocumentKind.ESTIMATE: ("estimate", estimate_page),
    DocumentKind.SETTLEMENT: ("settlement", settlement_page),
    DocumentKind.QUALITY: ("quality", quality_page),
    DocumentKind.FITNESS: ("fitness", fitness_page),
    DocumentKind.LOAN: ("loan", loan_page),
    DocumentKind.AWARD: ("award", award_page),
}


def page_of(document: Document, language: str) -> tuple[str, dict[str, Any]]:
    """The template's name and its data, in one language and in the tenant's zone."""
    template, make = MAKERS[document.kind]
    zone = document.tenant.time_zone if document.tenant is not None else settings.TIME_ZONE
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        return template, make(document, language)
