"""`rate(facts, card)`: the lines of what a job costs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from decimal import Decimal
from uuid import UUID

from partners.desk.charges import SHAPES, Charge, TaxGroup, Unit
from partners.desk.rating.amounts import percent_of, round_fen
from partners.desk.rating.cards import CardRules, PriceRule
from partners.desk.rating.facts import Fee, JobFacts, LaidOut, Service, Trip, Work
from partners.desk.rating.lines import LAID_OUT, WORK, RatedLine


def rate(facts: JobFacts, card: CardRules) -> list[RatedLine]:
    """The lines, in the order in which a bill shows them. Pure: the same facts and card give the same lines."""
    lines = [line for work in facts.work for line in rate_work(work, card)]
    lines += [rate_service(service, facts, card) for service in facts.services]
    for trip in facts.trips:
        lines += rate_trip(trip, facts, card)
    lines += rate_courtesy(facts, card)
    lines += [rate_fee(fee, facts, card) for fee in facts.fees]
    if facts.is_free:
        lines = [replace(line, amount_fen=0, payer="warranty") for line in lines]
    return lines + [rate_laid_out(paid, card) for paid in facts.laid_out]


def tax_of(group: str, card: CardRules) -> int:
    """The group's rate on the card's day; nothing where none was set."""
    return card.vat.get(group, 0)


def from_price(
    rule: PriceRule | None, *, source: str, kind: str, operation: str, unit: str, quantity: Decimal, unit_price_fen: int,
    amount_fen: int, card: CardRules, why: dict[str, str] | None = None,
) -> RatedLine:  # fmt: skip
    """A line that a price gave; without a price it stands there unrated."""
    return RatedLine(
        source=source, kind=kind, operation=operation, quantity=quantity, unit=unit, unit_price_fen=unit_price_fen,
        amount_fen=amount_fen, list_fen=amount_fen, tax_bp=tax_of(SHAPES[kind].tax, card),
        price_id=rule.id if rule else None, version_id=rule.version_id if rule else None, why=why or {}, is_unrated=rule is None,
    )  # fmt: skip


def once(kind: str, operation: str, facts: JobFacts, card: CardRules, *, source: str, count: int = 1) -> RatedLine:
    """So often a fixed price."""
    rule = card.find(kind, area=facts.area, vehicle_class=facts.vehicle_class, operation=operation)
    price = (rule.amount_fen or 0) if rule else 0
    return from_price(
        rule, source=source, kind=kind, operation=operation, unit=Unit.ONCE if count == 1 else Unit.PIECE,
        quantity=Decimal(count), unit_price_fen=price, amount_fen=price * count, card=card,
    )  # fmt: skip


def rate_service(service: Service, facts: JobFacts, card: CardRules) -> RatedLine:
    """A service's fixed price."""
    return once(Charge.SERVICE, service.name, facts, card, source=f"service:{service.name}", count=service.count)


def rate_fee(fee: Fee, facts: JobFacts, card: CardRules) -> RatedLine:
    """J19, J19b, J23."""
    return once(fee.kind, fee.stage, facts, card, source=f"fee:{fee.kind}")


def rate_courtesy(facts: JobFacts, card: CardRules) -> list[RatedLine]:
    """So many days of a courtesy car."""
    if not facts.courtesy_days:
        return []
    kind = Charge.COURTESY_CAR
    rule = card.find(kind, area=facts.area, vehicle_class=facts.vehicle_class)
    price = (rule.amount_fen or 0) if rule else 0
    full_fen = price * facts.courtesy_days
    amount_fen = capped(full_fen, rule) if rule else 0
    why = (
        {}
        if amount_fen == full_fen or rule is None
        else {"most_fen": str(rule.most_fen), "uncapped_fen": str(full_fen)}
    )
    return [
        from_price(
            rule, source="courtesy_car", kind=kind, operation="", unit=Unit.DAY, quantity=Decimal(facts.courtesy_days),
            unit_price_fen=price, amount_fen=amount_fen, card=card, why=why,
        )
    ]  # fmt: skip


def rate_work(work: Work, card: CardRules) -> Iterator[RatedLine]:
    """What was approved, with the price that was locked into its version."""
    is_whole = work.unit_price_fen is not None and work.approved_fen == work.asked_fen
    unit = Unit.HOUR if work.kind == Charge.LABOUR and work.unit_price_fen is not None else Unit.PIECE
    why = {} if work.approved_fen == work.asked_fen else {"asked_fen": str(work.asked_fen)}
    locked = next((rule for rule in (*card.agreed, *card.standard) if str(rule.id) == work.price_id), None)
    yield RatedLine(
        source=f"work:{work.ref}", kind=WORK, operation=work.operation, text=work.text,
        quantity=work.quantity if is_whole else Decimal(1), unit=unit if is_whole else Unit.ONCE,
        unit_price_fen=(work.unit_price_fen or 0) if is_whole else work.approved_fen, amount_fen=work.approved_fen,
        list_fen=work.approved_fen, tax_bp=tax_of(TaxGroup.REPAIR, card), payer=work.payer,
        price_id=UUID(work.price_id) if work.price_id else None, version_id=locked.version_id if locked else None, why=why,
    )  # fmt: skip


def rate_laid_out(paid: LaidOut, card: CardRules) -> RatedLine:
    """At cost; without tax where the receipt is in the customer's name."""
    group = TaxGroup.LAID_OUT if paid.is_in_customers_name else TaxGroup.AGENCY
    return RatedLine(
        source=f"laid_out:{paid.ref}", kind=LAID_OUT, operation=paid.kind, text=paid.text, unit=Unit.ONCE,
        unit_price_fen=paid.amount_fen, amount_fen=paid.amount_fen, list_fen=paid.amount_fen, tax_bp=tax_of(group, card),
    )  # fmt: skip


# --- trips --------------------------------------------------------------------------------------------------------------


def rate_trip(trip: Trip, facts: JobFacts, card: CardRules) -> list[RatedLine]:
    """The trip, its further kilometres, the night's surcharge on both, and the waiting."""
    kind = Charge.TOW if trip.is_towed else Charge.TRANSPORT
    rule = find(kind, trip, facts, card)
    lines = [trip_line(kind, rule, trip, card)]
    if rule is not None:
        lines += further_km(kind, rule, trip, card, base_fen=lines[0].amount_fen)
    driven_fen = sum(line.amount_fen for line in lines)
    return [*lines, *night_line(trip, facts, card, driven_fen), *waiting_line(trip, facts, card)]


def find(kind: str, trip: Trip, facts: JobFacts, card: CardRules) -> PriceRule | None:
    """The price of a kind for this way, class and area."""
    return card.find(kind, area=facts.area, vehicle_class=facts.vehicle_class, operation=trip.way)


def trip_line(kind: str, rule: PriceRule | None, trip: Trip, card: CardRules) -> RatedLine:
    """The trip itself, with the kilometres that it includes."""
    price = capped(rule.amount_fen or 0, rule) if rule else 0
    why = {"km": str(road_km(trip, rule)), "included_km": str(rule.included_km)} if rule else {}
    return from_price(
        rule, source=f"trip:{trip.ref}", kind=kind, operation=trip.way, unit=Unit.TRIP, quantity=Decimal(1),
        unit_price_fen=price, amount_fen=price, card=card, why=why,
    )  # fmt: skip


def road_km(trip: Trip, rule: PriceRule) -> int:
    """Kilometres by road, each begun one whole."""
    return -(-trip.metres * (rule.road_percent or 100) // 100_000)


def further_km(kind: str, rule: PriceRule, trip: Trip, card: CardRules, *, base_fen: int) -> list[RatedLine]:
    """The kilometres beyond those included, up to the price's cap."""
    further = max(0, road_km(trip, rule) - (rule.included_km or 0))
    full_fen = further * (rule.per_km_fen or 0)
    if not full_fen:
        return []
    amount_fen = min(full_fen, (rule.most_fen or 0) - base_fen) if rule.most_fen is not None else full_fen
    why = {} if amount_fen == full_fen else {"most_fen": str(rule.most_fen), "uncapped_fen": str(full_fen)}
    return [
        from_price(
            rule, source=f"trip:{trip.ref}:km", kind=kind, operation=trip.way, unit=Unit.KM, quantity=Decimal(further),
            unit_price_fen=rule.per_km_fen or 0, amount_fen=amount_fen, card=card, why=why,
        )
    ]  # fmt: skip


def night_line(trip: Trip, facts: JobFacts, card: CardRules, driven_fen: int) -> list[RatedLine]:
    """So much per cent on top at night."""
    rule = find(Charge.NIGHT, trip, facts, card)
    if rule is None or not driven_fen or not is_night(trip.at, rule):
        return []
    full_fen = percent_of(driven_fen, rule.percent_bp or 0)
    amount_fen = capped(full_fen, rule)
    why = {"percent_bp": str(rule.percent_bp), "of_fen": str(driven_fen), "at": f"{trip.at:%H:%M}"}
    if amount_fen != full_fen:
        why |= {"most_fen": str(rule.most_fen), "uncapped_fen": str(full_fen)}
    return [
        from_price(
            rule, source=f"trip:{trip.ref}:night", kind=Charge.NIGHT, operation=trip.way, unit=Unit.ONCE, quantity=Decimal(1),
            unit_price_fen=amount_fen, amount_fen=amount_fen, card=card, why=why,
        )
    ]  # fmt: skip


def is_night(at: time, rule: PriceRule) -> bool:
    """Whether the hour lies in the price's night, which may pass midnight; its last minute does not belong to it."""
    start, end = rule.night_from or time(), rule.night_until or time()
    return start <= at < end if start < end else at >= start or at < end


def waiting_line(trip: Trip, facts: JobFacts, card: CardRules) -> list[RatedLine]:
    """Each begun block of waiting beyond what is included."""
    rule = find(Charge.WAITING, trip, facts, card)
    if rule is None or trip.waited_min <= (rule.included_min or 0):
        return []
    over = trip.waited_min - (rule.included_min or 0)
    blocks = -(-over // (rule.block_min or 1))
    full_fen = blocks * (rule.amount_fen or 0)
    why = {"waited_min": str(trip.waited_min), "included_min": str(rule.included_min), "block_min": str(rule.block_min)}
    amount_fen = capped(full_fen, rule)
    if amount_fen != full_fen:
        why |= {"most_fen": str(rule.most_fen), "uncapped_fen": str(full_fen)}
    return [
        from_price(
            rule, source=f"trip:{trip.ref}:waiting", kind=Charge.WAITING, operation=trip.way, unit=Unit.BLOCK,
            quantity=Decimal(blocks), unit_price_fen=rule.amount_fen or 0, amount_fen=amount_fen, card=card, why=why,
        )
    ]  # fmt: skip


def capped(amount_fen: int, rule: PriceRule) -> int:
    """Not above what the price asks at most."""
    return amount_fen if rule.most_fen is None else min(amount_fen, rule.most_fen)


# --- estimates ----------------------------------------------------------------------------------------------------------


def highest_price(
    card: CardRules,
    *,
    kind: str,
    operation: str,
    area: str,
    vehicle_class: str,
    quantity: Decimal,
    cost_fen: int | None,
) -> tuple[PriceRule, int] | None:
    """What a workshop may ask for a line without saying why: the price, and the amount; None where no card says anything.

    An operation's fixed price comes first; else labour is hours × rate, and a part its cost with the mark-up.
    """
    where = {"area": area, "vehicle_class": vehicle_class, "operation": operation}
    fixed = card.find(Charge.OPERATION, **where) if operation else None
    if fixed is not None:
        return fixed, round_fen(quantity * (fixed.amount_fen or 0))
    if kind == Charge.LABOUR:
        hourly = card.find(Charge.LABOUR, **where)
        return None if hourly is None else (hourly, round_fen(quantity * (hourly.amount_fen or 0)))
    marked_up = card.find(Charge.PARTS, **where)
    if marked_up is None or cost_fen is None:
        return None
    one_fen = cost_fen + percent_of(cost_fen, marked_up.percent_bp or 0)
    return marked_up, round_fen(quantity * one_fen)
