"""The operator's pages: who may read them, what they cost, and what their steps do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.ids import public_id
from events.models import Fact
from partners.desk.models import TenantTerms
from repair.actions import ACTIONS, BY_KEY
from repair.ids import job_ref
from repair.models import Estimate, Incident, Job, ScopeRule
from repair.selectors.jobs import read_reports
from repair.services import collecting, working
from repair.states import MOVES
from repair.urls import urlpatterns
from tenants.actors import Party, StaffRole
from tests.repair.world import VINS, World, fresh, visit_of

CONSOLE = "config.urls_console"
AtConsole = Callable[..., Client]
WATCHERS = {"dispatcher", "lead", "customer_service", "inspector", "claims", "finance"}
DESK = {"dispatcher", "lead", "customer_service"}
# page: who may read it
MATRIX: dict[str, set[str]] = {
    "repair:jobs": WATCHERS | {"workshop"},
    "repair:job": WATCHERS | {"workshop"},
    "repair:step": WATCHERS | {"workshop"},
    "repair:floor": WATCHERS | {"workshop"},
    "repair:estimate": {"workshop"},
    "repair:receive": {"workshop"},
    "repair:quality": {"inspector"},
    "repair:note": WATCHERS | {"workshop"},
    "repair:give": {"workshop"},
    "repair:scope_rules": DESK | {"claims"},
    "repair:scope_rule_new": {"lead"},
    "repair:scope_try": DESK | {"claims"},
    "repair:scope_rule": DESK | {"claims"},
    "repair:workshops": DESK | {"workshop"},
    "repair:tenants": WATCHERS,
    "repair:tenant": WATCHERS,
    "repair:tenant_hold": {"finance", "lead"},
}


def url(name: str, *args: Any) -> str:
    return reverse(name, urlconf=CONSOLE, args=args)


def page_of(job: Job) -> str:
    return url("repair:job", job_ref(job.pk))


def step_of(job: Job, key: str) -> str:
    return url("repair:step", job_ref(job.pk), key)


def rule_of(**changes: Any) -> ScopeRule:
    values = {
        "code": "modding", "pattern": "改装,tuning", "reason_en": "Not done.", "reason_zh": "不承接。",
        "alternative_en": "A shop.", "alternative_zh": "改装厂。", "services": [],
    }  # fmt: skip
    return ScopeRule.objects.create(**{**values, **changes})


def text_of(response: Any) -> str:
    return str(response.content.decode())


# --- doors --------------------------------------------------------------------------------------------------------------


OF_AGENTS = {
    "repair:day": 0, "repair:handover_worker": 0, "repair:handover": 1, "repair:handover_photo": 1, "repair:handover_draft": 1,
    "repair:handover_step": 2,
}  # fmt: skip
"""The pages of agents, each with how many arguments its address has."""


def test_the_matrix_knows_every_page() -> None:
    posted = {"repair:scope_switch", "repair:estimate_save", "repair:estimate_send", "repair:estimate_photo"}
    assert {f"repair:{pattern.name}" for pattern in urlpatterns} == set(MATRIX) | posted | OF_AGENTS.keys()


@pytest.mark.parametrize("name", sorted(OF_AGENTS))
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_agents_pages_are_the_agents_alone(name: str, method: str, world: World, at_console: AtConsole) -> None:
    leg = public_id("leg", world.leg(world.name(world.order())).pk)
    path = url(name, *[leg, "sign"][: OF_AGENTS[name]])
    for role in set(StaffRole) - {StaffRole.AGENT}:
        assert getattr(at_console(role.value), method)(path).status_code in {403, 405}, role
    assert getattr(at_console(), method)(path).status_code in {302, 405}


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_who_may_read(name: str, world: World, at_console: AtConsole) -> None:
    job = world.name(world.order())
    args = {
        "repair:job": [job_ref(job.pk)],
        "repair:step": [job_ref(job.pk), "hold"],
        "repair:estimate": [job_ref(job.pk)],
        "repair:receive": [job_ref(job.pk)],
        "repair:quality": [job_ref(job.pk)],
        "repair:note": [job_ref(job.pk)],
        "repair:give": [job_ref(job.pk)],
        "repair:scope_rule": [public_id("scr", rule_of().pk)],
        "repair:tenant": [public_id("ten", world.tenant.pk)],
        "repair:tenant_hold": [public_id("ten", world.tenant.pk)],
    }.get(name, [])
    for role in StaffRole:
        workshop_id = job.workshop_id if role == StaffRole.WORKSHOP else None
        answer = at_console(role.value, workshop_id).get(url(name, *args))
        allowed = answer.status_code in {200, 409}  # 409: a step that is somebody else's is named, with the way back
        # back to the job: it is not the time yet
        early = {"repair:estimate", "repair:receive", "repair:quality", "repair:note", "repair:give"}
        allowed |= name in early and answer.status_code == 302
        assert allowed == (role.value in MATRIX[name]), (name, role, answer.status_code)
        assert allowed or answer.status_code == 403 or (name == "repair:tenant" and role == StaffRole.WORKSHOP)
    assert at_console().get(url(name, *args)).status_code == 302


def test_nobody_signs_in_first_and_comes_back(at_console: AtConsole) -> None:
    for path in ("/", "/dispatch/", "/repair/jobs/"):
        answer = at_console().get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("http://baylink.localhost")
        assert "next=" in answer.headers["Location"]


def test_each_role_has_a_first_page(world: World, at_console: AtConsole) -> None:
    for role in WATCHERS:
        assert at_console(role).get("/").status_code == 200
    assert at_console("workshop", world.north.pk).get("/").headers["Location"] == url("repair:floor")
    assert at_console("agent").get("/").headers["Location"] == url("repair:day")


def test_a_workshop_reads_its_own_jobs_alone(world: World, at_console: AtConsole) -> None:
    mine = world.name(world.order(pre_approved_up_to_fen=12_345_00))
    theirs = world.order(vin=VINS[1], plate="沪B99999")
    client = at_console("workshop", mine.workshop_id)
    listed = text_of(client.get(url("repair:jobs")))
    assert mine.number in listed and theirs.number not in listed
    assert client.get(page_of(theirs)).status_code == 404
    assert client.get(step_of(theirs, "note")).status_code == 404
    assert client.get(f"/search/?q={theirs.number}").headers["Location"].startswith(url("repair:jobs"))
    page = text_of(client.get(page_of(mine)))
    assert "12,345" not in page and "Choice of the workshop" not in page and 'name="tenant"' not in listed
    assert world.south.name not in text_of(client.get(url("repair:workshops")))
    assert at_console("workshop").get(page_of(mine)).status_code == 404


def test_what_is_no_id_is_not_there(world: World, at_console: AtConsole) -> None:
    lead = at_console("lead")
    for path in ("/repair/jobs/job_x/", "/repair/tenants/zzz/", "/repair/scope/scr_0/", step_of(world.order(), "fly")):
        assert lead.get(path).status_code in {403, 404}


# --- reading ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/repair/jobs/", "/repair/tenants/", "/repair/workshops/"])
def test_the_cost_of_a_page_does_not_grow_with_its_rows(path: str, world: World, at_console: AtConsole) -> None:
    lead = at_console("lead")
    world.name(world.order(plate="沪A1"))
    lead.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        lead.get(path)
    for vin, plate in ((VINS[1], "沪A2"), (VINS[2], "沪A3")):
        world.name(world.order(vin=vin, plate=plate), agent=world.wu if plate == "沪A2" else world.li)
    with CaptureQueriesContext(connection) as many:
        lead.get(path)
    assert len(many) == len(few)
    assert len(many) < 25


def test_a_job_page_costs_the_same_however_far_it_has_come(world: World, at_console: AtConsole) -> None:
    lead = at_console("lead")
    job = world.delivered()
    with CaptureQueriesContext(connection) as queries:
        page = text_of(lead.get(page_of(job)))
    assert len(queries) < 40
    for words in (
        job.number,
        "Hash computed again: the same",
        "Condition at return",
        "50 km driven",
        "Quality check 1",
        "Delivered",
    ):
        assert words in page


def test_a_spoiled_report_is_seen(world: World, at_console: AtConsole) -> None:
    job = world.in_custody()
    item = read_reports(job)[0]
    assert item["is_verified"]
    item["report"].content["odometer_km"] = 1
    assert collecting.hash_of(item["report"].content) != item["report"].hash


def test_the_list_is_searched_and_narrowed(world: World, at_console: AtConsole) -> None:
    lead = at_console("lead")
    first = world.order(plate="沪A11111")
    second = world.in_custody(vin=VINS[1], plate="沪B22222")

    def found(query: str) -> set[str]:
        page = text_of(lead.get(f"{url('repair:jobs')}?{query}"))
        return {job.number for job in (first, second) if job.number in page}

    both = {first.number, second.number}
    assert found("") == found("group=open") == found(f"tenant={world.tenant.pk}") == found("q=ACME") == both
    assert (
        found("q=B22222")
        == found("status=in_custody")
        == found(f"workshop={fresh(second).workshop_id}")
        == {second.number}
    )
    assert found(f"q={first.external_ref}") == {first.number}
    assert found("group=held") == found("kind=violation") == found("q=nothing") == set()
    answer = lead.get("/search/?q=沪B22222")
    assert answer.headers["Location"] == page_of(second)


def test_home_names_what_needs_a_hand(world: World, at_console: AtConsole) -> None:
    job = world.to_pickup(world.order())
    collecting.fail_pickup(
        visit_id=visit_of(job).pk, reason="无人", photo="f", actor=world.driver(job), now=world.tick()
    )
    page = text_of(at_console("dispatcher").get("/"))
    assert f'href="{url("repair:jobs")}?group=failed"' in page
    assert "1 open job" in page


# --- steps --------------------------------------------------------------------------------------------------------------


def test_every_step_of_the_operators_desks_has_a_button() -> None:
    """But those that follow a leg, the agent's own (his pages), the tenant's, and the system's."""
    desks = {Party.DSP, Party.CC, Party.WS, Party.QC, Party.CLM}
    events = {move.event for move in MOVES if not move.who.isdisjoint(desks)}
    stood_for = {event for action in ACTIONS for event in (action.events or (action.key,))}
    elsewhere = {
        "open", "acknowledge",  # intake
        "assign", "reassign", "unassign",  # the dispatch board
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


def test_an_incident_is_reported_and_closed(world: World, at_console: AtConsole) -> None:
    job = world.in_custody()
    client = at_console("dispatcher")
    assert step_of(job, "release_incident") not in text_of(client.get(page_of(job)))
    client.post(step_of(job, "report_incident"), {"kind": "damage", "text": "右后视镜", "police_number": ""})
    file = Incident.objects.get()
    assert "右后视镜" in text_of(client.get(page_of(job)))
    client.post(step_of(job, "release_incident"), {"incident": str(file.pk)})
    assert Incident.objects.get().released_at is not None


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


# --- scope --------------------------------------------------------------------------------------------------------------


def form_of(**changes: str) -> dict[str, Any]:
    values = {
        "code": "tank", "pattern": "油罐,tanker", "reason_en": "No.", "reason_zh": "不。", "alternative_en": "Else.",
        "alternative_zh": "另请。", "position": "10", "is_active": "on",
    }  # fmt: skip
    return {**values, **changes}


def test_a_lead_makes_changes_and_rests_a_rule_and_the_facts_say_so(world: World, at_console: AtConsole) -> None:
    lead = at_console("lead")
    assert lead.post(url("repair:scope_rule_new"), form_of()).status_code == 302
    rule = ScopeRule.objects.get(code="tank")
    page = url("repair:scope_rule", public_id("scr", rule.pk))
    lead.post(page, form_of(pattern="油罐"))
    lead.post(page, form_of(pattern="油罐"))  # the same again is no change
    lead.post(url("repair:scope_switch", public_id("scr", rule.pk)), {"is_active": "no"})
    facts = list(Fact.objects.filter(type="scope.rule_changed").order_by("id"))
    assert [fact.data["after"]["pattern"] for fact in facts] == ["油罐,tanker", "油罐", "油罐"]
    assert (facts[0].data["before"], facts[2].data["before"]["is_active"]) == ({}, True)
    assert ScopeRule.objects.get(pk=rule.pk).is_active is False
    assert "Rule made" in text_of(lead.get(page))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pattern": "re:("}, "no regular expression"),
        ({"pattern": "re:a*"}, "match every text"),
        ({"pattern": " , |"}, "match every text"),
        ({"reason_zh": " "}, "This field is required"),
        ({"alternative_en": ""}, "This field is required"),
        ({"code": "modding"}, "already exists"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(
    changes: dict[str, str], words: str, world: World, at_console: AtConsole
) -> None:
    rule_of()
    answer = at_console("lead").post(url("repair:scope_rule_new"), form_of(**changes))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert ScopeRule.objects.count() == 1


def test_others_read_the_rules_and_change_nothing(world: World, at_console: AtConsole) -> None:
    rule = rule_of()
    page = url("repair:scope_rule", public_id("scr", rule.pk))
    for role in ("dispatcher", "customer_service", "claims"):
        assert "Not done." in text_of(at_console(role).get(page))
        assert at_console(role).post(page, form_of()).status_code == 403
        assert at_console(role).post(url("repair:scope_switch", public_id("scr", rule.pk)), {}).status_code == 403
    assert ScopeRule.objects.get().code == "modding"


def test_a_text_is_tried_without_keeping_anything(world: World, at_console: AtConsole) -> None:
    rule_of()
    client = at_console("lead")
    path = url("repair:scope_try")
    assert "<mark>改装</mark>" in text_of(client.post(path, {"text": "车厢改装"}))
    assert "Passes" in text_of(client.post(path, {"text": "换机油"}))
    assert "<mark>TANKER</mark>" in text_of(client.post(path, {"pattern": "tanker", "text": "a TANKER"}))
    assert "no regular expression" in text_of(client.post(path, {"pattern": "re:[", "text": "x"}))
    assert "&lt;b&gt;" in text_of(client.post(path, {"pattern": "<b>", "text": "<b>x"}))
    assert not Fact.objects.filter(type="scope.rule_changed").exists()


# --- terms --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["finance", "lead"])
def test_new_orders_are_held_and_let_through(role: str, world: World, at_console: AtConsole) -> None:
    client = at_console(role)
    ref = public_id("ten", world.tenant.pk)
    job = world.order()
    assert client.post(url("repair:tenant_hold", ref), {"is_on_hold": "yes", "reason": ""}).status_code == 422
    client.post(url("repair:tenant_hold", ref), {"is_on_hold": "yes", "reason": "三个月未付"})
    terms = TenantTerms.objects.get()
    assert (terms.is_on_credit_hold, terms.credit_hold_reason) == (True, "三个月未付")
    assert "New orders held" in text_of(client.get(page_of(job)))
    client.post(url("repair:tenant_hold", ref), {"is_on_hold": "no", "reason": "已付"})
    assert TenantTerms.objects.get().is_on_credit_hold is False
    facts = Fact.objects.filter(type="terms.credit_hold_set").order_by("id")
    assert [(fact.data["is_on_credit_hold"], fact.data["why"]) for fact in facts] == [
        (True, "三个月未付"),
        (False, "已付"),
    ]
