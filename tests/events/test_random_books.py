"""Toy commands for two tenants at random, one by one and in bulk: every book is what its events say, however they are cut.

The fleet's own operations run in test_books_replay.py; here the core alone is at work, with failures in the middle.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from events.checking import check_book, compare_table
from events.models import Stream
from events.rebuilding import rebuild_book
from events.replaying import make_scratch, projected_models, replay
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.owner import as_owner
from tests.conftest import NOW
from tests.events.toys import fill, serve

CALM = settings(max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
SIDES = st.integers(0, 1)


class Books(RuleBasedStateMachine):
    """The books live on from example to example, as books do."""

    def __init__(self) -> None:
        super().__init__()
        self.tenants = list(Tenant.objects.order_by("slug"))[:2]
        self.now: datetime = NOW

    @property
    def who(self) -> dict[str, Any]:
        """The arguments that every command takes; each comes a minute later."""
        self.now += timedelta(minutes=1)
        return {"actor": system_actor("random"), "now": self.now}

    @rule(
        guests=st.lists(st.tuples(SIDES, st.text("abc", min_size=1, max_size=3), st.integers(0, 50)), max_size=12),
        by_type=st.booleans(),
    )
    def serve_some(self, guests: list[tuple[int, str, int]], by_type: bool) -> None:
        """Tea and biscuits for a handful of guests of both tenants, in long runs or short ones."""
        serve(guests=[(self.tenants[side], name, n) for side, name, n in guests], by_type=by_type, **self.who)

    @rule(sides=st.lists(SIDES, max_size=3), fail=st.booleans())
    def fill_or_spill(self, sides: list[int], fail: bool) -> None:
        """A command that may fail after it has told."""
        before = self.counters()
        try:
            fill(litres=1, tenants=[self.tenants[side] for side in sides], fail=fail, **self.who)
        except ValueError:
            assert fail and self.counters() == before

    def counters(self) -> list[tuple[object, ...]]:
        """Where the streams stand."""
        return list(Stream.objects.order_by("tenant_id").values_list("last_seq", "last_hash"))

    def teardown(self) -> None:
        for tenant in self.tenants:
            assert check_book(tenant) == []


def test_books_are_what_their_events_say_after_random_commands(own_db: str) -> None:
    run_state_machine_as_test(Books, settings=CALM)
    for tenant in Tenant.objects.order_by("slug")[:2]:
        assert_cut_does_not_matter(tenant)
        assert set(rebuild_book(tenant).values()) == {0}


def assert_cut_does_not_matter(tenant: Tenant) -> None:
    """Event by event, by seven, and all at once give the same tables."""
    with as_owner(), transaction.atomic():
        singly, by_seven, at_once = (make_scratch(tenant) for _cut in range(3))
        counts = [replay(tenant=tenant, schema=s, page=p) for s, p in ((singly, 1), (by_seven, 7), (at_once, 10_000))]
        assert len(set(counts)) == 1 and counts[0] > 0
        for model in projected_models():
            assert compare_table(model, book=singly, replayed=at_once) == []
            assert compare_table(model, book=by_seven, replayed=at_once) == []
        transaction.set_rollback(True)
