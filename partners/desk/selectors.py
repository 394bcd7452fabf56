"""Reads that more than one page needs: which prices hold, and how cards stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from psycopg.types.range import DateRange

from partners.desk.models import Price, RateCard, RatePeriod, RateVersion, VatRate
from partners.desk.rating import CardRules, PriceRule

RULE_FIELDS = tuple(field.name for field in fields(PriceRule))


@dataclass(frozen=True, slots=True)
class Pin:
    """Which versions hold for a tenant on a day; None: there is none."""

    day: date
    standard: UUID | None
    agreed: UUID | None


def pin_versions(wanted: Iterable[tuple[UUID, date]]) -> dict[tuple[UUID, date], Pin]:
    """The versions for each tenant and day: one query, however many."""
    pairs = set(wanted)
    days = {day for _tenant, day in pairs}
    if not days:
        return {}
    periods = RatePeriod.objects.filter(
        Q(card__tenant__isnull=True) | Q(card__tenant__in={tenant for tenant, _day in pairs}),
        during__overlap=DateRange(min(days), max(days), "[]"),
    ).values_list("card__tenant_id", "during", "version_id")
    found = [(tenant, during, version) for tenant, during, version in periods if not during.isempty]

    def version_on(owner: UUID | None, day: date) -> UUID | None:
        return next((version for tenant, during, version in found if tenant == owner and day in during), None)

    return {
        (tenant, day): Pin(day, standard=version_on(None, day), agreed=version_on(tenant, day)) for tenant, day in pairs
    }


def read_rules(pins: Iterable[Pin]) -> dict[Pin, CardRules]:
    """The prices of each pin: two queries, however many."""
    wanted = set(pins)
    versions = {key for pin in wanted for key in (pin.standard, pin.agreed) if key is not None}
    rules: dict[UUID, list[PriceRule]] = {}
    for row in Price.objects.filter(version__in=versions).order_by("pk").values(*RULE_FIELDS):
        rules.setdefault(row["version_id"], []).append(PriceRule(**row))
    rates = read_vat({pin.day for pin in wanted})
    return {
        pin: CardRules(
            day=pin.day,
            agreed=tuple(rules.get(pin.agreed, ())) if pin.agreed else (),
            standard=tuple(rules.get(pin.standard, ())) if pin.standard else (),
            vat=rates[pin.day],
        )
        for pin in wanted
    }


def read_vat(days: Iterable[date]) -> dict[date, Mapping[str, int]]:
    """The rate of each group on each day: one query."""
    wanted = set(days)
    if not wanted:
        return {}
    rows = VatRate.objects.filter(during__overlap=DateRange(min(wanted), max(wanted), "[]"))
    kept = list(rows.values_list("group", "rate_bp", "during"))
    return {day: {group: rate for group, rate, during in kept if day in during} for day in wanted}


def read_card(*, tenant_id: UUID, day: date) -> CardRules:
    """What holds for one tenant on a day."""
    pin = pin_versions([(tenant_id, day)])[tenant_id, day]
    return read_rules([pin])[pin]


def list_cards(day: date) -> list[dict[str, Any]]:
    """Every card with the version that holds on `day`, the next one, and whether somebody writes on it; the standard first."""
    holding = RatePeriod.objects.filter(card=OuterRef("pk"), during__contains=day)
    coming = RatePeriod.objects.filter(card=OuterRef("pk"), during__startswith__gt=day).order_by("during")
    prices = Price.objects.filter(version=OuterRef("holds")).order_by().values("version")
    rows = RateCard.objects.annotate(
        holds=Subquery(holding.values("version")[:1]),
        holds_no=Subquery(holding.values("version__no")[:1]),
        holds_during=Subquery(holding.values("during")[:1]),
        next_no=Subquery(coming.values("version__no")[:1]),
        next_during=Subquery(coming.values("during")[:1]),
    ).annotate(prices=Subquery(prices.annotate(count=Count("pk")).values("count")[:1]))
    shown = rows.select_related("tenant", "draft").order_by("tenant__name")
    cards = [
        {
            "card": card, "ref": card.ref, "tenant": card.tenant, "no": card.holds_no,
            "since": card.holds_during.lower if card.holds_during else None, "next_no": card.next_no,
            "next_from": card.next_during.lower if card.next_during else None, "prices": card.prices or 0,
            "draft": getattr(card, "draft", None),
        }
        for card in shown
    ]  # fmt: skip
    return sorted(cards, key=lambda row: row["tenant"] is not None)


def versions_of(card: RateCard) -> list[RateVersion]:
    """The published versions with their days, the newest first."""
    return list(card.versions.select_related("period").order_by("-no"))
