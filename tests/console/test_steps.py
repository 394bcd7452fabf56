"""What the desks' people do with a job, each step by its button."""

from datetime import timedelta

from events.models import Fact
from repair.actions import ACTIONS, BY_KEY
from repair.ids import job_ref
from repair.models import Estimate
from repair.services import collecting, working
from repair.states import MOVES
from tenants.actors import Party
from tests.console.test_pages import AtConsole, page_of, step_of, text_of, url
from tests.repair.world import VINS, World, fresh, visit_of

# --- steps --------------------------------------------------------------------------------------------------------------


def test_every_step_of_the_operators_desks_has_a_button() -> None:
    """But those that follow a leg, the agent's own (his pages), the tenant's, and the system's."""
    desks = {Party.DSP, Party.CC, Party.WS, Party.QC, Party.CLM}
    events = {move.event for move in MOVES if not move.who.isdisjoint(desks)}
    stood_for = {event for action in ACTIONS for event in (action.events or (action.key,))}
    elsewhere = {
        "open", "acknowledge",  # intake
        "assign", "reassign", "unassign",  # the dispatch board
        "release_incident",  # on the page of the file
        "part_approve", "send_back", "reject", "fail_quality", "stop_at_consent",  # answers inside another step's form
    }  # fmt: skip
    assert events - stood_for == elsewhere - {"fail_quality"}
    assert len(BY_KEY) == len(ACTIONS)


def test_a_dispatcher_holds_and_releases(world: World, at_console: AtConsole) -> None:
    dispatcher = at_console("dispatcher")
    job = world.order()
    for wrong in (
        {"cause": "ours", "reason": ""},
        {"cause": "", "reason": "客户出差"},
        {"cause": "fog", "reason": "雾"},
    ):
        assert dispatcher.post(step_of(job, "hold"), wrong).status_code == 422
    assert fresh(job).held_since is None
    answer = dispatcher.post(step_of(job, "hold"), {"cause": "customer_time", "reason": "客户出差"})
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(job))
    assert fresh(job).held_reason == "客户出差"
    page = text_of(dispatcher.get(page_of(job)))
    assert "客户出差" in page and step_of(job, "release") in page and step_of(job, "hold") not in page
    assert "Paused: the customer wants another time" in page
    dispatcher.post(step_of(job, "release"))
    assert fresh(job).held_since is None
    assert "Paused: " not in text_of(dispatcher.get(page_of(job)))


def test_parts_that_nobody_fits_are_handed_over_by_a_dispatcher(world: World, at_console: AtConsole) -> None:
    job = world.order(service="parts")
    dispatcher = at_console("dispatcher")
    dispatcher.post(step_of(job, "order_parts"))
    assert dispatcher.post(step_of(job, "parts_arrived"), {"is_fitted": "no"}).status_code == 302
    assert step_of(job, "deliver_parts") in text_of(dispatcher.get(page_of(job)))
    assert dispatcher.post(step_of(job, "deliver_parts"), {"receipt": ""}).status_code == 422
    assert fresh(job).status == "arrived"
    assert dispatcher.post(step_of(job, "deliver_parts"), {"receipt": "签收 赵师傅"}).status_code == 302
    assert fresh(job).status == "delivered"
    step = Fact.objects.get(subject=job_ref(job.pk), data__event="deliver_parts")
    assert (step.data["row"], step.data["detail"]) == ("P3", {"receipt": "签收 赵师傅"})


def test_a_step_that_has_passed_is_named_kindly(world: World, at_console: AtConsole) -> None:
    job = world.in_custody()
    answer = at_console("dispatcher").post(step_of(job, "cancel"), {"reason": "x"})
    assert answer.status_code == 409
    assert "the job has moved on" in text_of(answer)
    assert fresh(job).status == "in_custody"


def test_a_refusal_of_the_service_stands_in_the_form(world: World, at_console: AtConsole) -> None:
    """The page let it through; under its lock the service does not."""
    job = world.name(world.order())
    world.south.is_active = False
    world.south.save()
    answer = at_console("dispatcher").post(step_of(job, "change_workshop"), {"workshop": "", "reason": "满"})
    assert answer.status_code == 422
    assert "No workshop fits on that day" in text_of(answer)
    assert fresh(job).workshop_id == world.north.pk


def test_a_step_with_a_page_of_its_own_is_taken_there_alone(world: World, at_console: AtConsole) -> None:
    """An address from before, or a dialog that was open: nothing is done with less than the page asks for."""
    here, there = world.in_custody(), world.receive(world.in_custody(vin=VINS[1]))
    working.start_estimate(job_id=there.pk, actor=world.ws(there), now=world.tick())
    checked = world.in_repair(vin=VINS[2])
    working.finish_repair(job_id=checked.pk, actor=world.ws(checked), now=world.tick())
    lines = {"kind-0": "part", "text-0": "制动片", "quantity-0": "2", "amount-0": "360.50"}
    passed = {f"item-{code}": "ok" for code in ("fault", "torque", "codes", "road")}
    for job, key, name, form in (
        (here, "receive", "receive", {"odometer_km": "48220"}),
        (there, "submit_estimate", "estimate", lines),
        (there, "note", "note", {"text": "正在检测"}),
        (checked, "inspect", "quality", passed),
    ):
        before = fresh(job).status
        client = at_console("inspector") if key == "inspect" else at_console("workshop", job.workshop_id)
        page = url(f"repair:{name}", job_ref(job.pk))
        for answer in (client.get(step_of(job, key)), client.post(step_of(job, key), form)):
            assert (answer.status_code, answer.headers["Location"]) == (302, page)
        dialog = client.get(step_of(job, key), headers={"hx-request": "true"})
        assert (dialog.status_code, dialog.headers["HX-Redirect"]) == (200, page)
        assert fresh(job).status == before
    assert not Estimate.objects.filter(job=there).exists() and not there.progress_notes.exists()


def test_claims_records_an_insurers_decision_line_by_line(world: World, at_console: AtConsole) -> None:
    job = world.awaiting_approval(service="claim")
    client = at_console("claims")
    assert client.post(step_of(job, "decide"), {"decision": "approve", "line-1": "300.01"}).status_code == 422
    assert client.post(step_of(job, "decide"), {"decision": "approve", "line-1": "250.00"}).status_code == 302
    assert (fresh(job).status, Estimate.objects.get().approved_fen) == ("part_approved", 25_000)


def test_nobody_else_decides_for_the_customer(world: World, at_console: AtConsole) -> None:
    job = world.awaiting_approval()
    for role in ("lead", "claims", "finance"):
        assert at_console(role).post(step_of(job, "decide"), {"decision": "approve"}).status_code == 409
    assert fresh(job).status == "awaiting_approval"


def test_another_time_after_a_failed_pickup(world: World, at_console: AtConsole) -> None:
    job = world.to_pickup(world.order())
    collecting.fail_pickup(
        visit_id=visit_of(job).pk, reason="无人", photo="f", actor=world.driver(job), now=world.tick()
    )
    client = at_console("dispatcher")
    start = world.now + timedelta(days=1)
    late = {"window_start": f"{start:%Y-%m-%dT%H:%M}", "window_end": f"{start - timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    assert client.post(step_of(job, "reschedule"), late).status_code == 422
    good = {**late, "window_end": f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M}"}
    assert client.post(step_of(job, "reschedule"), good).status_code == 302
    assert fresh(job).status == "acknowledged"


def test_three_calls_and_a_rating(world: World, at_console: AtConsole) -> None:
    job = world.delivered()
    client = at_console("customer_service")
    client.post(step_of(job, "call"), {"is_reached": "no", "note": ""})
    assert fresh(job).call_attempts == 1
    client.post(step_of(job, "rate"), {"score": "5", "comment": "好"})
    assert fresh(job).status == "rated"
