"""What waits for a decision: one list to work through, with the sum of what is picked."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet.access import Action, may, require_may
from fleet.approving.limits import Case, Holder, deciding
from fleet.approving.words import say_limit
from fleet.filters import QueueFilter
from fleet.models import OrderEstimate
from fleet.selectors.authority import Authority, authority_for
from fleet.selectors.orders import count_waiting, waiting_estimates
from fleet.selectors.queue import Prospect, prospects_of
from fleet.services.approvals.passing import endorsements_of
from fleet.views.acting import actor_of, now_of
from fleet.views.approvals.tables import QueueTable
from tenants.actors import Actor
from ui.tables import paginate_table


@require_safe
def list_approvals(request: HttpRequest) -> HttpResponse:
    """The estimates that the filter leaves, the oldest first, each with what the reader may say to it."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    authority = authority_for(actor, now_of(request))
    found = QueueFilter(request.GET, queryset=waiting_estimates(), authority=authority, actor=actor)
    table = QueueTable(found.qs)
    if not may(actor, Action.DECIDE):
        table.exclude = ("pick", "mine")
    paginate_table(table=table, request=request)
    rows = [row.record for row in table.page.object_list]
    table.prospects = prospects_of(rows, authority=authority, actor=actor)
    table.passed = endorsements_of([(row.order_id, row.version) for row in rows])
    context = {
        "filter": found,
        "table": table,
        "count": count_waiting(),
        "can_decide": may(actor, Action.DECIDE),
        "limits": own_limits(authority, actor),
        "budgets": budgets_of(rows, table.prospects),
        "principals": [each for each in authority.delegations if each.deputy_id == actor.id],
    }
    return render(request, "fleet/approvals.html", context)


def budgets_of(rows: Sequence[OrderEstimate], prospects: Mapping[int, Prospect]) -> list[dict[str, Any]]:
    """The budgets that the estimates would use: whose, and what is left."""
    found = {prospects[row.pk].case.budget_id: (row.order.cost_center, prospects[row.pk].case.free_fen) for row in rows}
    return [{"id": key, "name": name, "free_fen": free} for key, (name, free) in found.items() if key is not None]


def own_limits(authority: Authority, actor: Actor) -> list[str]:
    """The reader's general limits in words."""
    if not may(actor, Action.DECIDE):
        return []
    holder = Holder(id=actor.id, name=actor.name, roles=actor.roles)
    return [say_limit(each) for each in deciding(authority.limits, holder, Case(service=""), 0)]
