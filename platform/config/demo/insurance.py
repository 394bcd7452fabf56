"""The demo's policies: two that cover every vehicle with the operator this year and the next (to confirm)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from config import clock
from repair.models import InsurancePolicy


def seed_policies() -> None:
    """One for the road, one for the yard, each from New Year of this year to New Year after next."""
    zone, now = ZoneInfo(settings.TIME_ZONE), clock.now()
    year = now.astimezone(zone).year
    for number, kinds, limit_fen in (
        (f"CPIC-T-{year}-0091", ["transport"], 200_000_000),
        (f"PICC-C-{year}-0417", ["custody"], 500_000_000),
    ):
        InsurancePolicy.objects.get_or_create(
            insurer="太平洋财险" if number.startswith("CPIC") else "人保财险",
            number=number,
            defaults={
                "kinds": kinds, "starts_at": datetime(year, 1, 1, tzinfo=zone),
                "ends_at": datetime(year + 2, 1, 1, tzinfo=zone), "limit_fen": limit_fen, "entered_by": "seed",
                "entered_at": now,
            },
        )  # fmt: skip
