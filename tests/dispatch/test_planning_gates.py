"""Every gate alone, at the leg's window and never at the hour of the question."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning import (
    Booking,
    GateReason,
    LegKind,
    LegMode,
    LicenceRule,
    PlanningInputError,
    explain,
    licence_codes,
)
from tests.dispatch.planning_world import HOME, NOW, ROADS, RULES, SHOP, SITE, agent, at, leg, verdict_on

TO_SITE = int(ROADS.pairs(origins=HOME, destinations=SITE)[0])
WITH_CAR = int(ROADS.pairs(origins=SITE, destinations=SHOP)[0])
BUSY = timedelta(seconds=2 * 900 + WITH_CAR)


def seconds(count: int) -> timedelta:
    """`count` seconds."""
    return timedelta(seconds=count)


def test_an_open_gate_gives_the_planned_time() -> None:
    """He is there when the window opens, sets out in time for that, and is busy to the second hand-over's end."""
    verdict = verdict_on(agent(), leg())
    assert verdict.reasons == ()
    assert verdict.drive_seconds == TO_SITE
    assert verdict.arrives_at == at(10)
    assert verdict.departs_at == at(10) - seconds(TO_SITE)
    assert verdict.ends_at == at(10) + BUSY


@pytest.mark.parametrize(
    ("card", "task", "reasons"),
    [
        ({"fit": False}, {}, (GateReason.UNFIT,)),
        ({}, {"refused_by": frozenset({"bob", "ann"})}, (GateReason.REFUSED,)),
        ({}, {"refused_by": frozenset({"bob"})}, ()),
        ({"areas": frozenset({"west"})}, {}, (GateReason.AREA,)),
        ({"areas": frozenset({"west", "east"})}, {}, ()),
        ({"areas": frozenset()}, {}, (GateReason.AREA,)),
        ({}, {"area": None}, (GateReason.AREA,)),
        ({}, {"vehicle_class": None}, (GateReason.UNKNOWN_CLASS,)),
        ({}, {"vehicle_class": "hovercraft"}, (GateReason.UNKNOWN_CLASS,)),
        ({}, {"vehicle_class": "tractor"}, (GateReason.LICENCE,)),
        ({"licence": "C2"}, {}, (GateReason.LICENCE,)),
        ({"licence": ""}, {}, (GateReason.LICENCE,)),
        ({"licence": "A2"}, {"vehicle_class": "tractor"}, ()),
        ({"licence": "A1A2"}, {"vehicle_class": "tractor"}, ()),
        ({"licence_expires_on": date(2026, 11, 24)}, {}, (GateReason.LICENCE_EXPIRED,)),
        ({"licence_expires_on": date(2026, 11, 25)}, {}, ()),
        ({"probation_until": date(2026, 11, 25)}, {}, (GateReason.PROBATION,)),
        ({"probation_until": date(2026, 11, 24)}, {}, ()),
        ({"in_trade_since": date(2025, 11, 26)}, {}, (GateReason.TRADE_YEAR,)),
        ({"in_trade_since": date(2025, 11, 25)}, {}, ()),
        ({"trained_until": date(2026, 11, 24)}, {}, (GateReason.TRAINING,)),
        ({"trained_until": None}, {}, (GateReason.TRAINING,)),
        ({"trained_until": date(2026, 11, 25)}, {}, ()),
        ({"shifts": ()}, {}, (GateReason.SHIFT,)),
        ({"shifts": ((at(12, 1), at(20)),)}, {}, (GateReason.SHIFT,)),
        ({"shifts": ((at(0), at(10)),)}, {}, (GateReason.SHIFT,)),
        ({"shifts": ((at(8), at(10) + BUSY - seconds(1)),)}, {}, (GateReason.SHIFT,)),
        ({"shifts": ((at(8), at(10) + BUSY),)}, {}, ()),
        ({"leaves": ((at(0), at(24)),)}, {}, (GateReason.LEAVE,)),
        ({"leaves": ((at(8), at(18)),)}, {}, (GateReason.LEAVE,)),
        ({"leaves": ((at(11), at(13)),)}, {}, (GateReason.LEAVE,)),
        ({"leaves": ((at(15), at(18)),)}, {}, ()),
        ({"load": 0}, {}, (GateReason.LOAD,)),
        ({"booked": (Booking(at(10), at(11), SITE),)}, {}, ()),
        ({"booked": (Booking(at(10), at(12, 30), SITE),)}, {}, (GateReason.OVERLAP,)),
        ({"booked": (Booking(at(8), at(9), SITE),), "load": 1}, {}, (GateReason.LOAD,)),
        ({"booked": (Booking(at(8, day=24), at(9, day=24), SITE),), "load": 1}, {}, ()),
        ({"shifts": ((at(11, 59), at(18)),)}, {}, (GateReason.CANNOT_REACH,)),
        ({"shifts": ((at(12) - seconds(TO_SITE), at(18)),)}, {}, ()),
        ({"shifts": ((at(12) - seconds(TO_SITE - 1), at(18)),)}, {}, (GateReason.CANNOT_REACH,)),
    ],
)
def test_each_gate_alone(card: dict[str, Any], task: dict[str, Any], reasons: tuple[GateReason, ...]) -> None:
    """One gate is shut, and just that is named; on its last good second or day it is open."""
    assert verdict_on(agent(**card), leg(**task)).reasons == reasons


def test_all_shut_gates_are_named_in_order() -> None:
    """Whoever asks learns everything that lacks, not the first thing."""
    verdict = verdict_on(agent(fit=False, areas=frozenset(), licence="C2", trained_until=None, shifts=()), leg())
    assert verdict.reasons == (
        GateReason.UNFIT,
        GateReason.AREA,
        GateReason.LICENCE,
        GateReason.TRAINING,
        GateReason.SHIFT,
    )
    assert (verdict.drive_seconds, verdict.departs_at, verdict.arrives_at, verdict.ends_at) == (None,) * 4


@pytest.mark.parametrize("task", [{"mode": LegMode.TOW}, {"kind": LegKind.ERRAND}])
def test_who_drives_no_vehicle_needs_no_licence_for_it(task: dict[str, Any]) -> None:
    """A towed leg and an errand ask no licence, no expiry, no probation, no class; the other gates stay."""
    card = agent(licence="C2", licence_expires_on=date(2026, 1, 1), probation_until=date(2027, 1, 1))
    assert verdict_on(card, leg(vehicle_class=None, **task)).reasons == ()
    assert verdict_on(replace(card, areas=frozenset()), leg(**task)).reasons == (GateReason.AREA,)


def test_licence_rules_count_from_their_day() -> None:
    """Of two rules in force the later counts; before any rule and after the last the class is unknown."""
    rules = (
        LicenceRule("small_car", frozenset({"C1"}), date(2026, 1, 1), date(2026, 12, 1)),
        LicenceRule("small_car", frozenset({"B1"}), date(2026, 11, 25), date(2026, 11, 27)),
    )

    def reasons(day: datetime, licence: str) -> tuple[GateReason, ...]:
        card = agent(licence=licence, shifts=((day, day + timedelta(hours=10)),))
        return verdict_on(card, leg(window_start=day, window_end=day + timedelta(hours=4)), rules=rules).reasons

    assert reasons(at(9, day=24), "C1") == ()
    assert reasons(at(9, day=25), "C1") == (GateReason.LICENCE,)
    assert reasons(at(9, day=25), "B1") == ()
    assert reasons(at(9, day=27), "C1") == ()
    assert reasons(at(9) + timedelta(days=10), "C1") == (GateReason.UNKNOWN_CLASS,)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"licence_expires_on": date(2026, 11, 24)}, GateReason.LICENCE_EXPIRED),
        ({"trained_until": date(2026, 11, 24)}, GateReason.TRAINING),
        ({"leaves": ((at(0), at(24)),)}, GateReason.LEAVE),
        ({"shifts": ((at(8, day=23), at(18, day=23)), (at(8, day=24), at(18, day=24)))}, GateReason.SHIFT),
    ],
)
def test_good_now_but_not_at_the_window(card: dict[str, Any], reason: GateReason) -> None:
    """What holds on the day of asking does not hold on the day of the leg."""
    on_duty = {"shifts": ((at(8, day=23), at(18, day=23)), (at(8), at(18))), **card}
    today = leg(window_start=at(12, day=23), window_end=at(14, day=23))
    assert verdict_on(agent(**on_duty), today).reasons == ()
    assert verdict_on(agent(**on_duty), leg()).reasons == (reason,)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ({"probation_until": date(2026, 11, 24)}, GateReason.PROBATION),
        ({"in_trade_since": date(2025, 11, 25)}, GateReason.TRADE_YEAR),
        ({"leaves": ((at(0, day=23), at(24, day=23)),)}, GateReason.LEAVE),
        ({"shifts": ((at(8), at(18)),)}, GateReason.SHIFT),
    ],
)
def test_not_good_now_but_at_the_window(card: dict[str, Any], reason: GateReason) -> None:
    """What is still missing on the day of asking is there on the day of the leg."""
    on_duty = {"shifts": ((at(8, day=23), at(18, day=23)), (at(8), at(18))), **card}
    today = leg(window_start=at(12, day=23), window_end=at(14, day=23))
    assert verdict_on(agent(**on_duty), today).reasons == (reason,)
    assert verdict_on(agent(**on_duty), leg()).reasons == ()


def test_days_are_local_days() -> None:
    """07:00 on the 26th in Shanghai is still the 25th in UTC; the licence of the 25th has expired."""
    early = leg(window_start=at(7, day=26), window_end=at(8, day=26))
    card = agent(licence_expires_on=date(2026, 11, 25), shifts=((at(6, day=26), at(12, day=26)),))
    assert verdict_on(card, early).reasons == (GateReason.LICENCE_EXPIRED,)


def test_night_shift_across_midnight() -> None:
    """One shift, two days: the leg is inside it on either side of midnight, and days are asked at both."""
    card = agent(shifts=((at(20), at(30)),))
    before, after = leg(window_start=at(22), window_end=at(23)), leg(window_start=at(25), window_end=at(26))
    across = leg(window_start=at(23, 30), window_end=at(24, 30))
    for task in (before, across, after):
        assert verdict_on(card, task).reasons == ()
    assert verdict_on(card, leg()).reasons == (GateReason.SHIFT,)
    expiring = replace(card, licence_expires_on=date(2026, 11, 25))
    assert verdict_on(expiring, before).reasons == ()
    assert verdict_on(expiring, across).reasons == (GateReason.LICENCE_EXPIRED,)
    starting = replace(card, in_trade_since=date(2025, 11, 26))
    assert verdict_on(starting, across).reasons == (GateReason.TRADE_YEAR,)
    assert verdict_on(starting, after).reasons == ()
    full = replace(card, load=1, booked=(Booking(at(20), at(21), HOME),))
    assert verdict_on(full, after).reasons == (GateReason.LOAD,)


def test_he_starts_from_where_he_then_is() -> None:
    """After a booking the drive is from its end; before it from home; after the night from home again."""
    booked = (Booking(at(8), at(9, 30), SHOP),)
    from_shop = int(ROADS.pairs(origins=SHOP, destinations=SITE)[0])
    late = verdict_on(agent(booked=booked), leg())
    assert (late.drive_seconds, late.arrives_at) == (from_shop, at(9, 30) + seconds(from_shop))
    early = verdict_on(agent(booked=(Booking(at(16), at(17), SHOP),)), leg())
    assert (early.drive_seconds, early.arrives_at) == (TO_SITE, at(10))
    yesterday = verdict_on(
        agent(
            booked=(Booking(at(8, day=24), at(9, day=24), SHOP),),
            shifts=((at(8, day=24), at(18, day=24)), (at(8), at(18))),
        ),
        leg(),
    )
    assert yesterday.drive_seconds == TO_SITE


def test_a_leg_before_a_booking_leaves_time_to_reach_it() -> None:
    """The stretch before is long enough, but the way to the next origin is not."""
    end = at(10) + BUSY
    to_next = int(ROADS.pairs(origins=SHOP, destinations=SITE)[0])
    tight = Booking(end, end + timedelta(hours=1), SHOP, SITE, end + seconds(to_next) - seconds(1))
    enough = replace(tight, arrive_at=end + seconds(to_next))
    assert verdict_on(agent(booked=(tight,)), leg(window_end=at(10, 30))).reasons == (GateReason.OVERLAP,)
    assert verdict_on(agent(booked=(enough,)), leg(window_end=at(10, 30))).reasons == ()


def test_the_nearer_of_two_openings_counts() -> None:
    """Between two bookings or after both: the one with less drive; of equals the earlier."""
    split = agent(leaves=((at(11, 25), at(11, 26)),))
    assert verdict_on(split, leg(window_start=at(9, 25), window_end=at(13))).arrives_at == at(9, 25)
    at_site = agent(booked=(Booking(at(11), at(11, 30), SITE),))
    verdict = verdict_on(at_site, leg(window_start=at(9), window_end=at(12)))
    assert (verdict.drive_seconds, verdict.arrives_at) == (0, at(11, 30))


def test_now_is_the_earliest_departure() -> None:
    """A window that is open already is reached from now on; one that has closed is not."""
    half_past = at(10, 30)
    assert verdict_on(agent(), leg(), now=half_past).arrives_at == half_past + seconds(TO_SITE)
    assert verdict_on(agent(), leg(), now=at(12, 1)).reasons == (GateReason.CANNOT_REACH,)


def test_overlapping_shifts_do_not_double_the_hours() -> None:
    """A leg in the common stretch of two shifts shuts it for both."""
    card = agent(shifts=((at(8), at(14)), (at(12), at(18))), booked=(Booking(at(12, 30), at(13, 50), SHOP),))
    assert verdict_on(card, leg(window_start=at(13), window_end=at(13, 30))).reasons != ()
    assert verdict_on(card, leg(window_start=at(14), window_end=at(16))).reasons == ()


def test_overlapping_bookings_and_leaves() -> None:
    """Blocks may lie over each other; the latest end counts, and after a leave he comes from home."""
    card = agent(
        booked=(Booking(at(9), at(13), SHOP), Booking(at(10), at(11), SITE)), leaves=((at(12), at(14)),), load=9
    )
    assert verdict_on(card, leg()).reasons == (GateReason.OVERLAP,)
    assert verdict_on(card, leg(window_end=at(16))).arrives_at == at(14) + seconds(TO_SITE)


def test_explain_puts_those_who_can_first_by_time() -> None:
    """The others follow with their reasons."""
    cards = [agent(id="far"), agent(id="near", position=SITE), agent(id="unfit", position=SITE, fit=False)]
    verdicts = explain(leg=leg(), agents=cards, rules=RULES, drive_times=ROADS, now=NOW)
    assert [(verdict.agent_id, verdict.drive_seconds) for verdict in verdicts] == [
        ("near", 0),
        ("far", TO_SITE),
        ("unfit", None),
    ]
    assert explain(leg=leg(), agents=[], rules=RULES, drive_times=ROADS, now=NOW) == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [("C1", {"C1"}), ("a1a2", {"A1", "A2"}), ("A2,D", {"A2", "D"}), ("A1 / E", {"A1", "E"}), ("", set())],
)
def test_licences_as_printed(text: str, codes: set[str]) -> None:
    """Several classes stand together on one licence."""
    assert licence_codes(text) == codes


def test_wrong_input_has_a_code() -> None:
    """Naive windows, reversed windows, double ids and places off the earth are refused before anything is judged."""

    def code(call: Any) -> str:
        with pytest.raises(PlanningInputError) as caught:
            call()
        return caught.value.code

    assert code(lambda: leg(window_start=datetime(2026, 11, 25, 10))) == "naive_window"
    assert code(lambda: leg(window_end=at(9))) == "reversed_window"
    assert code(lambda: verdict_on(agent(), leg(origin=(131.0, 31.0)))) == "no_such_place"
    assert code(lambda: verdict_on(agent(), leg(origin=(float("nan"), 31.0)))) == "no_such_place"
    assert code(lambda: verdict_on(agent(shifts=((datetime(2026, 11, 25, 8), at(18)),)), leg())) == "naive_time"
    twice = [agent(), agent()]
    assert code(lambda: explain(leg=leg(), agents=twice, rules=RULES, drive_times=ROADS, now=NOW)) == "double_agent"


hours = st.integers(0, 40)
spans = st.tuples(hours, st.integers(1, 8)).map(lambda span: (at(span[0] // 2, 30 * (span[0] % 2)), span[1]))


@settings(deadline=None)
@given(
    shift=spans,
    leaves=st.lists(spans, max_size=2),
    booked=st.lists(spans, max_size=2),
    window=spans,
    load=st.integers(1, 3),
    now=hours,
)
def test_hours_agree_with_a_plain_reading(
    shift: Any, leaves: Any, booked: Any, window: Any, load: int, now: int
) -> None:
    """Minute by minute: is there a free stretch of the shift that holds drive, hand-over, drive, hand-over?"""

    def span(start: datetime, halves: int) -> tuple[datetime, datetime]:
        return start, start + timedelta(minutes=30 * halves)

    card = agent(
        shifts=(span(*shift),),
        leaves=tuple(span(*one) for one in leaves),
        booked=tuple(Booking(*span(*one), HOME) for one in booked),
        load=load,
    )
    start, end = span(*window)
    asked_at = at(now // 2)
    verdict = verdict_on(card, leg(window_start=start, window_end=end), now=asked_at)
    blocks = sorted([*card.leaves, *((one.start, one.end) for one in card.booked)])
    begin, finish = card.shifts[0]
    count = sum(begin <= one.start < finish for one in card.booked)
    possible = []
    for free in {begin, *(block[1] for block in blocks)}:
        arrive = max(start, max(free, asked_at) + seconds(TO_SITE))
        depart, leave = arrive - seconds(TO_SITE), arrive + BUSY
        clear = all(leave <= block[0] or depart >= block[1] for block in blocks)
        if clear and begin <= depart and leave <= finish and arrive <= end and count < load:
            possible.append(arrive)
    assert (verdict.reasons == ()) == bool(possible)
    if possible:
        assert verdict.arrives_at == min(possible)
    else:
        assert len(verdict.reasons) == 1
