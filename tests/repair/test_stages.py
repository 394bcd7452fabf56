"""Every state of an open job stands in one stage, and in one alone."""

from collections import Counter

from repair import states
from repair.stages import STAGES, count_stages


def test_the_stages_share_out_what_is_open() -> None:
    members = Counter(state for stage in STAGES.values() for state in stage)
    assert members == Counter(set(states.OPEN.split()))


def test_counts_follow_the_order_of_the_way() -> None:
    counts = count_stages({states.PASSED: 2, states.READY: 1, states.NEW: 4, states.CLOSED: 9})
    assert list(counts) == list(STAGES)
    assert {name: count for name, count in counts.items() if count} == {"planning": 4, "returning": 3}
