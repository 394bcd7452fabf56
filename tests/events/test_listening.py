"""Listeners hear every fact once, in any order the same facts come of it, and they never see a told event."""

from collections.abc import Sequence
from datetime import datetime
from itertools import permutations

import pytest

from events.commands import Recorded, record, tell
from events.listening import listeners
from events.models import Event, Fact
from tenants.actors import Actor
from tenants.models import Tenant
from tests.events.toys import CupWashed, KettleFilled, TeaOffered, fill


def halve(items: Sequence[Recorded]) -> None:
    for item in items:
        if item.fact.litres > 1:
            record(KettleFilled(subject="k1", litres=item.fact.litres // 2))


def wash(items: Sequence[Recorded]) -> None:
    for item in items:
        record(CupWashed(subject="c1", why=f"{item.fact.litres} litres"))


def count(items: Sequence[Recorded]) -> None:
    for item in items:
        if item.fact.litres == 8:
            record(KettleFilled(subject="k2", litres=2))


def facts_kept() -> list[tuple[str, str, str]]:
    return sorted(
        (f.type, f.subject, str(f.data)) for f in Fact.objects.filter(type__in=["kettle.filled", "cup.washed"])
    )


@pytest.mark.django_db
def test_listeners_in_any_order_give_the_same_facts(
    system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for order in permutations([halve, wash, count]):
        monkeypatch.setitem(listeners, KettleFilled.type, list(order))
        before = facts_kept()
        fill(litres=8, tenants=[], actor=system, now=now)
        after = facts_kept()
        for fact in before:
            after.remove(fact)
        results.append(after)
    assert len(results[0]) == 12  # 8 4 2 1 by halving, 2 1 by counting, and a cup for each
    assert all(result == results[0] for result in results)


@pytest.mark.django_db
def test_a_listener_that_fails_takes_everything_back(
    acme: Tenant, system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_items: Sequence[Recorded]) -> None:
        raise ValueError("no cups")

    monkeypatch.setitem(listeners, KettleFilled.type, [wash, fail])
    with pytest.raises(ValueError, match="no cups"):
        fill(litres=1, tenants=[acme], actor=system, now=now)
    assert facts_kept() == []
    assert not Event.objects.filter(tenant=acme).exists()


@pytest.mark.django_db
def test_a_listener_may_tell_and_command_and_hears_no_event(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def answer(items: Sequence[Recorded]) -> None:
        for item in items:
            heard.append(item.fact.type)
            if item.fact.litres == 1:
                tell(acme.pk, TeaOffered(subject="t", at=now), because=item)
                fill(litres=2, tenants=[pacific], actor=system, now=now)

    monkeypatch.setitem(listeners, KettleFilled.type, [answer])
    monkeypatch.setitem(listeners, TeaOffered.type, [answer])
    fill(litres=1, tenants=[], actor=system, now=now)
    assert heard == ["kettle.filled", "kettle.filled"]
    for tenant in (acme, pacific):
        [event] = Event.objects.filter(tenant=tenant)
        assert Fact.objects.get(pk=str(event.because)).type == "kettle.filled"
