"""What a decision is judged by, and the words of its refusal: which rule, what is needed, and who could."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from events.book.models import Entry
from fleet import texts
from fleet.approving.limits import Case, Verdict, ceiling
from fleet.approving.words import say_limit
from fleet.errors import AboveLimit, AlreadyDecided, FleetError, OverBudget, OwnOrder
from fleet.models import Order, OrderEstimate
from fleet.models import OverBudget as BudgetRule
from fleet.selectors.authority import Authority
from fleet.timeline import name_author
from repair.events import OrderEstimateDecided
from repair.requests import LineChoice
from tenants.actors import Actor
from tenants.people.models import join_names, names_of_roles
from ui.formats import format_fen, format_moment

MOST_NAMES: Final = 5


def require_waiting(order: Order, version: int) -> OrderEstimate:
    """The version of an order, which must be the newest and undecided; raises AlreadyDecided."""
    rows = OrderEstimate.objects.filter(order=order).select_related("order")
    return require_newest(list(rows.order_by("-version")), version)


def require_newest(estimates: Sequence[OrderEstimate], version: int) -> OrderEstimate:
    """The version of those given newest first, undecided; else AlreadyDecided says who decided what, or which is newer."""
    if not estimates or version > estimates[0].version:
        raise AlreadyDecided(_("There is no such estimate on this order. Look again."))
    found = next((estimate for estimate in estimates if estimate.version == version), None)
    if found is not None and found.decision:
        raise AlreadyDecided(say_decided(found), params={"decided_by": found.decided_by, "decision": found.decision})
    if found is None or found.pk != estimates[0].pk:
        text = _("There is a newer estimate, number %(version)d. Look at that one.")
        raise AlreadyDecided(text % {"version": estimates[0].version}, params={"newest": estimates[0].version})
    return found


def say_decided(estimate: OrderEstimate) -> str:
    """Who decided an estimate, when and how: for whoever comes second."""
    facts = {
        "who": name_decider(estimate),
        "when": format_moment(moment=estimate.decided_at) if estimate.decided_at else "",
        "what": texts.DECISIONS.get(estimate.decision, estimate.decision),
        "amount": format_fen(amount_fen=estimate.approved_fen),
    }
    if estimate.approved_fen:
        return _("%(who)s was first, %(when)s: %(what)s, %(amount)s. Your decision was not taken.") % facts
    return _("%(who)s was first, %(when)s: %(what)s. Your decision was not taken.") % facts


def name_decider(estimate: OrderEstimate) -> str:
    """Who decided, and for whom if it was a deputy: the log says so of the decision."""
    entries = Entry.objects.filter(subject=estimate.order.ref, type=OrderEstimateDecided.type)
    found = entries.filter(data__estimate_version=estimate.version).order_by("-seq")
    return name_author(estimate.decided_by, found.values_list("on_behalf_of", flat=True).first() or "")


def asked_fen(estimate: OrderEstimate, choices: Sequence[LineChoice]) -> int:
    """What a yes with these choices comes to; a line without a choice counts whole."""
    if not choices:
        return estimate.total_fen
    chosen = {choice.no: choice for choice in choices}
    total = 0
    for no, amount in estimate.lines.values_list("no", "amount_fen"):
        choice = chosen.get(no)
        if choice is None:
            total += amount
        elif choice.is_approved:
            total += amount if choice.amount_fen is None else choice.amount_fen
    return total


def refusal_of(
    authority: Authority, actor: Actor, case: Case, amount_fen: int, verdict: Verdict
) -> FleetError | PermissionDenied:
    """Why the limits refuse: nobody may by a blank limit; above another the rule, what is needed, and who could."""
    wanted = case.used_fen + amount_fen
    limit = verdict.limit
    helpers = name_helpers(authority, case, amount_fen, but=actor.id)
    if verdict.problem == "over_budget":
        return over_budget(authority, case, amount_fen, verdict, helpers)
    if verdict.problem == "own_order":
        least = format_fen(amount_fen=authority.policy.four_eyes_from_fen or 0)
        text = _("You have sent this order yourself; from %(amount)s on somebody else approves it.") % {"amount": least}
        return OwnOrder(join_texts(text, helpers), params={"from_fen": authority.policy.four_eyes_from_fen})
    if limit is None or ceiling(limit) < 0:
        return PermissionDenied(join_texts(say_nothing(actor, limit), helpers))
    text = _("You may approve up to %(limit)s for one order; this would make it %(amount)s.")
    amounts = {"limit": format_fen(amount_fen=limit.up_to_fen or 0), "amount": format_fen(amount_fen=wanted)}
    rule = _("The limit is %(rule)s.") % {"rule": say_limit(limit)}
    params: dict[str, object] = {"limit_fen": limit.up_to_fen, "amount_fen": wanted}
    if not limit._state.adding:
        params["rule"] = limit.ref
    return AboveLimit(join_texts(text % amounts, rule, helpers), params=params)


def over_budget(authority: Authority, case: Case, amount_fen: int, verdict: Verdict, helpers: str) -> OverBudget:
    """The cost centre's budget has less left; by the tenant's rule somebody else may, or nobody."""
    amounts = {"free": format_fen(amount_fen=max(0, case.free_fen)), "amount": format_fen(amount_fen=amount_fen)}
    text = _("The cost centre's budget has %(free)s left; this asks for %(amount)s.") % amounts
    if authority.policy.over_budget == BudgetRule.REFUSE:
        helpers = _("Approve less, or have the budget raised first.")
    params = {"free_fen": case.free_fen, "amount_fen": amount_fen, "over_fen": verdict.over_fen}
    return OverBudget(join_texts(text, helpers), params=params)


def say_nothing(actor: Actor, limit: object) -> str:
    """Words for who may approve no amount at all, or none in this case."""
    if actor.kind == "key":
        return _("This key may not approve any amount. An administrator makes one with a limit.")
    if limit is None:
        return _(
            "No limit of yours holds for this order: not for its service, its vehicle's age or what its year has cost."
        )
    return _("Your role may not approve any amount. Ask your administrator for a limit.")


def name_helpers(authority: Authority, case: Case, amount_fen: int, *, but: str) -> str:
    """“It needs an approver with ¥6,000.00 or more: 李雷.”, or that nobody can."""
    amount = format_fen(amount_fen=case.used_fen + amount_fen)
    names = who_could(authority, case, amount_fen, but=but)
    if names and case.over_fen(amount_fen):
        return _("It needs somebody who may go above the budget: %(names)s.") % {"names": names}
    if not names:
        return _("Nobody may approve %(amount)s here; an administrator sets a limit for it.") % {"amount": amount}
    return _("It needs an approver with %(amount)s or more: %(names)s.") % {"amount": amount, "names": names}


def who_could(authority: Authority, case: Case, amount_fen: int, *, but: str) -> str:
    """The names of those whose limit covers it, or their roles when nobody holds one yet; "" for nobody."""
    found = authority.who_could(case, amount_fen)
    names = [person.name for person in found if str(person.id) != but]
    if len(names) > MOST_NAMES:
        more = {"names": join_names(names[:MOST_NAMES]), "count": len(names) - MOST_NAMES}
        return _("%(names)s and %(count)d more") % more
    return join_names(names or names_of_roles(authority.roles_that_could(case, amount_fen)))


def join_texts(*texts: str) -> str:
    """Sentences in a row; Chinese ones stand without a space between them."""
    return " ".join(filter(None, texts))
