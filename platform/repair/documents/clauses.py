"""The terms that stand on some papers: texts of the operator's, in force from a day on."""

from datetime import date
from typing import Any

from repair.models import Clauses


def freeze_clauses(kind: str, day: date) -> dict[str, Any]:
    """What a document keeps of the terms in force on a day: one clause a line, in both languages."""
    found = Clauses.objects.filter(kind=kind, valid_from__lte=day).order_by("-valid_from", "-written_at").first()
    if found is None:
        return {"version": "", "en": [], "zh": []}
    return {"version": found.valid_from.isoformat(), "en": found.lines("en"), "zh": found.lines("zh")}
