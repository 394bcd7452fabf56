"""The table of complaints (F), over every state, event and party."""

from itertools import product
from typing import Any

import pytest

from events.machine import NONE, TransitionError
from repair.models import Complaint
from repair.states import COMPLAINT
from tenants.actors import Party
from tests.repair.test_states import actor_as

EXPECTED: dict[str, list[tuple[list[str], str | None, str]]] = {
    "file": [([NONE], "open", "TEN INT CC")],
    "investigate": [(["open", "reopened"], "investigating", "CC")],
    "hand_on": [(["investigating", "solution_given", "accepted"], None, "CC")],
    "find": [(["open", "investigating", "reopened", "solution_given", "accepted"], None, "CC")],
    "ask_evidence": [(["investigating"], None, "CC")],
    "give_evidence": [(["open", "investigating", "reopened"], None, "TEN INT CC")],
    "give_solution": [(["investigating"], "solution_given", "CC")],
    "accept": [(["solution_given"], "accepted", "TEN INT CC")],
    "reopen": [(["solution_given", "accepted", "closed"], "reopened", "TEN INT CC")],
    "close": [(["accepted"], "closed", "CC")],
    "close_unanswered": [(["solution_given"], "closed", "CC")],
    "withdraw": [(["open", "investigating", "reopened"], "closed", "TEN INT CC")],
}


def test_the_table_is_what_was_agreed() -> None:
    found: dict[str, list[Any]] = {}
    for move in COMPLAINT.moves:
        who = {party.value.upper() for party in move.who}
        found.setdefault(move.event, []).append((set(move.sources), move.target, who))
    assert found == {
        event: [(set(sources), target, set(who.split())) for sources, target, who in rows]
        for event, rows in EXPECTED.items()
    }
    assert COMPLAINT.ended == {"closed"}


def test_every_state_event_and_party() -> None:
    evidence = {"reason": "x", "solution": "x"}
    for event, state, party in product(EXPECTED, sorted({NONE, *COMPLAINT.states}), Party):
        complaint = Complaint(status=state, cause="delay", answerable="agent", measures="x")
        row = next((row for row in EXPECTED[event] if state in row[0]), None)
        if row is None or party.value.upper() not in row[2].split():
            with pytest.raises(TransitionError) as refused:
                COMPLAINT.check(complaint, event, actor=actor_as(party), evidence=evidence)
            assert refused.value.code == ("illegal_state" if row is None else "not_permitted")
        else:
            assert COMPLAINT.check(complaint, event, actor=actor_as(party), evidence=evidence).target == row[1]
