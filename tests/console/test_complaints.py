"""A complaint over HTTP, at the tenant's host and at the console: filed, answered, closed; and who sees what of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fleet.models import Complaint as ToldComplaint
from repair.ids import complaint_ref, job_ref, order_ref
from repair.models import Complaint, ComplaintFile
from repair.services import aftercare
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.seed import ensure_membership, ensure_user
from tests.console.test_pages import AtConsole, page_of, text_of, url
from tests.files.test_photos import photo
from tests.repair.world import SYSTEM, VINS, World, fresh, member

PDF = b"%PDF-1.4 not much"
InPortal = Callable[..., Client]


@pytest.fixture
def in_portal(db: None, browser_of: Callable[[str], Client]) -> InPortal:
    """in_portal("acme", "requester"): somebody with this role at a tenant's host."""

    def sign_in(slug: str, role: str) -> Client:
        user = ensure_user(email=f"{role}@{slug}.example", name=f"{slug} {role}")
        ensure_membership(user=user, tenant=Tenant.objects.get(slug=slug), roles=[role])
        client = browser_of(slug)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Any) -> None:
    settings.FILE_STORAGE_URL = f"file://{tmp_path}/files"


def desk_page(complaint: Complaint) -> str:
    return url("repair:complaint", complaint_ref(complaint.pk))


def step(complaint: Complaint, key: str) -> str:
    return url("repair:complaint_step", complaint_ref(complaint.pk), key)


def portal_page(complaint: Complaint, tail: str = "") -> str:
    return f"/complaints/{complaint_ref(complaint.pk)}/{tail}"


def test_from_the_portal_to_the_closed_job(world: World, in_portal: InPortal, at_console: AtConsole) -> None:
    """P15: complained of in the portal, solved at the desk, taken in the portal, closed; then the job closes."""
    job, other = world.delivered(), world.delivered(vin=VINS[1])
    for each in (job, other):
        aftercare.rate_order(
            tenant_id=each.tenant_id, order_id=each.order_id, score=3, comment="", actor=world.ten, now=world.tick()
        )
    requester, service = in_portal("acme", "requester"), at_console("customer_service")
    order = f"/orders/{order_ref(job.order_id)}/"
    form = requester.get(f"{order}complain/")
    assert other.number in text_of(form)  # the same contact, the same day
    sent = {
        "text": "车门有划痕", "wish": "请修好", "contact": "赵师傅", "phone": "13800000000", "orders": order_ref(other.order_id),
        "files": [SimpleUploadedFile("门.jpg", photo()), SimpleUploadedFile("单.pdf", PDF)],
    }  # fmt: skip
    filed = requester.post(f"{order}complain/", sent)
    complaint = Complaint.objects.get()
    assert (filed.status_code, filed["Location"]) == (302, portal_page(complaint))
    assert set(complaint.jobs.values_list("pk", flat=True)) == {job.pk, other.pk}
    assert complaint.number in text_of(requester.get(order))
    assert ComplaintFile.objects.filter(complaint=complaint, is_shown=True).count() == 2
    assert aftercare.close_rated(actor=SYSTEM, now=world.tick()) == 0

    assert complaint.number in text_of(service.get(url("repair:complaints")))
    assert service.post(step(complaint, "investigate")).status_code == 302
    assert service.post(step(complaint, "ask_evidence"), {"text": "请再拍一张"}).status_code == 302
    waiting = text_of(requester.get(portal_page(complaint)))
    assert "请再拍一张" in waiting
    added = requester.post(portal_page(complaint, "add/"), {"text": "补一张"})
    assert added.status_code == 302
    assert service.post(step(complaint, "note"), {"text": "内部：代理疏忽"}).status_code == 302
    too_early = service.post(step(complaint, "give_solution"), {"solution": "重新喷漆", "compensation": "200.00"})
    assert (too_early.status_code, "write down the cause" in text_of(too_early)) == (422, True)
    found = {"cause": "damage", "answerable": "agent", "findings": "倒车刮擦", "measures": "复训", "follow_up": ""}
    assert service.post(f"{desk_page(complaint)}findings/", found).status_code == 302
    solution = {"solution": "重新喷漆", "compensation": "200.00"}
    assert service.post(step(complaint, "give_solution"), solution).status_code == 302

    shown = text_of(requester.get(portal_page(complaint)))
    assert "重新喷漆" in shown and "¥200.00" in shown
    for secret in ("内部：代理疏忽", "倒车刮擦", "复训", "Agent", "Damage"):
        assert secret not in shown
    assert requester.post(portal_page(complaint, "accept/")).status_code == 302
    assert service.post(step(complaint, "close")).status_code == 302
    assert "Complaint closed" in text_of(requester.get(order))
    assert aftercare.close_rated(actor=SYSTEM, now=world.tick()) == 2
    assert [fresh(each).status for each in (job, other)] == ["closed", "closed"]


def test_a_refused_solution_comes_back(world: World, in_portal: InPortal, at_console: AtConsole) -> None:
    complaint = world.complain(world.order())
    service, manager = at_console("lead"), in_portal("acme", "fleet_manager")
    service.post(step(complaint, "investigate"))
    service.post(f"{desk_page(complaint)}findings/", {"cause": "delay", "answerable": "dispatch"})
    service.post(step(complaint, "give_solution"), {"solution": "道歉"})
    assert manager.post(portal_page(complaint, "reopen/"), {"reason": ""}).status_code == 422
    assert manager.post(portal_page(complaint, "reopen/"), {"reason": "不接受"}).status_code == 302
    assert "不接受" in text_of(service.get(desk_page(complaint)))
    assert manager.post(portal_page(complaint, "withdraw/"), {"reason": "算了"}).status_code == 302
    assert Complaint.objects.get().ended_reason == "算了"


def test_wrong_files_are_refused_and_nothing_is_filed(world: World, in_portal: InPortal) -> None:
    job = world.order()
    client = in_portal("acme", "requester")
    path = f"/orders/{order_ref(job.order_id)}/complain/"
    good = {"text": "划痕", "contact": "赵", "phone": "13800000000"}
    for content in (b"MZ\x90 a program", b""):
        answer = client.post(path, {**good, "files": [SimpleUploadedFile("x.jpg", content)]})
        assert (answer.status_code, "x.jpg" in text_of(answer)) == (422, True)
    for wrong in ({"text": ""}, {"phone": "12"}, {"contact": ""}):
        assert client.post(path, {**good, **wrong}).status_code == 422
    assert not Complaint.objects.exists()


def test_a_complaint_is_filed_at_the_desk_for_who_calls(world: World, at_console: AtConsole) -> None:
    job = world.delivered()
    service = at_console("customer_service")
    page = url("repair:complaint_new", job_ref(job.pk))
    assert page in text_of(service.get(page_of(job)))
    assert "赵师傅" in text_of(service.get(page))
    sent = {"source": "phone", "text": "少了行车记录仪", "wish": "", "contact": "赵师傅", "phone": "13800000000"}
    assert service.post(page, {**sent, "text": ""}).status_code == 422
    assert service.post(page, {**sent, "source": "portal"}).status_code == 422
    filed = service.post(page, sent)
    complaint = Complaint.objects.get()
    assert (filed.status_code, filed["Location"], complaint.source) == (302, desk_page(complaint), "phone")
    assert complaint.number in text_of(service.get(page_of(job)))


def test_our_own_papers_are_shown_when_that_is_said(world: World, in_portal: InPortal, at_console: AtConsole) -> None:
    complaint = world.complain(world.order())
    service = at_console("customer_service")
    page = f"{desk_page(complaint)}files/"
    assert service.post(page).status_code == 422
    assert service.post(page, {"files": [SimpleUploadedFile("a.exe", b"MZ")]}).status_code == 422
    assert service.post(page, {"files": [SimpleUploadedFile("内部.pdf", PDF)]}).status_code == 302
    shown = {"files": [SimpleUploadedFile("检验.pdf", PDF)], "is_shown": "yes"}
    assert service.post(page, shown).status_code == 302
    desk = text_of(service.get(desk_page(complaint)))
    book = text_of(in_portal("acme", "viewer").get(portal_page(complaint)))
    assert ("内部.pdf" in desk, "检验.pdf" in desk) == (True, True)
    assert ("内部.pdf" in book, "检验.pdf" in book) == (False, True)


def test_customers_data_is_for_customer_service_and_the_lead(world: World, at_console: AtConsole) -> None:
    job = world.delivered()
    complaint = world.complain(job)
    pages = [
        url("repair:complaints"), url("repair:complaint_report"), desk_page(complaint), step(complaint, "investigate"),
        url("repair:complaint_new", job_ref(job.pk)),
    ]  # fmt: skip
    for role in ("customer_service", "lead"):
        client = at_console(role)
        assert [client.get(page).status_code for page in pages] == [200] * len(pages)
    for role in ("dispatcher", "inspector", "claims", "finance", "workshop", "agent"):
        client = at_console(role, world.north.pk if role == "workshop" else None)
        assert [client.get(page).status_code for page in pages] == [403] * len(pages)
        assert client.post(step(complaint, "investigate")).status_code == 403
    assert Complaint.objects.get().status == "open"
    watched = text_of(at_console("dispatcher").get(page_of(job)))  # they know that there is one, and no more
    assert complaint.number in watched and "车门有划痕" not in watched and desk_page(complaint) not in watched


def test_another_tenants_complaint_is_not_there(world: World, pacific: Tenant, in_portal: InPortal) -> None:
    theirs = world.open(world.line(vin=VINS[1]), tenant=pacific, actor=member(pacific))[0]
    hidden = world.complain(theirs, tenant=pacific, text="太平洋的秘密")
    manager = in_portal("acme", "fleet_manager")
    assert "太平洋的秘密" not in text_of(manager.get("/complaints/"))
    for path in (
        portal_page(hidden),
        portal_page(hidden, "accept/"),
        f"/orders/{order_ref(theirs.order_id)}/complain/",
    ):
        assert manager.get(path).status_code == 404
    for tail in ("accept/", "reopen/", "withdraw/", "add/"):
        assert manager.post(portal_page(hidden, tail), {"reason": "x", "text": "x"}).status_code == 404
    with tenant_context(world.tenant):
        assert not ToldComplaint.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("requester", 302), ("approver", 302), ("viewer", 403), ("finance", 403)])
def test_who_may_complain(world: World, in_portal: InPortal, role: str, status: int) -> None:
    job = world.order()
    client = in_portal("acme", role)
    order = f"/orders/{order_ref(job.order_id)}/"
    assert ("complain/" in text_of(client.get(order))) is (status == 302)
    sent = {"text": "划痕", "contact": "赵", "phone": "13800000000"}
    assert client.post(f"{order}complain/", sent).status_code == status
    assert Complaint.objects.exists() is (status == 302)
    assert client.get("/complaints/").status_code == 200


def test_lists_and_reports_cost_the_same_however_many(world: World, at_console: AtConsole) -> None:
    service = at_console("lead")
    pages = (url("repair:complaints"), url("repair:complaint_report"), f"{url('repair:complaints')}?q=车门&group=late")
    costs: list[list[int]] = []
    for count in (1, 3):
        while Complaint.objects.count() < count:
            world.complain(world.order(vin=VINS[Complaint.objects.count()]))
        costs.append([])
        for page in pages:
            with CaptureQueriesContext(connection) as seen:
                assert service.get(page).status_code == 200
            costs[-1].append(len(seen))
    assert costs[0] == costs[1]
