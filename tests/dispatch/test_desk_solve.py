"""The solve in the database: as good as the planner's, asked again under lock, in commands of one tenant."""

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from dispatch import proposing, seeding
from dispatch.desk import read_cards, read_rules, task_of
from dispatch.models import Agent, Leave, Leg
from dispatch.planning import GreatCircleDriveTimes, plan
from dispatch.requests import LegSpec
from dispatch.services import assigning
from dispatch.services.assigning import one_solver, solve
from dispatch.services.legs import amend_legs, cancel_legs, plan_legs
from tenants.people.seed import ensure_user
from tests.dispatch.conftest import NOW, Desk, at

Facts = Callable[..., list[dict[str, Any]]]


def test_the_whole_day_is_as_good_as_the_planner_says(desk: Desk) -> None:
    for number in range(6):
        desk.agent(f"a{number}", lat=31.15 + 0.02 * number, lng=121.55 + 0.015 * (number % 3))
    legs = [
        desk.leg(
            tenant=(desk.acme, desk.pacific)[number % 2],
            window_start=at(9 + number % 4),
            window_end=at(11 + number % 4),
            from_lat=31.16 + 0.013 * (number * 7 % 10),
            from_lng=121.55 + 0.011 * (number * 3 % 10),
        )
        for number in range(16)
    ]
    cards = read_cards(since=NOW, until=at(24), now=NOW)
    best = plan(
        legs=[task_of(leg) for leg in legs],
        agents=list(cards.values()),
        rules=read_rules(),
        drive_times=GreatCircleDriveTimes(),
        now=NOW,
    )
    result = solve(now=NOW)
    assert (result.assigned, result.given_up, result.drive_s) == (best.assigned, best.unassigned, best.drive_seconds)
    assert (result.changed, result.proposals) == (0, 1)
    for leg in legs:
        kept, planned = desk.fresh(leg), best.leg(str(leg.pk))
        assert str(kept.agent_id) == planned.agent_id
        assert (kept.planned_at, kept.drive_s) == (planned.arrives_at, planned.drive_seconds)
        assert (kept.busy.lower, kept.busy.upper) == (planned.departs_at, planned.ends_at)


def test_who_else_could_have_gone_and_why_not_is_kept(desk: Desk) -> None:
    near, far = desk.agent("near"), desk.agent("far", lat=31.26)
    untrained = desk.agent("untrained", trained_until=None)
    leg = desk.assigned()
    why = leg.assignments.get()
    assert (why.agent, why.is_by_hand, why.assigned_by, why.drive_s) == (near, False, "dispatch", leg.drive_s)
    assert [(item["agent"], item["fate"]) for item in why.candidates] == [
        (str(near.pk), "chosen"),
        (str(far.pk), "not_needed"),
    ]
    assert why.candidates[0]["drive_s"] < why.candidates[1]["drive_s"]
    assert why.rejected["agents"] == {str(untrained.pk): ["training"]}
    assert (why.rejected["counts"], why.rejected["candidates"]) == ({"training": 1}, 2)


def test_legs_compete_at_once_and_not_in_the_order_they_came(desk: Desk) -> None:
    """The first leg's nearest agent goes to the second: that makes the whole shorter."""
    both = desk.agent("both", lat=31.22, lng=121.60)
    other = desk.agent("other", lat=31.23, lng=121.60)
    first = desk.leg(from_lat=31.222, from_lng=121.60)
    second = desk.leg(from_lat=31.12, from_lng=121.60)
    solve(now=NOW)
    assert (desk.fresh(first).agent, desk.fresh(second).agent) == (other, both)


def interfere(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> None:
    """Let `work` happen once between the proposal and its application."""
    propose = proposing.propose
    done: list[int] = []

    def slow_propose(**kwargs: Any) -> Any:
        found = propose(**kwargs)
        if not done:
            done.append(1)
            work()
        return found

    monkeypatch.setattr(assigning, "propose", slow_propose)


def test_an_agent_who_falls_ill_meanwhile_is_not_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = desk.agent("near"), desk.agent("far", lat=31.26)
    leg = desk.leg()
    interfere(monkeypatch, lambda: Leave.objects.create(agent=near, starts_at=at(0), ends_at=at(24)))
    result = solve(now=NOW)
    assert (result.assigned, result.changed, result.proposals) == (1, 1, 2)
    assert desk.fresh(leg).agent == far


def test_a_leg_that_changes_meanwhile_is_thought_through_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.agent(load=9)
    amended, cancelled, kept = desk.leg(), desk.leg(window_start=at(13), window_end=at(15)), desk.leg()

    def change() -> None:
        later = {"window_start": at(15), "window_end": at(17)}
        amend_legs(purpose_id=amended.purpose_id, kind="pickup", changes=later, actor=desk.system, now=NOW)
        cancel_legs(purpose_ids=[cancelled.purpose_id], reason="", actor=desk.system, now=NOW)

    interfere(monkeypatch, change)
    result = solve(now=NOW)
    assert (result.changed, result.proposals) == (2, 2)
    statuses = [desk.fresh(leg).status for leg in (amended, cancelled, kept)]
    assert statuses == ["assigned", "cancelled", "assigned"]
    planned_at = desk.fresh(amended).planned_at
    assert planned_at is not None and planned_at >= at(15)


def test_one_solver_works_at_a_time(desk: Desk) -> None:
    desk.agent()
    desk.leg()
    with one_solver() as is_mine:
        assert is_mine
        assert solve(now=NOW).is_busy
        assert Leg.objects.get().status == "planned"
    assert solve(now=NOW).assigned == 1


def test_a_command_holds_legs_of_one_tenant_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "LEGS_A_COMMAND", 2)
    for _number in range(5):
        desk.agent()
    for number in range(5):
        desk.leg(tenant=(desk.acme, desk.pacific)[number % 2])
    seen: list[tuple[UUID, int]] = []
    assign = assigning.assign_legs

    def note(**kwargs: Any) -> Any:
        tenants = {choice.tenant_id for choice in kwargs["choices"]}
        assert tenants == {kwargs["tenant_id"]}
        seen.append((kwargs["tenant_id"], len(kwargs["choices"])))
        return assign(**kwargs)

    monkeypatch.setattr(assigning, "assign_legs", note)
    assert solve(now=NOW).assigned == 5
    assert sorted(seen) == sorted([(desk.acme.pk, 2), (desk.acme.pk, 1), (desk.pacific.pk, 2)])


def test_nobody_is_said_once_and_tried_again(desk: Desk, facts: Facts) -> None:
    leg = desk.leg()
    for minute in range(3):
        solve(now=NOW + timedelta(minutes=minute))
    assert len(facts("leg.unassigned", leg_id=leg.pk)) == len(facts("leg.alerted", leg_id=leg.pk)) == 1
    agent = desk.agent()
    solve(now=NOW + timedelta(minutes=5))
    assert desk.fresh(leg).agent == agent


def test_the_limit_takes_the_windows_that_open_first(desk: Desk) -> None:
    desk.agent(load=9)
    later, sooner = desk.leg(window_start=at(15), window_end=at(16)), desk.leg(window_start=at(9), window_end=at(10))
    assert solve(now=NOW, limit=1).assigned >= 1
    assert desk.fresh(sooner).status == "assigned"
    assert desk.fresh(later).status in ("planned", "assigned")


def test_the_demo_agents_take_every_pickup_of_the_sample_orders(db: None, acme: Any, system: Any) -> None:
    specs = sample_legs()
    assert len(specs) == 500
    for _twice in range(2):  # finds what it made before
        seeding.seed_licence_rules()
        assert len(seeding.seed_agents(ensure_user=ensure_user, today=date(2026, 11, 23))) == seeding.AGENTS
    assert len(set(Agent.objects.values_list("name", flat=True))) == seeding.AGENTS == Agent.objects.count()
    plan_legs(tenant_id=acme.pk, legs=specs, actor=system, now=NOW)
    result = solve(now=NOW)
    assert (result.assigned, result.given_up) == (500, 0)


SHOPS = ((31.32, 121.56), (31.21, 121.33), (31.08, 121.34), (31.27, 121.20), (30.95, 121.47), (30.93, 121.88))


def sample_legs() -> list[LegSpec]:
    """A pickup (or errand) for every line of orders.csv, to the nearest of six workshops."""
    data = Path(__file__).resolve().parents[1] / "data"
    with (data / "models.csv").open(encoding="utf-8-sig") as file:
        classes = {row["model"]: row["vehicle_class"] for row in csv.DictReader(file)}
    with (data / "orders.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        lat, lng = float(row["lat"]), float(row["lng"])
        shop = min(SHOPS, key=lambda place: (place[0] - lat) ** 2 + (place[1] - lng) ** 2)
        found.append(
            LegSpec(
                purpose_id=uuid4(),
                kind="errand" if row["service"] == "violation" else "pickup",
                label=row["plate"],
                window_start=datetime.fromisoformat(row["window_start"]),
                window_end=datetime.fromisoformat(row["window_end"]),
                received_at=NOW,
                from_address=row["address"],
                from_lat=lat,
                from_lng=lng,
                to_address="",
                to_lat=shop[0],
                to_lng=shop[1],
                vehicle_class=classes[row["model"]],
                contact=row["contact"],
                phone=row["phone"],
            )
        )
    return found
