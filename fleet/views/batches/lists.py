"""Batches, the newest first."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet.access import Action, may, require_may
from fleet.models import Batch
from fleet.selectors.batches import BatchSummary, summarise
from fleet.tables import BatchTable
from fleet.views.acting import actor_of
from ui.tables import paginate_table

LISTED: Final = ("id", "name", "status", "total", "rejected", "created_by", "created_at", "submitted_at", "opened_at")


@require_safe
def list_batches(request: HttpRequest) -> HttpResponse:
    """All batches, the newest first, a page at a time."""
    require_may(actor_of(request), Action.READ)
    batches = Batch.objects.order_by("-pk").only(*LISTED)
    table = paginate_table(table=BatchTable(Summaries(batches)), request=request, per_page=25)
    return render(request, "fleet/batches.html", {"table": table, "can_submit": may(actor_of(request), Action.SUBMIT)})


class Summaries(Sequence[BatchSummary]):
    """A list of batches of which only the page that is shown is read."""

    def __init__(self, batches: Any) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return int(self.batches.count())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return summarise(list(self.batches[index]))
        return summarise([self.batches[index]])[0]

    def __iter__(self) -> Iterator[BatchSummary]:
        return iter(summarise(list(self.batches)))
