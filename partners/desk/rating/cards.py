"""The prices that hold for one tenant on one day, and which of them is the one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """A published price as rating reads it; an empty dimension holds for all."""

    id: UUID
    version_id: UUID
    kind: str
    area: str = ""
    vehicle_class: str = ""
    operation: str = ""
    amount_fen: int | None = None
    included_km: int | None = None
    per_km_fen: int | None = None
    road_percent: int | None = None
    percent_bp: int | None = None
    night_from: time | None = None
    night_until: time | None = None
    included_min: int | None = None
    block_min: int | None = None
    most_fen: int | None = None

    def fits(self, *, area: str, vehicle_class: str, operation: str) -> bool:
        """Whether it holds there, for that class and that operation."""
        return (
            self.area in ("", area) and self.vehicle_class in ("", vehicle_class) and self.operation in ("", operation)
        )

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """How much it says: the operation counts before the class, the class before the area. No two prices say the same."""
        return bool(self.operation), bool(self.vehicle_class), bool(self.area)


@dataclass(frozen=True)
class CardRules:
    """What holds for one tenant on one day: its own agreement before the standard card.

    Of the agreement (or, where it says nothing, the standard card) the price wins that names more: see PriceRule.weight.
    """

    day: date
    agreed: tuple[PriceRule, ...] = ()
    standard: tuple[PriceRule, ...] = ()
    vat: Mapping[str, int] = field(default_factory=dict)  # group: hundredths of a per cent

    def find(self, kind: str, *, area: str = "", vehicle_class: str = "", operation: str = "") -> PriceRule | None:
        """The price, or None where nothing was set."""
        for rules in (self._agreed, self._standard):
            fitting = [
                rule
                for rule in rules.get(kind, ())
                if rule.fits(area=area, vehicle_class=vehicle_class, operation=operation)
            ]
            if fitting:
                return max(fitting, key=lambda rule: rule.weight)
        return None

    @cached_property
    def _agreed(self) -> Mapping[str, list[PriceRule]]:
        return by_kind(self.agreed)

    @cached_property
    def _standard(self) -> Mapping[str, list[PriceRule]]:
        return by_kind(self.standard)


def by_kind(rules: Iterable[PriceRule]) -> Mapping[str, list[PriceRule]]:
    """The prices of each kind."""
    found: dict[str, list[PriceRule]] = {}
    for rule in rules:
        found.setdefault(rule.kind, []).append(rule)
    return found
