"""Many orders are cancelled at once; each has a result of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from events.ids import BadId, read_public_id
from fleet.access import Action, own_tenant, require_may, require_reason
from fleet.errors import NotValid
from fleet.models import Order
from repair.services.changing import Outcome, cancel_orders
from tenants.actors import Actor
from tenants.context import require_tenant

MOST: Final = 500


def orders_of(*, refs: Sequence[str], actor: Actor) -> list[Order]:
    """The orders of these public ids, each once, by number. Raises Http404 for one that is not the actor's, NotValid."""
    require_may(actor, Action.READ)
    try:
        keys = {read_public_id("ord", ref) for ref in refs}
    except BadId as error:
        raise Http404 from error
    if not 1 <= len(keys) <= MOST:
        raise NotValid(_("Pick between 1 and %(limit)d orders.") % {"limit": MOST}, field="orders")
    found = list(Order.objects.filter(pk__in=keys).order_by("number"))
    if len(found) != len(keys):
        raise Http404
    return found


def cancel_many(*, refs: Sequence[str], reason: str, actor: Actor, now: datetime) -> list[tuple[Order, Outcome]]:
    """J19 for each order that is not in custody yet; each order as it was, with what became of it.

    Raises Http404, PermissionDenied, NotValid (no reason, no orders, too many).
    """
    require_may(actor, Action.SUBMIT)
    orders = orders_of(refs=refs, actor=actor)
    require_reason(reason)
    outcomes = cancel_orders(
        tenant_id=own_tenant(actor).pk,
        order_ids=[order.pk for order in orders],
        reason=reason.strip(),
        actor=actor,
        now=now,
    )
    by_key = {outcome.order_id: outcome for outcome in outcomes}
    return [(order, by_key[order.pk]) for order in orders]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelResult:
    """What became of one order; `code` is empty, not_found, repeated or not_cancellable, `message` says it to people."""

    order: str
    is_cancelled: bool
    code: str = ""
    message: str = ""


def cancel_several(*, orders: Sequence[str], reason: str, actor: Actor, now: datetime) -> list[CancelResult]:
    """Cancel each order (ord_…) that is not in custody yet (J19); the others stay as they are.

    Raises PermissionDenied, NotValid (no reason, none or too many).
    """
    require_may(actor, Action.SUBMIT)
    require_tenant(own_tenant(actor))
    require_reason(reason)
    if not 1 <= len(orders) <= MOST:
        raise NotValid(_("Pick between 1 and %(limit)d orders.") % {"limit": MOST}, field="orders")
    keys = find_keys(orders)
    done = cancel_many(refs=list(keys), reason=reason, actor=actor, now=now) if keys else []
    told = {order.pk: outcome for order, outcome in done}
    results: list[CancelResult] = []
    for place, name in enumerate(orders):
        key = keys.get(name)
        if key is None:
            results.append(refused(name, "not_found", _("It does not exist, or it is not yours to see.")))
        elif name in orders[:place]:
            results.append(refused(name, "repeated", _("It stands in the list more than once.")))
        elif not told[key].is_done:
            results.append(refused(name, "not_cancellable", told[key].message))
        else:
            results.append(CancelResult(order=name, is_cancelled=True))
    return results


def find_keys(names: Sequence[str]) -> dict[str, UUID]:
    """The keys of those names that are orders of this book."""
    read: dict[str, UUID] = {}
    for name in names:
        try:
            read[name] = read_public_id("ord", name)
        except BadId:
            continue
    own = set(Order.objects.filter(pk__in=read.values()).values_list("pk", flat=True))
    return {name: key for name, key in read.items() if key in own}


def refused(name: str, code: str, message: str) -> CancelResult:
    """An order that stays as it is."""
    return CancelResult(order=name, is_cancelled=False, code=code, message=message)
