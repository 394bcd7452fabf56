"""The example of what an order costs."""

from typing import Any, Final

EXPECTED_COST: Final[dict[str, Any]] = {
    "ref": "planned-return",
    "kind": "transport",
    "operation": "return",
    "quantity": "1",
    "unit": "trip",
    "unit_price_fen": 5_000,
    "amount_fen": 5_000,
    "tax_bp": 600,
    "tax_fen": 283,
}
COSTS: Final[dict[str, Any]] = {
    "currency": "CNY",
    "is_final": False,
    "total_fen": 47_000,
    "tax_fen": 5_115,
    "lines": [
        {
            **EXPECTED_COST, "no": 1, "ref": "work:1.1", "kind": "work", "operation": "B-0201", "text": "更换刹车油",
            "quantity": "1.5", "unit": "hour", "unit_price_fen": 28_000, "amount_fen": 42_000, "tax_bp": 1_300, "tax_fen": 4_832,
            "payer": "customer", "why": {}, "card": "", "card_version": None,
        },
        {
            **EXPECTED_COST, "no": 2, "ref": "trip:leg_01KB1Q4Y8Z9N1T3V5X7Z9B1D3F", "operation": "pickup", "text": "",
            "payer": "customer", "why": {"km": "12", "included_km": "20"}, "card": "agreed", "card_version": 1,
        },
    ],
    "expected": [{**EXPECTED_COST, "ref": "trip:planned-return"}],
    "cancellation_fen": None,
}  # fmt: skip
