"""The assignment: optimal in number and drive, slot after slot, nobody in two places, and able to say why."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning import (
    AgentCard,
    Booking,
    Fate,
    GateReason,
    LegTask,
    LicenceRule,
    Plan,
    explain,
    judge,
    plan,
)
from dispatch.planning.arcs import find_arcs
from dispatch.planning.flow import build_graph, solve_graph
from dispatch.planning.gates import gates_of
from dispatch.planning.openings import openings_of
from dispatch.planning.tables import agent_table, epoch, leg_table
from dispatch.planning.timing import Clock
from tests.dispatch.planning_world import HOME, NOW, ROADS, RULES, SHOP, SITE, agent, at, leg


class StraightRoads:
    """Drive times that do not follow the distance: a river at 121.5° east doubles what crosses it."""

    follows_distance = False

    def matrix(self, *, origins: Any, destinations: Any) -> Any:
        """Every pair."""
        rows, columns = np.asarray(origins), np.asarray(destinations)
        seconds = ROADS.matrix(origins=rows, destinations=columns)
        crosses = (rows[:, None, 1] < 121.5) != (columns[None, :, 1] < 121.5)
        return np.where(crosses, seconds * 2, seconds).astype(np.int32)

    def pairs(self, *, origins: Any, destinations: Any, origin_index: Any = None, destination_index: Any = None) -> Any:
        """The named pairs."""
        rows, columns = np.asarray(origins).reshape(-1, 2), np.asarray(destinations).reshape(-1, 2)
        one = np.arange(len(rows)) if origin_index is None else origin_index
        other = np.arange(len(columns)) if destination_index is None else destination_index
        return self.matrix(origins=rows, destinations=columns)[one, other]


def solved(legs: Sequence[LegTask], agents: Sequence[AgentCard], **changes: Any) -> Plan:
    """Plan with the rules, roads and hour of these tests."""
    question: dict[str, Any] = {"rules": RULES, "drive_times": ROADS, "now": NOW, **changes}
    return plan(legs=legs, agents=agents, **question)


def around(chance: random.Random, spread: float = 0.15) -> tuple[float, float]:
    """A place near Shanghai's centre."""
    return 31.2 + chance.uniform(-spread, spread), 121.5 + chance.uniform(-spread, spread)


def random_legs(chance: random.Random, count: int, hours: Sequence[int], areas: str = "ew") -> list[LegTask]:
    """Legs in the windows that open at `hours`, two hours long, some for tractors."""
    starts = [at(chance.choice(hours)) for _ in range(count)]
    return [
        leg(
            id=f"leg-{number:03}",
            window_start=start,
            window_end=start + timedelta(hours=chance.choice((1, 2))),
            origin=around(chance),
            destination=around(chance),
            area=chance.choice(areas),
            vehicle_class=chance.choice(("small_car", "small_car", "small_car", "tractor")),
            refused_by=frozenset({"agent-001"} if chance.random() < 0.2 else ()),
        )
        for number, start in enumerate(starts)
    ]


def random_agents(chance: random.Random, count: int, areas: str = "ew") -> list[AgentCard]:
    """Agents of one or all areas, on different shifts, some on leave, some booked, some unfit."""
    return [
        agent(
            id=f"agent-{number:03}",
            position=around(chance),
            areas=frozenset(chance.choice((areas, areas[:1], areas[-1:]))),
            licence=chance.choice(("C1", "C1", "A2", "C2")),
            shifts=(chance.choice(((at(7), at(15)), (at(9), at(19)), (at(7), at(19)))),),
            leaves=((at(12), at(13)),) if chance.random() < 0.2 else (),
            load=chance.choice((1, 2, 4)),
            booked=(Booking(at(9), at(10), around(chance)),) if chance.random() < 0.2 else (),
            fit=chance.random() > 0.1,
        )
        for number in range(count)
    ]


def best_of(costs: Sequence[dict[int, int]]) -> tuple[int, int]:
    """By trying everything: (most legs, their least total) for legs whose possible agents cost `costs`."""

    @cache
    def best(row: int, taken: frozenset[int]) -> tuple[int, int]:
        if row == len(costs):
            return 0, 0
        without = best(row + 1, taken)
        options = [without]
        for who, seconds in costs[row].items():
            if who not in taken:
                count, total = best(row + 1, taken | {who})
                options.append((count - 1, total + seconds))
        return min(options)

    count, total = best(0, frozenset())
    return -count, total


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6), legs=st.integers(1, 6), agents=st.integers(0, 6), nearest=st.sampled_from([1, 2, 150])
)
def test_a_round_is_the_optimum(seed: int, legs: int, agents: int, nearest: int) -> None:
    """Number first, then drive: as good as trying every assignment, with any number of first candidates."""
    chance = random.Random(seed)
    tasks, cards = random_legs(chance, legs, [10]), random_agents(chance, agents)
    found = solved(tasks, cards, nearest=nearest)
    costs = []
    for task in found_order(tasks):
        verdicts = explain(leg=task, agents=cards, rules=RULES, drive_times=ROADS, now=NOW)
        costs.append({int(one.agent_id[-3:]): one.drive_seconds or 0 for one in verdicts if not one.reasons})
    first = found.rounds[0]
    assert (len(first.chosen_legs), int(first.chosen_seconds.sum())) == best_of(costs)


def found_order(legs: Sequence[LegTask]) -> list[LegTask]:
    """The order of the plan: by window, then id."""
    return sorted(legs, key=lambda task: (task.window_start, task.id))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("legs", "agents"), [(60, 90), (90, 60)])
def test_pruning_costs_nothing(seed: int, legs: int, agents: int) -> None:
    """Few first candidates, widened where needed, give the number and cost of the flow over all pairs."""
    chance = random.Random(seed)
    tasks, cards = random_legs(chance, legs, [10]), random_agents(chance, agents)
    first = solved(tasks, cards, nearest=3).rounds[0]
    clock = Clock(now=epoch(NOW), drive_times=ROADS)
    table = agent_table(agents=cards)
    gates = gates_of(legs=leg_table(legs=tasks, drive_times=ROADS), agents=table, rules=RULES)
    openings = openings_of(agents=table.agents, after=0)
    every = np.arange(legs, dtype=np.intp)
    arcs = find_arcs(gates=gates, openings=openings, leg_rows=every, nearest=None, clock=clock)
    best = solve_graph(graph=build_graph(arcs=arcs, agent=openings.agent[arcs.opening])).chosen
    assert len(first.chosen_legs) == len(best)
    assert int(first.chosen_seconds.sum()) == int(arcs.seconds[best].sum())


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), roads=st.sampled_from([ROADS, StraightRoads()]))
def test_nobody_is_in_two_places(seed: int, roads: Any) -> None:
    """Put onto the cards one after the other, every planned leg passes its gates with the very times of the plan."""
    chance = random.Random(seed)
    tasks = random_legs(chance, 25, [8, 9, 10, 13, 14])
    cards = {card.id: card for card in random_agents(chance, 8)}
    found = solved(tasks, list(cards.values()), drive_times=roads)
    in_order = sorted(found.legs, key=lambda one: (one.slot_starts_at, one.round, one.leg_id))
    by_id = {task.id: task for task in tasks}
    for one in in_order:
        booking = found.booking(one.leg_id)
        if one.agent_id is None or booking is None:
            assert (one.agent_id, booking, one.drive_seconds) == (None, None, 0)
            continue
        card = cards[one.agent_id]
        verdict = judge(leg=by_id[one.leg_id], agent=card, rules=RULES, drive_times=roads, now=NOW)
        assert (verdict.reasons, verdict.drive_seconds) == ((), one.drive_seconds)
        assert (verdict.departs_at, verdict.arrives_at, verdict.ends_at) == (
            one.departs_at,
            one.arrives_at,
            one.ends_at,
        )
        cards[card.id] = replace(card, booked=(*card.booked, booking))
    for card in cards.values():
        spans = sorted((booking.start, booking.end) for booking in card.booked)
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))
        assert len(spans) <= max(card.load, 1)
    assert found.assigned + found.unassigned == 25
    assert found.drive_seconds == sum(one.drive_seconds for one in found.legs)


def test_the_order_given_makes_no_difference() -> None:
    """Shuffled legs and agents give the same plan, and so does asking twice."""
    chance = random.Random(3)
    tasks, cards = random_legs(chance, 40, [9, 10, 13]), random_agents(chance, 30)
    first = solved(tasks, cards).legs
    assert solved(tasks, cards).legs == first
    chance.shuffle(tasks)
    chance.shuffle(cards)
    assert solved(tasks, cards).legs == first


def test_first_come_is_not_first_served() -> None:
    """The near agent goes to the leg that has nobody else, although the other is nearer to him still."""
    here, there = agent(id="ann", position=HOME), agent(id="bob", position=SHOP, areas=frozenset({"east"}))
    easy = leg(id="1", origin=HOME, destination=SITE)
    hard = leg(id="2", origin=HOME, destination=SITE, refused_by=frozenset({"bob"}))
    found = solved([easy, hard], [here, there])
    assert [(one.leg_id, one.agent_id) for one in found.legs] == [("1", "bob"), ("2", "ann")]


def test_total_drive_counts_not_the_single_leg() -> None:
    """Two legs and two agents on a line: crossing would be nearest for one and dear for both."""
    west, middle, east = (31.2, 121.40), (31.2, 121.46), (31.2, 121.50)
    legs = [leg(id="1", origin=middle), leg(id="2", origin=east)]
    cards = [agent(id="ann", position=west), agent(id="bob", position=(31.2, 121.47))]
    found = solved(legs, cards)
    assert {one.leg_id: one.agent_id for one in found.legs} == {"1": "ann", "2": "bob"}


def test_a_second_leg_in_the_same_window() -> None:
    """One agent, two legs of one slot that fit one after the other: two rounds, from where the first left him."""
    legs = [leg(id=name, origin=HOME, destination=HOME, window_end=at(13)) for name in ("1", "2", "3")]
    one, two, three = solved(legs, [agent(load=2)]).legs
    assert (one.agent_id, one.round, one.arrives_at) == ("ann", 1, at(10))
    assert (two.agent_id, two.round, two.arrives_at) == ("ann", 2, one.ends_at)
    assert (three.agent_id, three.round) == (None, 3)


def test_slots_follow_each_other_with_what_became() -> None:
    """At ten he goes from home, at two from where the ten o'clock leg left him; half hours are slots of their own."""
    legs = [leg(id="later", window_start=at(14), window_end=at(16), origin=SHOP, destination=HOME), leg(id="first")]
    first, later = solved(legs, [agent()]).legs
    assert (first.leg_id, first.slot_starts_at, later.slot_starts_at) == ("first", at(10), at(14))
    assert (later.leg_id, later.drive_seconds, later.departs_at) == ("later", 0, at(14))
    near = [leg(id="a", window_start=at(10, 29)), leg(id="b", window_start=at(10, 30))]
    assert [one.slot_starts_at for one in solved(near, []).legs] == [at(10), at(10, 30)]


def test_load_counts_by_shift_over_midnight() -> None:
    """One leg before and one after midnight fill a night shift of two; the third is left."""
    night = agent(shifts=((at(20), at(30)),), load=2, position=SITE)
    legs = [
        leg(id=str(hour), origin=SITE, destination=SITE, window_start=at(hour), window_end=at(hour + 1))
        for hour in (21, 25, 28)
    ]
    found = solved(legs, [night])
    assert [one.agent_id for one in found.legs] == ["ann", "ann", None]
    assert found.explain("28").rejected == {"ann": (GateReason.LOAD,)}


def test_explanation_of_candidates() -> None:
    """Who was chosen, who was taken by which leg, who was free but dearer, and who was shut out by what."""
    cards = [
        agent(id="ann", position=HOME),
        agent(id="bob", position=SHOP),
        agent(id="cid", position=SITE),
        agent(id="dan", position=HOME, fit=False),
        agent(id="eve", position=HOME, areas=frozenset(), licence="C2"),
    ]
    legs = [leg(id="1", origin=HOME), leg(id="2", origin=HOME, refused_by=frozenset({"bob", "cid"}))]
    found = solved(legs, cards)
    why = found.explain("1")
    assert [(one.agent_id, one.fate, one.taken_by) for one in why.candidates] == [
        ("ann", Fate.TAKEN, "2"),
        ("bob", Fate.CHOSEN, None),
        ("cid", Fate.NOT_NEEDED, None),
    ]
    assert [one.drive_seconds for one in why.candidates] == sorted(one.drive_seconds for one in why.candidates)
    assert why.candidates_in_all == 3
    assert why.rejected == {"dan": (GateReason.UNFIT,), "eve": (GateReason.AREA, GateReason.LICENCE)}
    assert why.counts == {GateReason.UNFIT: 1, GateReason.AREA: 1}
    assert found.explain("2").counts == {GateReason.REFUSED: 2, GateReason.UNFIT: 1, GateReason.AREA: 1}
    short = found.explain("1", top=1)
    assert [one.fate for one in short.candidates] == [Fate.TAKEN, Fate.CHOSEN]
    with pytest.raises(KeyError):
        found.explain("3")


def test_explanation_of_a_leg_that_lost() -> None:
    """Nobody is left: the candidate of the round in which there was one names the leg that took him."""
    legs = [leg(id="near", origin=HOME), leg(id="far", origin=SITE)]
    found = solved(legs, [agent()])
    assert found.leg("far").agent_id is None
    (lost,) = found.explain("far").candidates
    assert (lost.agent_id, lost.fate, lost.taken_by) == ("ann", Fate.TAKEN, "near")
    assert found.explain("far").candidates_in_all == 1


def test_explanation_names_who_took_an_agent_in_an_earlier_round() -> None:
    """In the second round the agent of the first is busy, and it is said with which leg."""
    legs = [leg(id=name, origin=HOME, destination=HOME, window_end=at(13)) for name in ("1", "2", "3")]
    cards = [agent(id="ann", load=2), agent(id="bob", load=1)]
    found = solved(legs, cards)
    third = next(one for one in found.legs if one.round == 2)
    why = found.explain(third.leg_id)
    assert third.agent_id == "ann"
    taken_by = next(one.leg_id for one in found.legs if one.agent_id == "bob")
    assert (why.rejected, why.lost_to) == ({"bob": (GateReason.LOAD,)}, {"bob": taken_by})


@pytest.mark.parametrize("seed", range(3))
def test_every_agent_is_a_candidate_or_rejected(seed: int) -> None:
    """The explanation leaves nobody out and counts each once."""
    chance = random.Random(seed)
    tasks, cards = random_legs(chance, 20, [9, 10]), random_agents(chance, 12)
    found = solved(tasks, cards)
    for one in found.legs:
        why = found.explain(one.leg_id, top=100)
        names = [candidate.agent_id for candidate in why.candidates]
        assert sorted([*names, *why.rejected]) == sorted(card.id for card in cards)
        assert why.counts == Counter(reasons[0] for reasons in why.rejected.values())
        chosen = [candidate.agent_id for candidate in why.candidates if candidate.fate == Fate.CHOSEN]
        assert chosen == [one.agent_id] * (one.agent_id is not None)


def test_other_windows_are_offered() -> None:
    """The next starts of the same length in which somebody is free after this plan, by half hours."""
    free = agent(id="bob", shifts=((at(15), at(20)),), position=SITE)
    found = solved([leg()], [free])
    assert found.leg("leg").agent_id is None
    offers = found.offer_windows("leg", limit=2)
    assert [(offer.start, offer.end, offer.agents) for offer in offers] == [
        (at(13), at(15), 1),
        (at(13, 30), at(15, 30), 1),
    ]
    assert found.offer_windows("leg", horizon=timedelta(hours=2)) == ()


def test_offers_know_what_the_plan_took() -> None:
    """Capacity that other legs of the plan use is not offered, and no window opens in the past."""
    taken = [
        leg(id=f"{hour}", window_start=at(hour), window_end=at(hour + 1), origin=SITE, destination=SITE)
        for hour in (13, 15)
    ]
    card = agent(id="bob", shifts=((at(13), at(17)),), position=SITE)
    found = solved([leg(), *taken], [card])
    assert [one.agent_id for one in found.legs] == [None, "bob", "bob"]
    assert found.offer_windows("leg") == ()
    late = solved([leg()], [agent(shifts=((at(8, day=26), at(18, day=26)),))], now=at(11, day=26))
    assert [offer.start for offer in late.offer_windows("leg", limit=1)] == [at(11, day=26)]


def test_offers_ask_the_lasting_gates_at_the_new_day() -> None:
    """A training that ends tomorrow carries no window after tomorrow."""
    shifts = tuple((at(8, day=day), at(18, day=day)) for day in (26, 27, 28))
    card = agent(shifts=shifts, trained_until=date(2026, 11, 26))
    offers = solved([leg()], [card]).offer_windows("leg", limit=1000)
    assert {offer.start.day for offer in offers} == {26}


def test_nothing_to_do() -> None:
    """No legs, no agents, no rules: an empty plan or unassigned legs, no error."""
    assert solved([], []).legs == ()
    assert solved([], [agent()]).assigned == 0
    alone = solved([leg()], [])
    assert (alone.unassigned, alone.leg("leg").agent_id, alone.explain("leg").candidates) == (1, None, ())
    assert alone.offer_windows("leg") == ()
    assert solved([leg()], [agent()], rules=()).explain("leg").rejected == {"ann": (GateReason.UNKNOWN_CLASS,)}


def test_a_road_that_does_not_follow_the_distance() -> None:
    """The nearest as the crow flies is across the river; the one on this side is there sooner."""
    across, same_side = agent(id="ann", position=(31.2, 121.51)), agent(id="bob", position=(31.2, 121.48))
    found = solved([leg(origin=(31.2, 121.499))], [across, same_side], drive_times=StraightRoads())
    assert found.leg("leg").agent_id == "bob"


def test_rules_of_the_window_not_of_today() -> None:
    """A rule that begins on the day of the leg decides, whatever holds now."""
    rules = (
        LicenceRule("small_car", frozenset({"C2"}), date(2026, 1, 1)),
        LicenceRule("small_car", frozenset({"C1"}), date(2026, 11, 25)),
    )
    assert solved([leg()], [agent()], rules=rules).assigned == 1
    yesterday = leg(window_start=at(10, day=24), window_end=at(12, day=24))
    card = agent(shifts=((at(8, day=24), at(18, day=24)),))
    assert solved([yesterday], [card], rules=rules).explain("leg").rejected == {"ann": (GateReason.LICENCE,)}
