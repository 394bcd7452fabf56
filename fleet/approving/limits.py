"""Which limit decides: of those whose conditions hold the most specific, and what it says of an amount.

A member's own limits go before those of its roles, even where they are lower. Within one holder a limit for the service goes
before one for any, then the lowest age, the lowest year of the vehicle, the lowest year of the cost centre. Of several roles
the most generous counts. Where no limit holds, nothing may be approved.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fleet.models import ApprovalLimit, Delegation

MOST_FEN: Final = 1_000_000_000_000
ENDLESS: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is asked about: an order's service and vehicle, and what has been approved of it and of the year before.

    The year's amounts include what the order has used.
    """

    service: str
    requester_id: str = ""  # who has sent the order; empty: nobody of the tenant, or nobody asks
    age_years: int | None = None  # None: not known
    used_fen: int = 0
    vehicle_spend_fen: int = 0
    center_spend_fen: int = 0
    budget_id: UUID | None = None  # of the cost centre, now; None: it has none
    free_fen: int = 0  # what the budget has left

    def over_fen(self, amount_fen: int) -> int:
        """By how much the amount is more than the budget has left."""
        return max(0, amount_fen - self.free_fen) if self.budget_id is not None and amount_fen else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who would approve: a member with its roles."""

    id: str
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the amount may be approved, and the limit that says so; None: there is none that holds."""

    is_allowed: bool
    limit: ApprovalLimit | None
    delegation: Delegation | None = None  # by which it is another's limit
    problem: str = ""  # what else forbids what the limit would cover: own_order, over_budget
    over_fen: int = 0  # by how much the budget is exceeded


def rank(limit: ApprovalLimit) -> tuple[int, ...]:
    """The place of a limit among those of its holder; the first that holds decides."""
    bounds = (limit.max_age_years, limit.vehicle_spend_fen, limit.center_spend_fen)
    return (not limit.service, *(ENDLESS if bound is None else bound for bound in bounds))


def in_order(limits: Iterable[ApprovalLimit]) -> list[ApprovalLimit]:
    """The limits as they are tried: members' before roles'."""
    return sorted(
        limits, key=lambda limit: (not limit.member_id, limit.member_name, limit.member_id, limit.role, *rank(limit))
    )


def holds(limit: ApprovalLimit, case: Case, amount_fen: int) -> bool:
    """Whether the limit's conditions are met; a vehicle whose age nobody knows meets no condition of age."""
    if limit.service not in ("", case.service):
        return False
    if limit.max_age_years is not None and (case.age_years is None or case.age_years > limit.max_age_years):
        return False
    years = (
        (limit.vehicle_spend_fen, case.vehicle_spend_fen),
        (limit.center_spend_fen, case.center_spend_fen),
    )
    return all(bound is None or spent + amount_fen <= bound for bound, spent in years)


def ceiling(limit: ApprovalLimit) -> int:
    """Up to what it goes; -1 for one that covers nothing."""
    if limit.is_unlimited:
        return ENDLESS
    return -1 if limit.up_to_fen is None else limit.up_to_fen


def judge(limits: Sequence[ApprovalLimit], holder: Holder, case: Case, amount_fen: int) -> Verdict:
    """What the limits say of this holder and amount. What the order has used counts toward the limit."""
    found = deciding(limits, holder, case, amount_fen)
    wanted = case.used_fen + amount_fen
    best = max(found, key=lambda each: (wanted <= ceiling(each), each.may_exceed_budget, ceiling(each)), default=None)
    return Verdict(best is not None and wanted <= ceiling(best), best)


def deciding(limits: Sequence[ApprovalLimit], holder: Holder, case: Case, amount_fen: int) -> list[ApprovalLimit]:
    """The member's own limit, or one of each of its roles."""
    own = first_that_holds(
        (each for each in limits if each.member_id and each.member_id == holder.id), case, amount_fen
    )
    if own is not None:
        return [own]
    of_roles = (
        first_that_holds((each for each in limits if each.role == role), case, amount_fen)
        for role in sorted(holder.roles)
    )
    return [limit for limit in of_roles if limit is not None]


def first_that_holds(limits: Iterable[ApprovalLimit], case: Case, amount_fen: int) -> ApprovalLimit | None:
    """The most specific of one holder's limits whose conditions are met."""
    return next((each for each in sorted(limits, key=rank) if holds(each, case, amount_fen)), None)


def ends_of(limit: ApprovalLimit, case: Case) -> Iterator[int]:
    """The amounts up to which something that the limit says may hold."""
    if limit.up_to_fen is not None:
        yield limit.up_to_fen - case.used_fen
    if limit.vehicle_spend_fen is not None:
        yield limit.vehicle_spend_fen - case.vehicle_spend_fen
    if limit.center_spend_fen is not None:
        yield limit.center_spend_fen - case.center_spend_fen


def largest(ends: Iterable[int], is_allowed: Callable[[int], bool]) -> int | None:
    """The largest further amount that passes, of those at which anything can change; None: not even nothing."""
    tried = {0, MOST_FEN, *(end for end in ends if 0 <= end <= MOST_FEN)}
    return max(filter(is_allowed, tried), default=None)


def room(limits: Sequence[ApprovalLimit], holder: Holder, case: Case) -> int | None:
    """The largest further amount that this holder may approve for the order; None: not even nothing."""
    ends = (end for limit in limits for end in ends_of(limit, case))
    return largest(ends, lambda amount: judge(limits, holder, case, amount).is_allowed)
