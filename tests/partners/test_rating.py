"""What a job costs: the most specific price wins, nothing is lost to rounding, every line says how it came about."""

from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.desk.charges import SHAPES, Charge
from partners.desk.rating import (
    CardRules,
    Fee,
    JobFacts,
    LaidOut,
    PriceRule,
    RatedLine,
    Service,
    Trip,
    Work,
    rate,
    round_fen,
    share_fen,
    tax_in,
)
from partners.desk.rating.rate import highest_price

DAY = date(2026, 11, 23)
VAT = {"repair": 1_300, "agency": 600, "rental": 1_300, "laid_out": 0}
VERSION = uuid4()


def rule(kind: str, operation: str = "", **values: Any) -> PriceRule:
    return PriceRule(id=uuid4(), version_id=VERSION, kind=kind, operation=operation, **values)


def card(*standard: PriceRule, agreed: tuple[PriceRule, ...] = (), vat: dict[str, int] | None = None) -> CardRules:
    return CardRules(day=DAY, standard=standard, agreed=agreed, vat=VAT if vat is None else vat)


ROAD: dict[str, Any] = {"amount_fen": 6_000, "included_km": 15, "per_km_fen": 400, "road_percent": 135}
TRANSPORT = rule("transport", **ROAD)
NIGHT = rule("night", percent_bp=3_000, night_from=time(22), night_until=time(6))
WAITING = rule("waiting", amount_fen=2_000, included_min=30, block_min=15, most_fen=5_000)


def trip(metres: int = 8_000, at: time = time(9), **values: Any) -> Trip:
    return Trip(**{"ref": "leg_1", "way": "pickup", "metres": metres, "at": at, **values})


def work(ref: str = "1.1", approved_fen: int = 30_000, **values: Any) -> Work:
    full: dict[str, Any] = {
        "kind": "labour", "operation": "B-0101", "text": "更换制动片", "quantity": Decimal("1.5"), "unit_price_fen": 20_000,
        "asked_fen": 30_000,
    }  # fmt: skip
    return Work(ref=ref, approved_fen=approved_fen, **{**full, **values})


def shown(lines: list[RatedLine]) -> list[tuple[str, int, str, int]]:
    return [(line.source, line.amount_fen, str(line.quantity), line.unit_price_fen) for line in lines]


# --- amounts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gross", "rate_bp", "tax"),
    [
        (128_000, 1_300, 14_726),
        (95_999, 1_300, 11_044),
        (12_000, 600, 679),
        (15_000, 600, 849),
        (28_000, 0, 0),
        (1, 1_300, 0),
    ],
)
def test_the_tax_that_is_in_an_amount(gross: int, rate_bp: int, tax: int) -> None:
    """Those of MONEY.md's second worked case."""
    assert tax_in(gross, rate_bp) == tax


@pytest.mark.parametrize(("exact", "fen"), [("0.5", 1), ("1.4999", 1), ("2.5", 3), ("0.49", 0)])
def test_half_a_fen_goes_upwards(exact: str, fen: int) -> None:
    assert round_fen(Decimal(exact)) == fen


def test_an_80_20_split_that_leaves_a_fen() -> None:
    assert share_fen(113_001, [80, 20]) == [90_401, 22_600]
    with pytest.raises(ValueError, match="weights"):
        share_fen(100, [0, 0])


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_shares_lose_no_fen(amount_fen: int, weights: list[int]) -> None:
    shares = share_fen(amount_fen, weights)
    assert sum(shares) == amount_fen
    total = sum(weights)
    assert all(abs(share * total - amount_fen * weight) < total for share, weight in zip(shares, weights, strict=True))


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_net_and_tax_are_the_gross(gross: int, rate_bp: int) -> None:
    line = RatedLine(source="x", kind="work", unit="once", amount_fen=gross, list_fen=gross, tax_bp=rate_bp)
    assert line.net_fen + line.tax_fen == gross
    assert 0 <= line.tax_fen <= gross


# --- which price --------------------------------------------------------------------------------------------------------


def test_what_names_more_wins_operation_before_class_before_area() -> None:
    names = [
        {}, {"area": "JQ"}, {"vehicle_class": "coach"}, {"vehicle_class": "coach", "area": "JQ"}, {"operation": "B-0101"},
        {"operation": "B-0101", "area": "JQ"}, {"operation": "B-0101", "vehicle_class": "coach"},
        {"operation": "B-0101", "vehicle_class": "coach", "area": "JQ"},
    ]  # fmt: skip
    where = {"operation": "B-0101", "vehicle_class": "coach", "area": "JQ"}
    for count in range(1, len(names) + 1):
        rules = [rule("labour", amount_fen=number, **name) for number, name in enumerate(names[:count])]
        found = card(*reversed(rules)).find("labour", **where)
        assert found is rules[-1], names[count - 1]
    assert card(rule("labour", "X-1", amount_fen=1)).find("labour", **where) is None


def test_what_was_agreed_goes_before_any_standard_price() -> None:
    exact = rule("labour", "B-0101", vehicle_class="coach", area="JQ", amount_fen=1)
    plain = rule("labour", amount_fen=2)
    both = card(exact, agreed=(plain,))
    where = {"operation": "B-0101", "vehicle_class": "coach", "area": "JQ"}
    assert both.find("labour", **where) is plain
    assert both.find("parts", **where) is None
    assert card(exact, agreed=(rule("labour", "X-1", amount_fen=3),)).find("labour", **where) is exact


PLACES = st.fixed_dictionaries(
    {"area": st.sampled_from(["", "JQ", "ZJ"]), "vehicle_class": st.sampled_from(["", "coach", "small_car"]),
     "operation": st.sampled_from(["", "B-0101", "T-0101"])}
)  # fmt: skip
CARDS = st.lists(PLACES, max_size=27, unique_by=lambda place: tuple(sorted(place.items())))


@given(CARDS, CARDS, PLACES)
def test_the_price_is_the_same_in_whatever_order_a_card_is_read(
    agreed: list[dict[str, str]], standard: list[dict[str, str]], asked: dict[str, str]
) -> None:
    """And no price that names more, of the card that goes first, fits too."""
    own = [rule("labour", amount_fen=1, **place) for place in agreed]
    common = [rule("labour", amount_fen=2, **place) for place in standard]
    found = card(*common, agreed=tuple(own)).find("labour", **asked)
    assert found is card(*reversed(common), agreed=tuple(reversed(own))).find("labour", **asked)
    fitting = [one for one in own if one.fits(**asked)] or [one for one in common if one.fits(**asked)]
    assert (found is None) == (not fitting)
    assert all(one is found or one.weight < found.weight for one in fitting if found is not None)


# --- trips --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "amounts"),
    [
        (0, [6_000]),
        (11_111, [6_000]),  # 14.99985 km by road: 15, all included
        (11_112, [6_000, 400]),  # 15.0012 km: the sixteenth has begun
        (20_000, [6_000, 4_800]),  # 27 km
    ],
)
def test_the_kilometres_of_a_trip(metres: int, amounts: list[int]) -> None:
    lines = rate(JobFacts(service="repair", trips=(trip(metres),)), card(TRANSPORT))
    assert [line.amount_fen for line in lines] == amounts
    assert lines[0].why["included_km"] == "15" and lines[0].version_id == VERSION


def test_a_cap_stops_the_kilometres() -> None:
    capped = rule("transport", **{**ROAD, "most_fen": 8_000})
    lines = rate(JobFacts(service="repair", trips=(trip(20_000),)), card(capped))
    assert shown(lines) == [("trip:leg_1", 6_000, "1", 6_000), ("trip:leg_1:km", 2_000, "12", 400)]
    assert lines[1].why == {"most_fen": "8000", "uncapped_fen": "4800"}
    low = rule("transport", **{**ROAD, "most_fen": 5_000})
    assert [line.amount_fen for line in rate(JobFacts(service="repair", trips=(trip(20_000),)), card(low))] == [
        5_000,
        0,
    ]


@pytest.mark.parametrize(
    ("at", "is_night"),
    [(time(21, 59), False), (time(22), True), (time(0), True), (time(5, 59), True), (time(6), False)],
)
def test_a_night_passes_midnight(at: time, is_night: bool) -> None:
    lines = rate(JobFacts(service="repair", trips=(trip(20_000, at),)), card(TRANSPORT, NIGHT))
    assert sum(line.amount_fen for line in lines) == 10_800 + (3_240 if is_night else 0)


def test_a_night_within_a_day() -> None:
    early = rule("night", percent_bp=1_000, night_from=time(1), night_until=time(5))
    for at, count in ((time(0, 59), 1), (time(1), 2), (time(4, 59), 2), (time(5), 1)):
        assert len(rate(JobFacts(service="repair", trips=(trip(at=at),)), card(TRANSPORT, early))) == count


@pytest.mark.parametrize(("waited", "amount"), [(0, 0), (30, 0), (31, 2_000), (45, 2_000), (46, 4_000), (61, 5_000)])
def test_waiting_counts_by_begun_blocks_up_to_its_cap(waited: int, amount: int) -> None:
    lines = rate(JobFacts(service="repair", trips=(trip(waited_min=waited),)), card(TRANSPORT, WAITING))
    assert sum(line.amount_fen for line in lines if line.kind == Charge.WAITING) == amount


def test_a_tow_has_a_price_of_its_own() -> None:
    tow = rule("tow", **{**ROAD, "amount_fen": 35_000})
    lines = rate(
        JobFacts(service="repair", trips=(trip(is_towed=True), trip(ref="leg_2", way="return"))), card(TRANSPORT, tow)
    )
    assert [(line.kind, line.amount_fen) for line in lines] == [("tow", 35_000), ("transport", 6_000)]


def test_what_no_card_prices_stands_there_unrated() -> None:
    lines = rate(JobFacts(service="inspection", services=(Service(name="inspection"),), trips=(trip(),)), card(vat={}))
    assert [(line.source, line.amount_fen, line.is_unrated) for line in lines] == [
        ("service:inspection", 0, True), ("trip:leg_1", 0, True),
    ]  # fmt: skip


# --- work, fees, what was laid out --------------------------------------------------------------------------------------


def test_approved_work_costs_what_was_approved() -> None:
    whole, lesser = work(), work("1.2", 25_000)
    lines = rate(JobFacts(service="repair", work=(whole, lesser)), card(rule("labour", amount_fen=99_999)))
    assert shown(lines) == [("work:1.1", 30_000, "1.5", 20_000), ("work:1.2", 25_000, "1", 25_000)]
    assert [line.unit for line in lines] == ["hour", "once"]
    assert lines[1].why == {"asked_fen": "30000"}


def test_the_second_worked_case_of_the_money_rules() -> None:
    """Service 1,280.00, pads 959.99, fetch and return 120.00, agency 150.00, station fee 280.00 laid out: 272.98 of tax."""
    facts = JobFacts(
        service="inspection",
        work=(
            work("1.1", 128_000, asked_fen=128_000, unit_price_fen=None),
            work("1.2", 95_999, asked_fen=95_999, unit_price_fen=None),
        ),
        services=(Service(name="inspection"),),
        trips=(trip(), trip(ref="leg_2", way="return")),
        laid_out=(LaidOut(ref="1", kind="station_fee", amount_fen=28_000),),
    )
    lines = rate(facts, card(TRANSPORT, rule("service", "inspection", amount_fen=15_000)))
    assert sum(line.amount_fen for line in lines) == 278_999
    # the trips are taxed one by one here: 340 twice, where one line of 120.00 has 679
    assert [line.tax_fen for line in lines] == [14_726, 11_044, 849, 340, 340, 0]


def test_fees_and_laid_out_money() -> None:
    prices = (
        rule("cancellation", amount_fen=1_000),
        rule("cancellation", "at_door", amount_fen=6_000),
        rule("stop", amount_fen=9),
    )
    facts = JobFacts(
        service="repair", fees=(Fee(kind="cancellation", stage="at_door"), Fee(kind="stop")),
        laid_out=(LaidOut(ref="7", kind="toll", amount_fen=3_500, is_in_customers_name=False),),
    )  # fmt: skip
    lines = rate(facts, card(*prices))
    assert shown(lines) == [
        ("fee:cancellation", 6_000, "1", 6_000), ("fee:stop", 9, "1", 9), ("laid_out:7", 3_500, "1", 3_500),
    ]  # fmt: skip
    assert [line.tax_bp for line in lines] == [600, 600, 600]


def test_a_comeback_is_worked_out_and_not_charged() -> None:
    facts = JobFacts(service="repair", work=(work(),), trips=(trip(),), is_free=True)
    facts_paid = JobFacts(service="repair", work=(work(),), trips=(trip(),))
    free, paid = rate(facts, card(TRANSPORT)), rate(facts_paid, card(TRANSPORT))
    assert [line.amount_fen for line in free] == [0, 0]
    assert [line.list_fen for line in free] == [line.amount_fen for line in paid] == [30_000, 6_000]
    assert {line.payer for line in free} == {"warranty"}


@pytest.mark.parametrize(
    ("kind", "operation", "cost_fen", "expected"),
    [
        ("labour", "B-0101", None, 30_000),  # its fixed price, twice
        ("labour", "X-1", None, 58_000),  # hours × rate
        ("part", "X-2", 10_001, 23_002),  # cost + 15 %: 115.01 each
        ("part", "X-2", None, None),  # a mark-up on nothing known
    ],
)
def test_the_highest_price_of_a_line(kind: str, operation: str, cost_fen: int | None, expected: int | None) -> None:
    prices = card(
        rule("operation", "B-0101", amount_fen=15_000),
        rule("labour", amount_fen=29_000),
        rule("parts", percent_bp=1_500),
    )
    found = highest_price(
        prices, kind=kind, operation=operation, area="JQ", vehicle_class="coach", quantity=Decimal(2), cost_fen=cost_fen
    )
    assert (found[1] if found else None) == expected


AMOUNTS = st.integers(0, 1_000_000)
TRIPS = st.builds(
    Trip, ref=st.uuids().map(str), way=st.sampled_from(["pickup", "return"]), metres=st.integers(0, 200_000), at=st.times(),
    is_towed=st.booleans(), waited_min=st.integers(0, 600),
)  # fmt: skip
WORKS = st.builds(
    lambda ref, asked, part, hours: work(str(ref), min(asked, part), asked_fen=asked, quantity=hours, unit_price_fen=None),
    st.uuids(), AMOUNTS, AMOUNTS, st.decimals("0.01", "99", places=2),
)  # fmt: skip


@given(st.lists(TRIPS, max_size=4), st.lists(WORKS, max_size=6), st.lists(AMOUNTS, max_size=3), AMOUNTS, st.booleans())
def test_a_bill_is_the_sum_of_its_lines(
    trips: list[Trip], works: list[Work], paid: list[int], cap: int, is_free: bool
) -> None:
    """Whatever happened: names stand once, every line is its quantity times its price unless it says why not, approved work
    costs to the fen what was approved, and only money laid out is left of a job that is free."""
    prices = card(TRANSPORT, NIGHT, WAITING, rule("tow", **{**ROAD, "most_fen": cap}), rule("stop", amount_fen=10_000))
    laid_out = tuple(LaidOut(ref=str(place), kind="toll", amount_fen=amount) for place, amount in enumerate(paid))
    facts = JobFacts(
        service="repair",
        trips=tuple(trips),
        work=tuple(works),
        fees=(Fee(kind="stop"),),
        laid_out=laid_out,
        is_free=is_free,
    )
    lines = rate(facts, prices)
    assert lines == rate(facts, prices)
    assert len({line.source for line in lines}) == len(lines)
    for line in lines:
        worked = round_fen(line.quantity * line.unit_price_fen)
        assert line.list_fen == worked or "most_fen" in line.why
        assert 0 <= line.amount_fen <= line.list_fen
        assert line.kind in {*SHAPES, "work", "laid_out"}
    approved = sum(one.approved_fen for one in works)
    assert sum(line.list_fen for line in lines if line.kind == "work") == approved
    if is_free:
        assert sum(line.amount_fen for line in lines) == sum(paid)
