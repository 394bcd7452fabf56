"""Several estimates are approved together: asked once, then what became of each line."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from fleet.access import Action, require_may
from fleet.errors import NotValid
from fleet.models import OrderEstimate
from fleet.selectors.authority import authority_for
from fleet.selectors.queue import prospects_of
from fleet.services.approvals.many import Asked, decide_many, find, read_pick
from fleet.views.acting import actor_of, now_of

FIELD: Final = "pick"


@require_http_methods(["GET", "HEAD", "POST"])
def approve_picked(request: HttpRequest) -> HttpResponse:
    """Show what would be approved, and what is above the reader's limit; with the answer each line has its result."""
    actor = actor_of(request)
    require_may(actor, Action.DECIDE)
    try:
        asked = [
            Asked(order=order, version=version)
            for order, version in map(read_pick, [*request.GET.getlist(FIELD), *request.POST.getlist(FIELD)])
        ]
        if request.method == "POST":
            results = decide_many(asked=asked, actor=actor, now=now_of(request))
            done = [result for result in results if result.is_done]
            context = {"results": results, "done": len(done), "sum_fen": sum_of(each.estimate for each in done)}
            return render(request, "fleet/approvals_done.html", context)
    except NotValid as error:
        return render(request, "fleet/approvals_many.html", {"problem": error.message}, status=422)
    return render(request, "fleet/approvals_many.html", question(request, asked))


def question(request: HttpRequest, asked: list[Asked]) -> dict[str, Any]:
    """What is asked before many are approved."""
    actor = actor_of(request)
    estimates = list(find(asked).values())
    prospects = prospects_of(estimates, authority=authority_for(actor, now_of(request)), actor=actor)
    waiting = [each for each in estimates if not each.decision]
    able = [each for each in waiting if prospects[each.pk].verdict.is_allowed]
    return {
        "able": able,
        "above": [each for each in waiting if each not in able],
        "gone": len(asked) - len(waiting),
        "sum_fen": sum_of(able),
    }


def sum_of(estimates: Any) -> int:
    """What they come to."""
    return sum(each.total_fen for each in estimates if isinstance(each, OrderEstimate))
