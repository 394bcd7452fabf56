"""The demo's rate cards: the standard one inside the ranges that are published for Shanghai, and what acme agreed; VAT by
group. Every figure is to be confirmed by the operator's finance."""

from datetime import UTC, date, datetime, time
from typing import Any, Final

from partners.desk.models import RateCard, VatRate
from partners.desk.services import drafts, publishing, taxes
from partners.desk.services.drafts import PriceDraft
from tenants.actors import system_actor
from tenants.models import Tenant

BEFORE: Final = datetime(2025, 12, 1, tzinfo=UTC)
FIRST_DAY: Final = date(2026, 1, 1)
SETUP: Final = system_actor("rates")
TO_CONFIRM: Final = "(to confirm)"
HEAVY: Final = ("tractor", "coach")


def price(kind: str, operation: str = "", **values: Any) -> PriceDraft:
    """A price; every note says that it is to be confirmed."""
    return PriceDraft(kind=kind, operation=operation, note=TO_CONFIRM, **values)


# operation: yuan, tax included
OPERATIONS: Final = {
    "M-0101": 120, "M-0102": 260, "M-0201": 40, "M-0202": 85, "M-0203": 110, "M-0301": 180, "B-0101": 180, "B-0102": 480,
    "B-0103": 480, "B-0104": 680, "B-0201": 160, "S-0102": 260, "S-0103": 620, "E-0101": 200, "E-0102": 780, "T-0101": 60,
    "T-0102": 560, "C-0101": 240, "C-0102": 1_450, "C-0301": 500, "C-0401": 680,
}  # fmt: skip
STANDARD: Final = (
    *(price("operation", code, amount_fen=yuan * 100) for code, yuan in OPERATIONS.items()),
    *(price("operation", "M-0102", vehicle_class=heavy, amount_fen=98_000) for heavy in HEAVY),
    *(price("operation", "T-0102", vehicle_class=heavy, amount_fen=198_000) for heavy in HEAVY),
    price("labour", amount_fen=29_000),
    *(price("labour", vehicle_class=heavy, amount_fen=38_000) for heavy in HEAVY),
    price("labour", "C-0201", amount_fen=32_000),
    price("parts", percent_bp=1_500),
    price("service", "inspection", amount_fen=15_000),
    price("service", "violation", amount_fen=5_000),
    price("service", "parts", amount_fen=6_000),
    price("transport", amount_fen=6_000, included_km=15, per_km_fen=400, road_percent=135, most_fen=60_000),
    *(
        price("transport", vehicle_class=heavy, amount_fen=18_000, included_km=15, per_km_fen=800, road_percent=135)
        for heavy in HEAVY
    ),
    price("transport", area="LG", amount_fen=9_000, included_km=15, per_km_fen=400, road_percent=135, most_fen=60_000),
    price("tow", amount_fen=35_000, included_km=10, per_km_fen=1_200, road_percent=135),
    price("night", percent_bp=3_000, night_from=time(22), night_until=time(6)),
    price("waiting", amount_fen=2_000, included_min=30, block_min=15, most_fen=20_000),
    price("cancellation", "unnamed", amount_fen=0),
    price("cancellation", "named", amount_fen=3_000),
    price("cancellation", "at_door", amount_fen=6_000),
    price("stop", amount_fen=10_000),
    price("diagnosis", amount_fen=20_000),
    price("courtesy_car", amount_fen=12_000),
)  # fmt: skip
ACME: Final = (
    price("labour", amount_fen=26_000),
    price("operation", "B-0102", amount_fen=42_000),
    price("operation", "M-0102", amount_fen=23_500),
    price("transport", amount_fen=5_000, included_km=20, per_km_fen=350, road_percent=135, most_fen=50_000),
    price("cancellation", "named", amount_fen=2_000),
    price("diagnosis", amount_fen=15_000),
)
VAT: Final = {"repair": 1_300, "agency": 600, "rental": 1_300, "laid_out": 0}


def seed_rates() -> None:
    """What is missing of it; what finance has published since stays."""
    if not VatRate.objects.exists():
        for group, rate_bp in VAT.items():
            taxes.set_vat_rate(group=group, rate_bp=rate_bp, valid_from=FIRST_DAY, actor=SETUP, now=BEFORE)
    seed_card(None, STANDARD)
    acme = Tenant.objects.filter(slug="acme").first()
    if acme is not None:
        seed_card(acme, ACME)


def seed_card(tenant: Tenant | None, prices: tuple[PriceDraft, ...]) -> None:
    """The first version of a card, as of long before the first order."""
    if RateCard.objects.filter(tenant=tenant, versions__isnull=False).exists():
        return
    draft = drafts.begin_draft(tenant_id=tenant.pk if tenant else None, actor=SETUP, now=BEFORE)
    drafts.replace_prices(card_id=draft.card_id, prices=prices, actor=SETUP, now=BEFORE)
    draft.refresh_from_db()
    publishing.publish_draft(
        card_id=draft.card_id, valid_from=FIRST_DAY, note=TO_CONFIRM, revision=draft.revision, actor=SETUP, now=BEFORE
    )
