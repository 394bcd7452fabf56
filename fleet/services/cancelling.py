"""Many orders are cancelled at once; each has a result of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _

from events.ids import BadId, read_public_id
from fleet.access import Action, own_tenant, require_may
from fleet.errors import NotValid
from fleet.models import Order
from repair.services.changing import Outcome, cancel_orders
from tenants.actors import Actor

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
    if not reason.strip():
        raise NotValid(_("Say why."), field="reason")
    outcomes = cancel_orders(
        tenant_id=own_tenant(actor).pk,
        order_ids=[order.pk for order in orders],
        reason=reason.strip(),
        actor=actor,
        now=now,
    )
    by_key = {outcome.order_id: outcome for outcome in outcomes}
    return [(order, by_key[order.pk]) for order in orders]
