"""The decision of one estimate or many, in one command: within limits, each with a result of its own.

What the book says (limits, what was approved before) is read without locks first, so that what cannot be is refused at once.
Then the desk decides under its locks, then the tenant's counter is taken, and under it the book is asked again: what changed in
between is taken back, and the rest decided anew. So locks come in the one order (desk rows, counter, book rows), and two who
approve at once cannot both take what only one may.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError

from events.announcing import announce, wait_for_turn
from events.commands import command
from events.machine import TransitionError
from fleet.access import Action, own_tenant, require_may
from fleet.approving.events import ApprovalGiven
from fleet.approving.limits import Case
from fleet.errors import AlreadyDecided, FleetError
from fleet.models import ApprovalLimit, Order, OrderEstimate
from fleet.selectors.authority import Authority
from fleet.services.approvals.grounds import asked_fen, refusal_of, require_newest, require_waiting
from repair.locking import JobNotFound
from repair.requests import LineChoice
from repair.services.approving import Decision
from repair.services.deciding import DecisionAsked, decide_estimates
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant

Refusal = FleetError | PermissionDenied | ValidationError | TransitionError | JobNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A decision that somebody wants to take on the version of an order's estimate."""

    order_id: UUID
    version: int
    decision: Decision
    choices: Sequence[LineChoice] = ()
    reason: str = ""

    @property
    def key(self) -> tuple[UUID, int]:
        """The version of the order."""
        return self.order_id, self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What lets a decision pass: who acts, and for a yes its amount and the limit that covers it."""

    wanted: Wanted
    actor: Actor
    order: Order
    amount_fen: int = 0
    limit: ApprovalLimit | None = None
    over_fen: int = 0  # by how much the budget is exceeded


class Overtaken(Exception):
    """The book has changed while the desk decided: these may not be decided so any more. Never leaves this module."""

    def __init__(self, refused: Mapping[tuple[UUID, int], Refusal]) -> None:
        super().__init__()
        self.refused = refused


@command
def take_decisions(*, wanted: Sequence[Wanted], actor: Actor, now: datetime) -> dict[tuple[UUID, int], Refusal | None]:
    """Decide each that may be decided; by order and version None for what is done, else why not.

    Raises PermissionDenied for an actor who may decide nothing at all.
    """
    require_may(actor, Action.DECIDE)
    tenant = own_tenant(actor)
    results: dict[tuple[UUID, int], Refusal | None] = {}
    left = list(wanted)
    while left:
        try:
            results |= try_all(tenant=tenant, wanted=left, actor=actor, now=now)
            break
        except Overtaken as error:
            results |= error.refused
            left = [each for each in left if each.key not in error.refused]
    return results


@command
def try_all(
    *, tenant: Tenant, wanted: Sequence[Wanted], actor: Actor, now: datetime
) -> dict[tuple[UUID, int], Refusal | None]:
    """One pass over all of them; raises Overtaken, with nothing kept, when the book has changed under it."""
    with tenant_context(tenant):
        granted, refused = grant(wanted, actor=actor, now=now)
    results: dict[tuple[UUID, int], Refusal | None] = dict(refused)
    asked = [as_asked(each) for each in granted]
    if asked:
        found = decide_estimates(tenant_id=tenant.pk, asked=asked, actor=actor, now=now)
        results |= {each.wanted.key: error for each, error in zip(granted, found, strict=True)}
    done = [each for each in granted if results[each.wanted.key] is None]
    wait_for_turn(tenant_id=tenant.pk)
    with tenant_context(tenant):
        _again, late = grant([each.wanted for each in done], actor=actor, now=now)
        results |= say_who_was_first(results)
    if late:
        raise Overtaken(late)
    tell_grounds(tenant, done, now)
    return results


def grant(
    wanted: Sequence[Wanted], *, actor: Actor, now: datetime
) -> tuple[list[Grant], dict[tuple[UUID, int], Refusal]]:
    """What the book says of each, in the order asked: what may pass, and why the others may not."""
    bench = Bench.read(wanted, Authority(tenant=own_tenant(actor), now=now))
    granted: list[Grant] = []
    refused: dict[tuple[UUID, int], Refusal] = {}
    for each in wanted:
        try:
            granted.append(bench.grant(each, actor))
        except (FleetError, PermissionDenied) as error:
            refused[each.key] = error
    return granted, refused


@dataclass(kw_only=True)
class Bench:
    """The book's side of some decisions, read in a fixed number of queries; each yes counts toward those after it."""

    authority: Authority
    estimates: Mapping[UUID, Sequence[OrderEstimate]]  # by order, the newest first, with their orders
    cases: Mapping[int, Case]
    vehicles: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    centers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    budgets: dict[UUID | None, int] = field(default_factory=lambda: defaultdict(int))

    @classmethod
    def read(cls, wanted: Sequence[Wanted], authority: Authority) -> "Bench":
        """Everything that is asked for these."""
        rows = OrderEstimate.objects.filter(order_id__in={each.order_id for each in wanted})
        by_order: dict[UUID, list[OrderEstimate]] = defaultdict(list)
        for row in rows.select_related("order").order_by("-version"):
            by_order[row.order_id].append(row)
        newest = [found[0] for found in by_order.values()]
        return cls(authority=authority, estimates=by_order, cases=authority.cases(newest))

    def grant(self, wanted: Wanted, actor: Actor) -> Grant:
        """Let one decision pass, or raise AlreadyDecided, AboveLimit, OwnOrder, OverBudget, PermissionDenied."""
        estimate = require_newest(self.estimates.get(wanted.order_id, ()), wanted.version)
        order = estimate.order
        if wanted.decision != "approve":
            return Grant(wanted=wanted, actor=actor, order=order)
        amount, case = asked_fen(estimate, wanted.choices), self.case_of(estimate)
        verdict = self.authority.judge(actor, case, amount)
        if not verdict.is_allowed:
            raise refusal_of(self.authority, actor, case, amount, verdict)
        self.vehicles[order.vehicle_id] += amount
        self.centers[order.cost_center] += amount
        self.budgets[case.budget_id] += amount
        if verdict.delegation is not None:
            actor = replace(actor, on_behalf_of=verdict.delegation.principal_name)
        return Grant(
            wanted=wanted, actor=actor, order=order, amount_fen=amount, limit=verdict.limit, over_fen=verdict.over_fen
        )

    def case_of(self, estimate: OrderEstimate) -> Case:
        """What the estimate is judged by, with what was granted before it."""
        case, order = self.cases[estimate.pk], estimate.order
        return replace(
            case,
            vehicle_spend_fen=case.vehicle_spend_fen + self.vehicles[order.vehicle_id],
            center_spend_fen=case.center_spend_fen + self.centers[order.cost_center],
            free_fen=case.free_fen - self.budgets[case.budget_id],
        )


def as_asked(granted: Grant) -> DecisionAsked:
    """A decision as the desk is asked for it."""
    wanted = granted.wanted
    return DecisionAsked(
        order_id=wanted.order_id, version=wanted.version, decision=wanted.decision, choices=wanted.choices,
        reason=wanted.reason.strip(), actor=granted.actor,
    )  # fmt: skip


def say_who_was_first(results: Mapping[tuple[UUID, int], Refusal | None]) -> dict[tuple[UUID, int], Refusal]:
    """What the desk refused because somebody decided while this waited for it: the book says who."""
    found: dict[tuple[UUID, int], Refusal] = {}
    for key, error in results.items():
        if isinstance(error, TransitionError | ValidationError):
            try:
                require_waiting(Order.objects.get(pk=key[0]), key[1])
            except AlreadyDecided as first:
                found[key] = first
    return found


def tell_grounds(tenant: Tenant, granted: Sequence[Grant], now: datetime) -> None:
    """By which limit each yes was given; who acted for another stands on its event."""
    for each in granted:
        if each.wanted.decision == "approve" and each.amount_fen:
            announce(tenant_id=tenant.pk, events=[ground_of(each)], actor=each.actor, now=now)


def ground_of(granted: Grant) -> ApprovalGiven:
    """The yes and its limit."""
    return ApprovalGiven(
        subject=granted.order.ref, order_id=granted.order.pk, estimate_version=granted.wanted.version,
        amount_fen=granted.amount_fen, order_fen=granted.order.approved_fen + granted.amount_fen,
        limit=terms_of(granted.limit), over_budget_fen=granted.over_fen,
    )  # fmt: skip


def terms_of(limit: ApprovalLimit | None) -> dict[str, Any]:
    """A limit as its event says it; {} for none."""
    if limit is None:
        return {}
    names = (
        "role", "member_name", "service", "max_age_years", "vehicle_spend_fen", "center_spend_fen", "up_to_fen",
        "is_unlimited", "may_exceed_budget",
    )  # fmt: skip
    return {name: value for name in names if (value := getattr(limit, name)) not in ("", None, False)}
