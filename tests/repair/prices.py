"""A standard card and one of a customer, as of long before the first order; and what VAT there is."""

from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command

from partners.desk.days import local_day
from partners.desk.models import RateVersion
from partners.desk.services import drafts, publishing, taxes
from partners.desk.services.drafts import PriceDraft
from repair.models import Job
from repair.selectors.costs import read_bill
from repair.services import changing
from tenants.actors import Actor, StaffRole
from tenants.models import Tenant
from tests.repair.world import World, fresh

FINANCE = Actor(kind="user", id="finance", name="黄丽", staff_roles=frozenset({StaffRole.FINANCE.value}))
VAT = {"repair": 1_300, "agency": 600, "rental": 1_300, "laid_out": 0}


def price(kind: str, operation: str = "", **values: Any) -> PriceDraft:
    return PriceDraft(kind=kind, operation=operation, **values)


STANDARD = (
    price("transport", amount_fen=6_000, included_km=1, per_km_fen=400, road_percent=135),
    price("night", percent_bp=3_000, night_from=time(22), night_until=time(6)),
    price("waiting", amount_fen=2_000, included_min=30, block_min=15),
    price("tow", amount_fen=35_000, included_km=10, per_km_fen=1_200, road_percent=135),
    price("labour", amount_fen=29_000),
    price("parts", percent_bp=1_500),
    price("service", "inspection", amount_fen=15_000),
    price("service", "violation", amount_fen=5_000),
    price("cancellation", "unnamed", amount_fen=0),
    price("cancellation", "named", amount_fen=3_000),
    price("cancellation", "at_door", amount_fen=6_000),
    price("stop", amount_fen=10_000),
    price("diagnosis", amount_fen=20_000),
)


def publish_prices(now: datetime, *prices: PriceDraft, tenant: Tenant | None = None, days: int = -29) -> RateVersion:
    """A version that holds from so many days after today on, published the day before."""
    first = local_day(now) + timedelta(days=days)
    before = now + timedelta(days=days - 1)
    draft = drafts.begin_draft(tenant_id=tenant.pk if tenant else None, actor=FINANCE, now=before)
    draft = drafts.replace_prices(card_id=draft.card_id, prices=prices or STANDARD, actor=FINANCE, now=before)
    return publishing.publish_draft(
        card_id=draft.card_id, valid_from=first, note="", revision=draft.revision, actor=FINANCE, now=before
    )


def set_vat(now: datetime) -> None:
    """Every group's rate."""
    for group, rate_bp in VAT.items():
        taxes.set_vat_rate(
            group=group, rate_bp=rate_bp, valid_from=local_day(now) - timedelta(days=400), actor=FINANCE, now=now
        )


def costs(job: Job) -> list[tuple[str, int]]:
    """Kind (with its way) and amount of each line that stands, as a bill shows them."""
    return [(f"{line.kind} {line.operation}".strip(), line.amount_fen) for line in read_bill(fresh(job)).lines]


def check() -> str:
    """What `recompute_costs --check` says."""
    out = StringIO()
    call_command("recompute_costs", check=True, stdout=out)
    return out.getvalue().strip()


def cancel(world: World, job: Job, **more: Any) -> None:
    """The customer does not want it any more."""
    actor = more.pop("actor", world.ten)
    changing.cancel_orders(
        tenant_id=world.tenant.pk, order_ids=[job.order_id], reason="不需要了", actor=actor, now=world.tick(), **more
    )
