"""The stages of a job's way, in its order: what desks and books draw, in their own words."""

from typing import Final

from repair import states

STAGES: Final[dict[str, frozenset[str]]] = {
    name: frozenset(members.split())
    for name, members in {
        "planning": f"{states.NEW} {states.ACKNOWLEDGED} {states.ORDERED} {states.ARRIVED} {states.PICKUP_FAILED}",
        "fetching": f"{states.NAMED} {states.AT_PICKUP}",
        "under_way": f"{states.IN_CUSTODY} {states.PRE_CHECK} {states.AT_STATION} {states.AT_PAPERS}",
        "assessing": f"{states.AT_WORKSHOP} {states.ESTIMATING} {states.SENT_BACK} {states.FAILED}",
        "deciding": f"{states.AWAITING_APPROVAL} {states.CONSENT_REQUIRED}",
        "working": f"{states.APPROVED} {states.PART_APPROVED} {states.WAITING_PARTS} {states.IN_REPAIR} {states.QC} "
        f"{states.REWORK}",
        "returning": f"{states.PASSED} {states.REJECTED} {states.STOPPED} {states.READY} {states.ON_THE_WAY_BACK}",
        "after": f"{states.DELIVERED} {states.RATED} {states.NOT_RATED} {states.HANDED_OVER}",
    }.items()
}


def count_stages(by_state: dict[str, int]) -> dict[str, int]:
    """How many stand in each stage."""
    return {name: sum(by_state.get(state, 0) for state in members) for name, members in STAGES.items()}
