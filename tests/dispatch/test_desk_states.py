"""Every (state, event, party) of a leg: what the table allows happens, anything else is refused and changes nothing."""

from datetime import UTC, datetime
from itertools import product

import pytest

from dispatch.states import LEG
from events.machine import NONE, Newborn, TransitionError
from tenants.actors import PARTIES_OF_STAFF, Actor, Party
from tenants.models import Tenant

# JOBS.md, "Leg", written out: event → {from: to} and who
NAMED = ("assigned", "offered", "accepted", "contacted")
EXPECTED: dict[str, tuple[dict[str, str | None], str]] = {
    "plan": ({NONE: "planned"}, "SYS TEN INT CC DSP AGT WS"),
    "assign": ({"planned": "assigned", "unassigned": "assigned"}, "SYS DSP"),
    "reassign": (dict.fromkeys(NAMED, "assigned"), "DSP"),
    "offer": ({"assigned": "offered"}, "SYS DSP"),
    "accept": ({"offered": "accepted"}, "AGT"),
    "pass_on": ({"offered": "assigned"}, "SYS AGT"),
    "give_up": ({"offered": "unassigned", "planned": "unassigned"}, "SYS AGT"),
    "unassign": (dict.fromkeys(NAMED, "unassigned"), "DSP SYS"),
    "contact": ({"accepted": "contacted"}, "AGT"),
    "set_out": ({"contacted": "under_way"}, "AGT"),
    "arrive": ({"under_way": "arrived"}, "AGT"),
    "finish": ({"arrived": "done"}, "AGT"),
    "fail": ({"arrived": "failed"}, "AGT"),
    "cancel": (
        dict.fromkeys(("planned", *NAMED, "under_way", "arrived", "unassigned", "failed"), "cancelled"),
        "SYS DSP TEN INT CC AGT CLM",
    ),
    "amend": (dict.fromkeys(("planned", *NAMED, "unassigned", "failed"), None), "SYS DSP TEN CC"),
}
STATES = (NONE, *sorted(LEG.states))
NEEDS = {
    "assign": "agent",
    "reassign": "agent",
    "pass_on": "agent",
    "give_up": "reason",
    "unassign": "reason",
    "fail": "reason",
}
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def actor_of(party: Party) -> Actor:
    """Somebody who is of this party alone."""
    if party is Party.SYS:
        return Actor(kind="system", id="s", name="s")
    if party in (Party.TEN, Party.INT):
        kind = Tenant.Kind.INSURER if party is Party.INT else Tenant.Kind.FLEET
        return Actor(kind="user", id="t", name="t", tenant=Tenant(kind=kind), roles=frozenset({"requester"}))
    role = next(role for role, parties in PARTIES_OF_STAFF.items() if parties == {party})
    return Actor(kind="user", id="p", name="p", staff_roles=frozenset({role}))


def test_the_table_has_no_other_events() -> None:
    assert {move.event for move in LEG.moves} == set(EXPECTED)


@pytest.mark.parametrize("party", list(Party))
def test_every_state_event_and_party(party: Party) -> None:
    actor = actor_of(party)
    assert actor.parties == {party}
    for state, (event, (moves, who)) in product(STATES, EXPECTED.items()):
        leg = Newborn(status=state, kind="pickup")
        leg_since = datetime(2026, 1, 1, tzinfo=UTC)
        holder = type("Holder", (), {"status": state, "kind": "pickup", "status_since": leg_since})()
        evidence = {"agent": object(), "reason": "because"}
        allowed = state in moves and party.name in who.split()
        if not allowed:
            with pytest.raises(TransitionError) as refusal:
                LEG.transition(holder, event, actor=actor, now=NOW, **evidence)
            assert refusal.value.code == ("not_permitted" if state in moves else "illegal_state")
            assert (holder.status, holder.status_since) == (state, leg_since)
            assert event not in LEG.legal(leg, actor.parties)
            continue
        assert event in LEG.legal(leg, actor.parties)
        LEG.transition(holder, event, actor=actor, now=NOW, **evidence)
        assert holder.status == (moves[state] or state)
        if event in NEEDS:
            bare = type("Holder", (), {"status": state, "kind": "pickup", "status_since": leg_since})()
            with pytest.raises(TransitionError) as refusal:
                LEG.transition(bare, event, actor=actor, now=NOW, **{**evidence, NEEDS[event]: None})
            assert (refusal.value.code, bare.status) == ("guard", state)
