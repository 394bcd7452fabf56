"""Who the operator is on paper."""

from datetime import date
from typing import Any

from repair.models import Letterhead

FIELDS = ("name_zh", "name_en", "address_zh", "address_en", "phone", "uscc", "licence_no", "stamp_text")
UNNAMED: dict[str, str] = {**dict.fromkeys(FIELDS, ""), "name_zh": "代修通", "name_en": "Baylink"}


def letterhead_on(day: date) -> Letterhead | None:
    """The letterhead in force on a day; None before the operator has written one."""
    return Letterhead.objects.filter(valid_from__lte=day).order_by("-valid_from", "-written_at").first()


def freeze_letterhead(day: date) -> dict[str, Any]:
    """What a document keeps of it."""
    found = letterhead_on(day)
    if found is None:
        return {**UNNAMED, "logo": ""}
    return {**{name: getattr(found, name) for name in FIELDS}, "logo": found.logo.ref if found.logo else ""}
