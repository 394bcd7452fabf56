"""A row that was sent before with other content: what J26 lets it change, and the change itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.machine import TransitionError
from fleet import states
from fleet.access import Action, batch_for, own_tenant, require_may, row_for
from fleet.errors import NotAmendable
from fleet.intake.checks import CheckedRow
from fleet.intake.rows import OrderRow, RowProblem, RowStatus
from fleet.models import BatchRow, Order, RowState
from repair.requests import AMENDABLE_FIELDS, Amendment, JobLine
from repair.services.changing import amend_order
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant

FIXED: Final = ("vin", "service", "description", "key_with", "pre_approved_up_to_fen")
FIELD_NAMES: Final = {"pre_approved_up_to_fen": "pre_approved_up_to"}


def judge_changes(rows: Sequence[CheckedRow]) -> list[CheckedRow]:
    """The rows, where those that changed are compared with their orders; called inside the tenant.

    What J26 does not allow becomes the error `not_amendable`; a row that asks for nothing else is submitted already.
    """
    keys = [UUID(row.order_id) for row in rows if row.status == RowStatus.CHANGED_SINCE and row.order_id]
    orders = {str(order.pk): order for order in Order.objects.filter(pk__in=keys)} if keys else {}
    return [judge(row, orders[row.order_id]) if row.order_id in orders else row for row in rows]


def judge(row: CheckedRow, order: Order) -> CheckedRow:
    """One changed row beside its order."""
    asked = row.row
    if asked is None:
        return row
    if not list_changes(asked, order) and not list_fixed(asked, order):
        return replace(row, status=RowStatus.ALREADY_SUBMITTED, warnings=())
    problems = [RowProblem(FIELD_NAMES.get(name, name), "not_amendable") for name in list_fixed(asked, order)]
    if order.status not in states.AMENDABLE:
        problems = [RowProblem("external_ref", "not_amendable")]
    if problems:
        return replace(row, status=RowStatus.REJECTED, row=None, errors=tuple(problems), warnings=())
    return row


def list_changes(asked: OrderRow | JobLine, order: Order) -> list[str]:
    """The fields that J26 may change and that differ."""
    return [name for name in AMENDABLE_FIELDS if value_of(asked, name) != getattr(order, name)]


def list_fixed(asked: OrderRow | JobLine, order: Order) -> list[str]:
    """The fields that no amendment may touch and that differ."""
    return [name for name in FIXED if value_of(asked, name) != getattr(order, name)]


def value_of(asked: OrderRow | JobLine, name: str) -> Any:
    """A field as the order holds it: texts are never None."""
    value = getattr(asked, name)
    return "" if value is None and name in {"plate", "site_code"} else value


def confirm_row(*, batch_id: UUID | str, line: int, actor: Actor, now: datetime) -> BatchRow:
    """The tenant confirms a changed row: its order is amended (J26).

    Raises Http404, PermissionDenied, NotAmendable (not a changed row, or the order has gone too far), ValidationError.
    """
    require_may(actor, Action.SUBMIT)
    row = row_for(actor, batch_id, line)
    require_changed(row)
    asked = msgspec.convert(row.asked, JobLine)
    order = Order.objects.filter(pk=row.order_id).first() if row.order_id else None
    if order is None or list_fixed(asked, order):
        raise NotAmendable(_("The order cannot be changed any more."))
    amendment = Amendment(**{name: value_of(asked, name) for name in list_changes(asked, order)})
    try:
        amend_order(tenant_id=own_tenant(actor).pk, order_id=order.pk, amendment=amendment, actor=actor, now=now)
    except TransitionError as error:
        raise NotAmendable(error.message) from error
    row = BatchRow.objects.select_for_update().get(pk=row.pk)
    require_changed(row)
    row.status, row.done_at, row.number = RowState.SUBMITTED, now, order.number
    row.save(update_fields=["status", "done_at", "number"])
    return row


def require_changed(row: BatchRow) -> None:
    """Raise NotAmendable unless the row waits for a yes."""
    if row.status != RowState.CHANGED_SINCE:
        raise NotAmendable(_("This row has not changed since it was submitted."))


def iter_changed(batch_id: UUID) -> Iterator[int]:
    """The lines of a batch that wait for a yes."""
    rows = BatchRow.objects.filter(batch_id=batch_id, status=RowState.CHANGED_SINCE).order_by("line")
    return iter(list(rows.values_list("line", flat=True)))


@dataclass(frozen=True, slots=True)
class Change:
    """A field in which a changed row and its order differ."""

    field: str  # a column of the file
    was: Any
    now: Any


def describe_changes(rows: Sequence[BatchRow]) -> dict[int, list[Change]]:
    """By line, what each changed row asks to be otherwise than its order has it; one query however many rows."""
    changed = [row for row in rows if row.status == RowState.CHANGED_SINCE and row.order_id]
    orders = Order.objects.in_bulk([row.order_id for row in changed]) if changed else {}
    found: dict[int, list[Change]] = {}
    for row in changed:
        order = orders.get(row.order_id)
        if order is not None:
            asked = msgspec.convert(row.asked, JobLine)
            names = [*list_changes(asked, order), *list_fixed(asked, order)]
            found[row.line] = [
                Change(FIELD_NAMES.get(name, name), getattr(order, name), value_of(asked, name)) for name in names
            ]
    return found


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of one changed row; `problem` says why its order was not changed."""

    line: int
    problem: str = ""


def confirm_many(*, batch_id: UUID | str, limit: int, actor: Actor, now: datetime) -> tuple[list[Confirmed], int]:
    """Confirm the changed rows of a batch, each in a stay of its own; what became of each, and how many are left.

    Called outside the wall. Raises Http404, PermissionDenied.
    """
    require_may(actor, Action.SUBMIT)
    tenant = own_tenant(actor)
    with tenant_context(tenant):
        key = batch_for(actor, batch_id).pk
        lines = list(iter_changed(key))
    done = [confirm_alone(tenant, key, line, actor, now) for line in lines[:limit]]
    return done, len(lines) - len(done)


def confirm_alone(tenant: Tenant, batch_id: UUID, line: int, actor: Actor, now: datetime) -> Confirmed:
    """One row, wholly or not at all."""
    try:
        with tenant_context(tenant):
            confirm_row(batch_id=batch_id, line=line, actor=actor, now=now)
    except NotAmendable as error:
        return Confirmed(line, error.message)
    except ValidationError as error:
        return Confirmed(line, " ".join(error.messages))
    return Confirmed(line)
