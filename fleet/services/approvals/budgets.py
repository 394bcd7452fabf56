"""The budgets of cost centres: finance's to set, or an administrator's."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from events.ids import new_id, public_id
from fleet.access import Action, budget_for, cost_center_for, own_tenant, require_may
from fleet.approving.events import BudgetRemoved, BudgetSaved
from fleet.approving.limits import MOST_FEN
from fleet.approving.periods import MONTHS, after, period_of
from fleet.models import Budget, CostCenter
from tenants.actors import Actor

FIRST_YEAR, LAST_YEAR = 2000, 2100


def add_budget(
    *, cost_center_id: UUID | str, period: str, day: date, amount_fen: int, actor: Actor, now: datetime
) -> Budget:
    """Give a cost centre a budget for the month, quarter or year that `day` lies in; amounts in fen, tax included.

    Raises Http404, PermissionDenied, ValidationError by field (a budget of that centre has such a day already).
    """
    require_may(actor, Action.BUDGET)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    center = cost_center_for(actor, cost_center_id)
    check(amount_fen, period=period, day=day)
    first, last = period_of(period, day)
    clash = Budget.objects.filter(cost_center=center, starts_on__lte=last, ends_on__gte=first).first()
    if clash is not None:
        facts = {"center": center.name, "first": clash.starts_on, "last": clash.ends_on}
        text = _("%(center)s has a budget from %(first)s to %(last)s already; change that one.")
        raise ValidationError({"day": text % facts})
    row = Budget(id=new_id(), cost_center=center, period=period, starts_on=first, ends_on=last, amount_fen=amount_fen)
    tell(row, before={}, center=center, actor=actor, now=now)
    row.save(force_insert=True)
    return row


def change_budget(*, budget_id: UUID | str, amount_fen: int, actor: Actor, now: datetime) -> Budget:
    """Another amount; below what is used already is allowed, and leaves nothing free.

    Raises Http404, PermissionDenied, ValidationError.
    """
    require_may(actor, Action.BUDGET)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    row = budget_for(actor, budget_id)
    check(amount_fen)
    if row.amount_fen != amount_fen:
        before = said(row, row.cost_center)
        row.amount_fen = amount_fen
        tell(row, before=before, center=row.cost_center, actor=actor, now=now)
        row.save(update_fields=["amount_fen"])
    return row


def renew_budget(*, budget_id: UUID | str, actor: Actor, now: datetime) -> Budget:
    """The same amount for the period after. Raises as `add_budget`."""
    row = budget_for(actor, budget_id)
    return add_budget(
        cost_center_id=row.cost_center_id, period=row.period, day=after(row.starts_on, MONTHS[row.period]),
        amount_fen=row.amount_fen, actor=actor, now=now,
    )  # fmt: skip


def remove_budget(*, budget_id: UUID | str, actor: Actor, now: datetime) -> None:
    """Take a budget away: the cost centre has none for that time. Raises Http404, PermissionDenied."""
    require_may(actor, Action.BUDGET)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    row = budget_for(actor, budget_id)
    event = BudgetRemoved(subject=row.ref, before=said(row, row.cost_center))
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    row.delete()


def tell(row: Budget, *, before: dict[str, Any], center: CostCenter, actor: Actor, now: datetime) -> None:
    """Tell it before it is written."""
    event = BudgetSaved(subject=public_id("bud", row.pk), before=before, after=said(row, center))
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)


def said(row: Budget, center: CostCenter) -> dict[str, Any]:
    """A budget as events say it."""
    return {
        "cost_center": center.name, "period": row.period, "starts_on": row.starts_on, "ends_on": row.ends_on,
        "amount_fen": row.amount_fen,
    }  # fmt: skip


def check(amount_fen: int, *, period: str = "month", day: date | None = None) -> None:
    """Raise ValidationError by field for what cannot be."""
    errors: dict[str, str] = {}
    if not 0 <= amount_fen <= MOST_FEN:
        errors["amount_fen"] = _("Give an amount of 0 or more.")
    if period not in MONTHS:
        errors["period"] = _("Choose a month, a quarter or a year.")
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        errors["day"] = _("Give a day between the years %(first)d and %(last)d.") % {
            "first": FIRST_YEAR,
            "last": LAST_YEAR,
        }
    if errors:
        raise ValidationError(errors)
