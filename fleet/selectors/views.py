"""The saved views that a person sees, and the addresses that they stand for."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from fleet.models import FirstView, SavedView

KEPT: Final = ("q", "group", "status", "service", "site", "cost_center", "day", "until", "sort")
LONGEST_VALUE: Final = 100


def clean_query(params: Mapping[str, str]) -> str:
    """The part of a list's address that a view keeps, always written the same way: no page, nothing empty or unknown."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        value = str(params.get(name, "")).strip()[:LONGEST_VALUE]
        if value:
            kept[name] = value
    return kept.urlencode()


def views_of(person_id: str) -> list[SavedView]:
    """A person's own views, then the shared ones, by name; each says by `is_first` whether the list opens with it."""
    first = FirstView.objects.filter(person_id=person_id, view=OuterRef("pk"))
    rows = SavedView.objects.filter(Q(owner_id=person_id) | Q(is_shared=True))
    return list(rows.annotate(is_first=Exists(first)).order_by("is_shared", "name"))  # type: ignore[no-redef]
