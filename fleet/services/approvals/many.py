"""Many estimates are decided at once: one command, a result a line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.ids import BadId, read_public_id
from events.machine import TransitionError
from fleet.access import Action, own_tenant, require_may
from fleet.errors import FleetError, NotValid
from fleet.models import OrderEstimate
from fleet.selectors.queue import by_keys
from fleet.services.approvals.deciding import Refusal, Wanted, take_decisions
from repair.requests import LineChoice
from repair.services.approving import Decision
from tenants.actors import Actor
from tenants.context import require_tenant

MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One of many decisions, as it came in: the order's public id, the version, and what is wanted."""

    order: str
    version: int
    decision: Decision = "approve"
    choices: Sequence[LineChoice] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one of them; `code` is empty when it is done, `message` says why not."""

    order: str
    version: int
    is_done: bool
    code: str = ""
    message: str = ""
    estimate: OrderEstimate | None = field(default=None, compare=False)  # as it was before


def read_pick(text: str) -> tuple[str, int]:
    """A line of the queue, `ord_…/VERSION`, as order and version; raises NotValid."""
    order, _slash, version = text.partition("/")
    if not (version.isascii() and version.isdecimal() and 0 < len(version) < 6):
        raise NotValid(_("These lines cannot be read. Go back to the list and pick them again."), field="pick")
    return order, int(version)


def decide_many(*, asked: Sequence[Asked], actor: Actor, now: datetime) -> list[Result]:
    """Decide each by itself: what cannot be decided stays as it is, and its result says why. In the order asked.

    Raises PermissionDenied, NotValid (none or too many).
    """
    require_may(actor, Action.DECIDE)
    require_tenant(own_tenant(actor))
    if not 1 <= len(asked) <= MOST:
        raise NotValid(_("Pick between 1 and %(limit)d estimates.") % {"limit": MOST}, field="decisions")
    found = find(asked)
    wanted: dict[tuple[UUID, int], Wanted] = {}
    for each in asked:
        estimate = found.get((each.order, each.version))
        if estimate is not None:
            key = (estimate.order_id, estimate.version)
            wanted.setdefault(key, as_wanted(each, estimate.order_id))
    errors = take_decisions(wanted=list(wanted.values()), actor=actor, now=now) if wanted else {}
    seen: set[tuple[UUID, int]] = set()
    return [result_of(each, found.get((each.order, each.version)), errors, seen) for each in asked]


def find(asked: Sequence[Asked]) -> dict[tuple[str, int], OrderEstimate]:
    """The estimates of this book that are meant, by what they were called."""
    keys: dict[tuple[str, int], UUID] = {}
    for each in asked:
        try:
            keys[each.order, each.version] = read_public_id("ord", each.order)
        except BadId:
            continue
    rows = {(row.order_id, row.version): row for row in by_keys([(key, name[1]) for name, key in keys.items()])}
    return {name: rows[key, name[1]] for name, key in keys.items() if (key, name[1]) in rows}


def as_wanted(asked: Asked, order_id: UUID) -> Wanted:
    """As the command is asked for it."""
    return Wanted(
        order_id=order_id, version=asked.version, decision=asked.decision, choices=asked.choices, reason=asked.reason
    )


def result_of(
    asked: Asked,
    estimate: OrderEstimate | None,
    errors: dict[tuple[UUID, int], Refusal | None],
    seen: set[tuple[UUID, int]],
) -> Result:
    """What is said of one line; `seen` takes note of it."""
    if estimate is None:
        return refused(asked, "not_found", _("It does not exist, or it is not yours to see."))
    key = (estimate.order_id, estimate.version)
    if key in seen:
        return refused(asked, "repeated", _("It stands in the list more than once."), estimate)
    seen.add(key)
    error = errors.get(key)
    if error is not None:
        return refused(asked, code_of(error), words_of(error), estimate)
    return Result(order=asked.order, version=asked.version, is_done=True, estimate=estimate)


def refused(asked: Asked, code: str, message: str, estimate: OrderEstimate | None = None) -> Result:
    """A line that stays as it is."""
    return Result(
        order=asked.order, version=asked.version, is_done=False, code=code, message=message, estimate=estimate
    )


def code_of(error: Refusal) -> str:
    """A refusal for programs."""
    if isinstance(error, FleetError):
        return error.code
    if isinstance(error, PermissionDenied):
        return "no_limit"
    if isinstance(error, TransitionError):
        return "illegal_transition"
    return "invalid" if isinstance(error, ValidationError) else "not_found"


def words_of(error: Refusal) -> str:
    """A refusal for people."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
