"""What a row approves before anybody is asked: never more than who submits it could approve when asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.access import Action, may
from fleet.approving.ages import age_of
from fleet.approving.limits import Case
from fleet.selectors.authority import Authority, YearSpend
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class Beforehand:
    """A row with an amount that it approves beforehand."""

    line: int
    amount_fen: int
    service: str
    vin: str
    cost_center: str | None


def first_above(rows: Sequence[Beforehand], authority: Authority, actor: Actor) -> Beforehand | None:
    """The first row whose amount the actor could not approve when asked; None when there is none.

    Each row is judged alone, as its order will be: what the others approve beforehand is not spent yet.
    """
    if not may(actor, Action.DECIDE) or not rows:
        return next(iter(rows), None)
    year = YearSpend.read(authority, vins={row.vin for row in rows}, centers={row.cost_center or "" for row in rows})
    for row in rows:
        case = Case(
            service=row.service, age_years=age_of(row.vin, today=authority.today), vehicle_spend_fen=year.of_vin(row.vin),
            center_spend_fen=year.of_center(row.cost_center or ""),
        )  # fmt: skip
        if not authority.judge(actor, case, row.amount_fen).is_allowed:
            return row
    return None
