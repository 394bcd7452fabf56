"""The job's machine against JOBS.md, over every state, event, party and kind.

The expectation below is written from JOBS.md's words, not from repair/states.py. Two general rules of that page: an insurer's
people order too, so what TEN may, INT may; and for a claim CLM records what an insurer without an account decides.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from events.machine import NONE, Machine, TransitionError, row
from repair.models import Job
from repair.states import JOB, MOVES
from tenants.actors import Actor, Party, StaffRole, system_actor
from tenants.models import Tenant

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
KINDS = ("maintenance", "repair", "claim", "inspection", "violation", "parts")
SHOP = {"maintenance", "repair", "claim", "parts"}  # kinds that go to a workshop
FETCHED = SHOP | {"inspection"}  # kinds with custody
UNCLAIMED = set(KINDS) - {"claim"}

BEFORE_CUSTODY = ["new", "acknowledged", "ordered", "arrived", "assigned", "accepted", "contacted", "at_pickup"]
ON_WORK = [
    "at_workshop", "estimating", "awaiting_approval", "approved", "part_approved", "sent_back", "waiting_parts", "in_repair",
    "consent_required",
]  # fmt: skip
AT_STATION = ["pre_check", "at_station", "failed"]
WAY_BACK = ["awaiting_return", "returning", "at_return", "return_failed", "refused"]
IN_CUSTODY = ["in_custody", *ON_WORK, "stopped", "qc", "rework", "ready", *WAY_BACK, "rejected", *AT_STATION, "passed"]
AFTER = ["delivered", "rated", "not_rated", "closed"]
PAPERS = ["documents_in", "at_office", "paid", "office_refused"]
OPEN = [*BEFORE_CUSTODY, "pickup_failed", *IN_CUSTODY, *PAPERS, "delivered", "rated", "not_rated", "handed_over"]
ALL_STATES = {*OPEN, "closed", "cancelled", "declined_scope"}

# event: [(from, to (None: stays), who, kinds or None)]
EXPECTED: dict[str, list[tuple[list[str], str | None, str, set[str] | None]]] = {
    "open": [([NONE], "new", "TEN CC SYS", None)],  # J1; SYS for a comeback (J21)
    "decline_scope": [
        (["new", "acknowledged", "assigned", "accepted", "contacted"], "declined_scope", "SYS DSP", None)
    ],
    "acknowledge": [(["new"], "acknowledged", "SYS CC", None)],
    "assign": [(["acknowledged", "arrived"], "assigned", "SYS DSP", None)],
    "reassign": [(["assigned", "accepted", "contacted"], "assigned", "SYS DSP", None)],
    "change_workshop": [
        (["acknowledged", "assigned", "accepted", "contacted", "at_pickup", "in_custody"], None, "DSP WS SYS", SHOP)
    ],
    "unassign": [(["assigned", "accepted", "contacted"], "acknowledged", "SYS DSP", None)],
    "accept": [(["assigned"], "accepted", "AGT", None)],
    "contact": [(["accepted"], "contacted", "AGT", None)],
    "arrive": [(["contacted"], "at_pickup", "AGT", FETCHED)],
    "take_custody": [(["at_pickup"], "in_custody", "AGT", FETCHED)],
    "fail_pickup": [(["at_pickup"], "pickup_failed", "AGT", None)],
    "receive": [(["in_custody"], "at_workshop", "AGT WS", SHOP)],
    "start_estimate": [(["at_workshop"], "estimating", "WS", None)],
    "submit_estimate": [(["estimating"], "awaiting_approval", "WS", None)],
    "approve": [
        (["awaiting_approval"], "approved", "TEN SYS", UNCLAIMED),
        (["awaiting_approval"], "approved", "TEN CLM", {"claim"}),
    ],
    "part_approve": [
        (["awaiting_approval"], "part_approved", "TEN", UNCLAIMED),
        (["awaiting_approval"], "part_approved", "TEN CLM", {"claim"}),
    ],
    "send_back": [
        (["awaiting_approval"], "sent_back", "TEN", UNCLAIMED),
        (["awaiting_approval"], "sent_back", "TEN CLM", {"claim"}),
    ],
    "reject": [
        (["awaiting_approval"], "rejected", "TEN", UNCLAIMED),
        (["awaiting_approval"], "rejected", "TEN CLM", {"claim"}),
    ],
    "expire_estimate": [(["awaiting_approval"], "estimating", "SYS", UNCLAIMED)],
    "wait_for_parts": [(["approved", "part_approved", "in_repair"], "waiting_parts", "WS", None)],
    "start_repair": [(["approved", "part_approved", "waiting_parts"], "in_repair", "WS", None)],
    "require_consent": [(["in_repair"], "consent_required", "WS", None)],
    "consent": [
        (["consent_required"], "in_repair", "TEN", UNCLAIMED),
        (["consent_required"], "in_repair", "TEN CLM", {"claim"}),
    ],
    "stop_at_consent": [
        (["consent_required"], "stopped", "TEN", UNCLAIMED),
        (["consent_required"], "stopped", "TEN CLM", {"claim"}),
    ],
    "finish_repair": [(["in_repair"], "qc", "WS", None)],
    "pass_quality": [(["qc"], "ready", "QC", SHOP), (["qc"], "at_station", "QC", {"inspection"})],
    "fail_quality": [(["qc"], "rework", "QC", None)],
    "resume_rework": [(["rework"], "in_repair", "WS", None)],
    "fail_reinspection": [(["ready", "awaiting_return"], "rework", "QC INT", SHOP)],
    "plan_return": [(["ready"], "awaiting_return", "AGT", None)],
    "hand_over": [(["awaiting_return"], "returning", "WS AGT", None)],
    "arrive_return": [(["returning"], "at_return", "AGT", None)],
    "deliver": [(["at_return"], "delivered", "AGT", None)],
    "fail_return": [(["at_return"], "return_failed", "AGT DSP", None)],
    "retry_return": [(["return_failed"], "awaiting_return", "AGT DSP", None)],
    "back_to_workshop": [(["return_failed"], "at_workshop", "AGT DSP", None)],
    "return_again": [(["at_workshop"], "awaiting_return", "DSP", None)],
    "refuse_delivery": [(["at_return"], "refused", "AGT DSP", None)],
    "take_back": [(["refused"], "at_workshop", "AGT DSP", None)],
    # beyond the page: WS, who begins every repair (J13), begins this one too
    "rework_refused": [(["at_workshop"], "in_repair", "AGT DSP WS", None)],
    "rate": [(["delivered"], "rated", "CC TEN", None)],
    "give_up_rating": [(["delivered"], "not_rated", "CC", None)],  # three attempts are customer service's
    "close": [(["rated", "not_rated"], "closed", "SYS", None), (["handed_over"], "closed", "CLM", {"claim"})],
    "cancel": [([*BEFORE_CUSTODY, "pickup_failed", "documents_in"], "cancelled", "TEN DSP", None)],
    "stop": [(["in_custody", *ON_WORK, *AT_STATION], "stopped", "TEN DSP", None)],
    "wrap_up": [(["stopped"], "ready", "TEN DSP", None)],
    "hold": [(OPEN, None, "DSP", None)],
    "release": [(OPEN, None, "DSP", None)],
    "come_back": [(AFTER, None, "TEN SYS", None)],
    "revise": [(["sent_back"], "estimating", "WS", None)],
    "return_unrepaired": [(["rejected"], "ready", "DSP", None)],
    "reschedule": [(["pickup_failed"], "acknowledged", "DSP TEN", None)],
    "report_incident": [([*IN_CUSTODY, *AFTER], None, "AGT WS DSP SYS", None)],
    "release_incident": [([*IN_CUSTODY, *AFTER], None, "DSP", None)],
    "amend": [([*BEFORE_CUSTODY, "pickup_failed"], None, "TEN", None)],
    "hand_over_salvage": [(["awaiting_approval"], "handed_over", "CLM", {"claim"})],
    # inspection
    "start_pre_check": [(["in_custody"], "pre_check", "AGT", {"inspection"})],
    "go_to_station": [(["pre_check"], "at_station", "AGT", {"inspection"})],
    "pass_station": [(["at_station"], "passed", "AGT", {"inspection"})],
    "fail_station": [(["at_station"], "failed", "AGT", {"inspection"})],
    "conclude_inspection": [(["passed"], "ready", "AGT SYS", {"inspection"})],
    "consent_to_repair": [(["failed"], "estimating", "TEN", {"inspection"})],
    "return_failed_vehicle": [(["failed"], "ready", "TEN DSP", {"inspection"})],
    # violation
    "take_documents": [(["contacted"], "documents_in", "AGT", {"violation"})],
    "reach_office": [(["documents_in"], "at_office", "AGT", {"violation"})],
    "settle_violation": [(["at_office"], "paid", "AGT", {"violation"})],
    "refuse_at_office": [(["at_office"], "office_refused", "AGT", {"violation"})],
    "deliver_papers": [(["paid", "office_refused"], "delivered", "AGT", {"violation"})],
    # parts
    "order_parts": [(["acknowledged"], "ordered", "DSP CC SYS", {"parts"})],
    "parts_arrived": [(["ordered"], "arrived", "DSP CC WS SYS", {"parts"})],
    "deliver_parts": [(["arrived"], "delivered", "AGT DSP", {"parts"})],
}

BOTH = {"en": "no", "zh": "不"}
# what lets every guard pass
FULL: dict[str, Any] = {
    "reason": "why", "alternative": BOTH, "agent_id": 1, "workshop_id": 1, "authorisation": object(), "report": object(),
    "photo": "file", "estimate": object(), "approved_lines": [object()], "visit_is_ready": True, "is_customers_word": True,
    "fines_cleared": True, "cover_valid": True, "licence_on_board": True,
}  # fmt: skip
ROLE_OF = {
    Party.AGT: StaffRole.AGENT, Party.DSP: StaffRole.DISPATCHER, Party.CC: StaffRole.CUSTOMER_SERVICE,
    Party.WS: StaffRole.WORKSHOP, Party.QC: StaffRole.INSPECTOR, Party.CLM: StaffRole.CLAIMS, Party.FIN: StaffRole.FINANCE,
}  # fmt: skip


@dataclass
class Thing:
    """A job as the machine sees it."""

    status: str
    kind: str
    status_since: datetime = NOW
    held_since: datetime | None = None
    failed_pickups: int = 0
    call_attempts: int = 3
    is_reworked_for_refusal: bool = True
    data: dict[str, Any] = field(default_factory=dict)


def actor_as(party: Party) -> Actor:
    """Somebody who acts as `party` and as nothing else."""
    if party == Party.SYS:
        return system_actor("test")
    if party in {Party.TEN, Party.INT}:
        kind = Tenant.Kind.INSURER if party == Party.INT else Tenant.Kind.FLEET
        return Actor(kind="user", id="1", name="T", tenant=Tenant(slug="t", kind=kind), roles=frozenset({"admin"}))
    return Actor(kind="user", id="1", name="S", staff_roles=frozenset({ROLE_OF[party].value}))


def expected_target(event: str, state: str, kind: str, party: Party) -> tuple[bool, str | None]:
    """Whether JOBS.md lets `party` do `event` to a job of `kind` in `state`, and where it leads."""
    for sources, target, who, kinds in EXPECTED[event]:
        words = set(who.split()) | ({"INT"} if "TEN" in who.split() else set())
        if state in sources and (kinds is None or kind in kinds):
            return party.value.upper() in words, target
    return False, None


def full_evidence(event: str) -> dict[str, Any]:
    """Evidence that lets the guards of `event` pass."""
    return {**FULL, "reason": BOTH} if event == "decline_scope" else FULL


def try_step(thing: Thing, event: str, party: Party) -> str:
    """The code of the refusal; "" when the step was taken."""
    try:
        JOB.transition(thing, event, actor=actor_as(party), now=NOW, **full_evidence(event))
    except TransitionError as error:
        return error.code
    return ""


def test_the_page_and_the_machine_know_the_same_events_and_states() -> None:
    assert {move.event for move in MOVES} == set(EXPECTED)
    assert JOB.states == ALL_STATES


@pytest.mark.parametrize("event", sorted(EXPECTED))
def test_event_is_legal_exactly_where_the_page_says(event: str) -> None:
    for kind in KINDS:
        for state in (NONE, *sorted(ALL_STATES)):
            for party in Party:
                thing = Thing(state, kind, held_since=NOW if event == "release" else None)
                is_legal, target = expected_target(event, state, kind, party)
                case = (event, state, kind, party)
                code = try_step(thing, event, party)
                assert code in ({""} if is_legal else {"illegal_state", "not_permitted"}), case
                assert thing.status == (target if is_legal and target is not None else state), case


def test_legal_lists_what_each_party_may_do() -> None:
    for kind in KINDS:
        for state in sorted(ALL_STATES):
            for party in Party:
                thing = Thing(state, kind)
                want = {event for event in EXPECTED if expected_target(event, state, kind, party)[0]}
                assert set(JOB.legal(thing, {party})) == want, (state, kind, party)


@pytest.mark.parametrize("event", sorted(EXPECTED))
def test_a_hold_lets_only_its_end_through(event: str) -> None:
    """J20: an overlay; it may still end, be refused or cancelled, and who would drive is written down."""
    through = {
        "release",
        "cancel",
        "stop",
        "decline_scope",
        "report_incident",
        "release_incident",
        "assign",
        "reassign",
        "unassign",
    }
    for sources, _target, who, kinds in EXPECTED[event]:
        if sources == [NONE]:
            continue
        party = Party(who.split()[0].lower())
        thing = Thing(sources[0], min(kinds or KINDS), held_since=NOW)
        if event in through:
            JOB.transition(thing, event, actor=actor_as(party), now=NOW, **full_evidence(event))
        else:
            with pytest.raises(TransitionError) as caught:
                JOB.transition(thing, event, actor=actor_as(party), now=NOW, **full_evidence(event))
            assert caught.value.code == "on_hold"


# event, state, kind, party, evidence or attributes that are refused, and by which words
REFUSED: list[tuple[str, str, str, Party, dict[str, Any], dict[str, Any]]] = [
    ("close", "rated", "repair", Party.SYS, {"has_open_complaint": True}, {}),
    ("open", NONE, "repair", Party.TEN, {"is_on_credit_hold": True}, {}),
    ("decline_scope", "new", "repair", Party.DSP, {"reason": {"en": "no"}}, {}),
    ("decline_scope", "new", "repair", Party.DSP, {"reason": BOTH, "alternative": {"en": "x", "zh": " "}}, {}),
    ("assign", "acknowledged", "repair", Party.DSP, {"agent_id": None}, {}),
    ("assign", "acknowledged", "repair", Party.DSP, {"workshop_id": None}, {}),
    ("reassign", "accepted", "claim", Party.DSP, {"workshop_id": None}, {}),
    ("change_workshop", "assigned", "repair", Party.DSP, {"reason": " "}, {}),
    ("take_custody", "at_pickup", "repair", Party.AGT, {"authorisation": None}, {}),
    ("take_custody", "at_pickup", "repair", Party.AGT, {"report": None}, {}),
    ("fail_pickup", "at_pickup", "repair", Party.AGT, {"photo": ""}, {}),
    ("fail_pickup", "at_pickup", "repair", Party.AGT, {"reason": ""}, {}),
    ("receive", "in_custody", "repair", Party.WS, {"odometer_problem": "it ran back"}, {}),
    ("submit_estimate", "estimating", "repair", Party.WS, {"estimate": None}, {}),
    ("approve", "awaiting_approval", "repair", Party.TEN, {"decision_problem": "above the limit"}, {}),
    ("part_approve", "awaiting_approval", "repair", Party.TEN, {"decision_problem": "above the limit"}, {}),
    ("send_back", "awaiting_approval", "repair", Party.TEN, {"reason": ""}, {}),
    ("reject", "awaiting_approval", "claim", Party.CLM, {"reason": ""}, {}),
    ("wait_for_parts", "approved", "repair", Party.WS, {"approved_lines": []}, {}),
    ("start_repair", "approved", "repair", Party.WS, {"approved_lines": []}, {}),
    ("require_consent", "in_repair", "repair", Party.WS, {"estimate": None}, {}),
    ("consent", "consent_required", "repair", Party.TEN, {"decision_problem": "above the limit"}, {}),
    ("stop_at_consent", "consent_required", "repair", Party.TEN, {"reason": ""}, {}),
    ("pass_quality", "qc", "repair", Party.QC, {"quality_problem": "technician"}, {}),
    ("pass_quality", "qc", "inspection", Party.QC, {"quality_problem": "technician"}, {}),
    ("fail_quality", "qc", "repair", Party.QC, {"quality_problem": "technician"}, {}),
    ("fail_reinspection", "ready", "repair", Party.QC, {"reason": ""}, {}),
    ("plan_return", "ready", "repair", Party.AGT, {"visit_is_ready": False}, {}),
    ("hand_over", "awaiting_return", "repair", Party.WS, {"visit_is_ready": False}, {}),
    ("deliver", "at_return", "repair", Party.AGT, {"report": None}, {}),
    ("fail_return", "at_return", "repair", Party.AGT, {"reason": ""}, {}),
    ("refuse_delivery", "at_return", "repair", Party.AGT, {"reason": ""}, {}),
    ("rework_refused", "at_workshop", "repair", Party.DSP, {}, {"is_reworked_for_refusal": False}),
    ("give_up_rating", "delivered", "repair", Party.CC, {}, {"call_attempts": 2}),
    ("cancel", "assigned", "repair", Party.TEN, {"reason": ""}, {}),
    ("stop", "in_repair", "repair", Party.TEN, {"reason": ""}, {}),
    ("hold", "in_repair", "repair", Party.DSP, {"reason": ""}, {}),
    ("release", "in_repair", "repair", Party.DSP, {}, {}),
    ("reschedule", "pickup_failed", "repair", Party.DSP, {"is_customers_word": False}, {"failed_pickups": 2}),
    ("report_incident", "in_repair", "repair", Party.WS, {"reason": ""}, {}),
    ("hand_over_salvage", "awaiting_approval", "claim", Party.CLM, {"reason": ""}, {}),
    ("go_to_station", "pre_check", "inspection", Party.AGT, {"cover_valid": False}, {}),
    ("fail_station", "at_station", "inspection", Party.AGT, {"reason": ""}, {}),
    ("return_failed_vehicle", "failed", "inspection", Party.TEN, {"reason": ""}, {}),
    ("refuse_at_office", "at_office", "violation", Party.AGT, {"reason": ""}, {}),
    ("deliver_papers", "paid", "violation", Party.AGT, {"report": None}, {}),
    ("deliver_parts", "arrived", "parts", Party.DSP, {"report": None}, {}),
]


@pytest.mark.parametrize(("event", "state", "kind", "party", "evidence", "attributes"), REFUSED)
def test_guard_refuses_and_says_why(
    event: str, state: str, kind: str, party: Party, evidence: dict[str, Any], attributes: dict[str, Any]
) -> None:
    thing = Thing(state, kind, **attributes)
    with pytest.raises(TransitionError) as caught:
        JOB.transition(thing, event, actor=actor_as(party), now=NOW, **{**full_evidence(event), **evidence})
    assert caught.value.code == "guard"
    assert caught.value.message
    assert thing.status == state


def test_every_guard_is_refused_once_above() -> None:
    guarded = {move.event for move in MOVES if move.guard is not None}
    assert guarded == {event for event, *_rest in REFUSED}


def test_a_comeback_is_opened_on_credit_hold() -> None:
    held = {"is_on_credit_hold": True, "is_comeback": True}
    assert JOB.begin("open", kind="repair", actor=system_actor("test"), **held) == "new"


def test_what_needs_no_workshop_is_assigned_without_one() -> None:
    for kind in ("inspection", "violation"):
        thing = Thing("acknowledged", kind)
        JOB.transition(thing, "assign", actor=actor_as(Party.DSP), now=NOW, agent_id=1, workshop_id=None)
        assert thing.status == "assigned"


def test_who_stays_where_he_is_keeps_since_when() -> None:
    """A row whose target is the state that it starts in writes nothing."""
    since, now = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)
    loop = Machine(name="loop", states=frozenset({"on"}), moves=(row("L1", "again", "on", "on", "SYS"),))
    job = Job(status="on", status_since=since)
    loop.transition_many([job], "again", actor=system_actor("test"), now=now)  # touches no database, which is not there
    assert job.status_since == since
