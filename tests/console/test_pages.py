"""The operator's pages: who may read them, what they cost, and what their steps do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.ids import new_id, public_id
from events.models import Fact
from files.models import StoredFile
from partners.desk.models import TenantTerms
from repair.ids import complaint_ref, incident_ref, job_ref
from repair.models import Disbursement, Fee, Incident, InsurancePolicy, Job, ScopeRule
from repair.selectors.jobs import read_reports
from repair.services import collecting
from repair.urls import urlpatterns
from tenants.actors import StaffRole
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
    "repair:outlay": {"dispatcher", "lead"},
    "repair:outlay_strike": {"dispatcher", "lead", "finance"},
    "repair:fee_waive": {"lead", "finance"},
    "repair:scope_rules": DESK | {"claims"},
    "repair:scope_rule_new": {"lead"},
    "repair:scope_try": DESK | {"claims"},
    "repair:scope_rule": DESK | {"claims"},
    "repair:workshops": DESK | {"workshop"},
    "repair:complaints": {"customer_service", "lead"},
    "repair:complaint_report": {"customer_service", "lead"},
    "repair:complaint": {"customer_service", "lead"},
    "repair:complaint_step": {"customer_service", "lead"},
    "repair:complaint_new": {"customer_service", "lead"},
    "repair:incidents": WATCHERS | {"workshop"},
    "repair:incident": WATCHERS | {"workshop"},
    "repair:incident_report": WATCHERS | {"workshop"},
    "repair:incident_judge": {"dispatcher", "lead"},
    "repair:insurance": WATCHERS,
    "repair:cover_gaps": WATCHERS,
    "repair:policy": WATCHERS,
    "repair:policy_new": {"lead", "finance"},
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


def paid_of(world: World, job: Job) -> Disbursement:
    """Money laid out for a job."""
    file = StoredFile.objects.create(
        tenant=job.tenant, name="r.jpg", purpose="receipt", content_type="image/jpeg", size_bytes=1, sha256="0" * 64,
        key=f"r/{new_id()}", created_by="x", created_at=world.now, picture={},
    )  # fmt: skip
    return Disbursement.objects.create(
        job=job, kind="toll", amount_fen=3_500, paid_on=world.now.date(), receipt=file, recorded_by="x",
        recorded_at=world.now, submission=new_id(),
    )  # fmt: skip


def incident_of(world: World, job: Job) -> Incident:
    """A file over a job."""
    values = {
        "kind": "damage",
        "text": "划痕",
        "happened_at": world.now,
        "status_since": world.now,
        "reported_at": world.now,
    }
    return Incident.objects.get_or_create(job=job, no=1, defaults={**values, "reported_by": "x"})[0]


def policy_of(world: World) -> InsurancePolicy:
    """A policy of the operator's."""
    values = {"kinds": ["custody"], "starts_at": world.now, "ends_at": world.now + timedelta(days=1), "limit_fen": 100}
    entered = {**values, "entered_by": "x", "entered_at": world.now}
    return InsurancePolicy.objects.get_or_create(insurer="x", number="1", defaults=entered)[0]


def fee_of(world: World, job: Job) -> Fee:
    """A fee of a job."""
    return Fee.objects.create(job=job, kind="stop", noted_at=world.now)


# --- doors --------------------------------------------------------------------------------------------------------------


OF_AGENTS = {
    "repair:day": 0, "repair:handover_worker": 0, "repair:handover": 1, "repair:handover_photo": 1, "repair:handover_draft": 1,
    "repair:handover_step": 2, "repair:handover_outlay": 1,
}  # fmt: skip
"""The pages of agents, each with how many arguments its address has."""


def test_the_matrix_knows_every_page() -> None:
    posted = {"repair:scope_switch", "repair:estimate_save", "repair:estimate_send", "repair:estimate_photo"}
    posted |= {"repair:complaint_findings", "repair:complaint_files", "repair:incident_close", "repair:policy_end"}
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
    complaint = complaint_ref(world.complain(job).pk)
    args = {
        "repair:job": [job_ref(job.pk)],
        "repair:step": [job_ref(job.pk), "hold"],
        "repair:estimate": [job_ref(job.pk)],
        "repair:receive": [job_ref(job.pk)],
        "repair:quality": [job_ref(job.pk)],
        "repair:note": [job_ref(job.pk)],
        "repair:give": [job_ref(job.pk)],
        "repair:complaint": [complaint],
        "repair:complaint_step": [complaint, "note"],
        "repair:complaint_new": [job_ref(job.pk)],
        "repair:outlay": [job_ref(job.pk)],
        "repair:outlay_strike": [job_ref(job.pk), paid_of(world, job).ref],
        "repair:fee_waive": [job_ref(job.pk), fee_of(world, job).kind],
        "repair:incident": [incident_ref(incident_of(world, job).pk)],
        "repair:incident_report": [job_ref(job.pk)],
        "repair:incident_judge": [incident_ref(incident_of(world, job).pk)],
        "repair:policy": [public_id("ins", policy_of(world).pk)],
        "repair:scope_rule": [public_id("scr", rule_of().pk)],
        "repair:tenant": [public_id("ten", world.tenant.pk)],
        "repair:tenant_hold": [public_id("ten", world.tenant.pk)],
    }.get(name, [])
    for role in StaffRole:
        workshop_id = job.workshop_id if role == StaffRole.WORKSHOP else None
        answer = at_console(role.value, workshop_id).get(url(name, *args))
        allowed = answer.status_code in {200, 409}  # 409: a step that is somebody else's is named, with the way back
        # back to the job: it is not the time yet
        early = {
            "repair:incident_report",
            "repair:estimate",
            "repair:receive",
            "repair:quality",
            "repair:note",
            "repair:give",
        }
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
