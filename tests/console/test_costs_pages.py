"""What a job costs on the desk's pages: for whom it is meant, how money laid out gets there, and how a fee is let go."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from events.ids import public_id
from repair.ids import job_ref
from repair.models import Disbursement, Fee, Job, JobCost
from repair.services import changing
from tenants.actors import StaffRole
from tenants.people.seed import ensure_staff
from tests.repair.prices import publish_prices, set_vat
from tests.repair.world import VINS, World, fresh

AtConsole = Callable[..., Client]


def url(name: str, *args: Any) -> str:
    return reverse(f"repair:{name}", urlconf="config.urls_console", args=args)


def photo() -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "green").save(buffer, "JPEG")
    return SimpleUploadedFile("receipt.jpg", buffer.getvalue(), content_type="image/jpeg")


def sent(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "toll", "amount": "35.50", "paid_on": world.now.date().isoformat(), "is_in_customers_name": "on",
        "receipt": photo(), "submission": str(uuid4()), **changes,
    }  # fmt: skip


def page(client: Client, job: Job) -> str:
    return str(client.get(url("job", job_ref(job.pk))).content.decode())


def test_a_workshop_reads_no_price_of_the_card_and_no_payer(world: World, at_console: AtConsole) -> None:
    set_vat(world.now)
    publish_prices(world.now)
    job = world.in_repair()
    for role in ("dispatcher", "lead", "customer_service", "finance", "claims", "inspector"):
        text = page(at_console(role), job)
        assert "Costs so far" in text and "standard card, version 1" in text and "1 km" in text, role
    text = page(at_console("workshop", job.workshop_id), job)
    assert job.number in text
    for words in ("Costs", "standard card", "Pays", "Money laid out"):
        assert words not in text, words


def test_a_dispatcher_notes_money_with_its_receipt(world: World, at_console: AtConsole) -> None:
    job, client = world.in_custody(), at_console("dispatcher")
    path = url("outlay", job_ref(job.pk))
    assert client.get(path).status_code == 200
    for wrong in ({"receipt": SimpleUploadedFile("x.jpg", b"no photo")}, {"amount": "0"}, {"amount": "1.005"}, {"receipt": ""},
                  {"amount": "501"}, {"submission": "x"}):  # fmt: skip
        assert client.post(path, sent(world, **wrong)).status_code == 422, wrong
    assert not Disbursement.objects.exists()
    same = sent(world)
    assert client.post(path, same).status_code == 302
    assert client.post(path, {**same, "receipt": photo()}).status_code == 302
    paid = Disbursement.objects.get()
    assert (paid.amount_fen, paid.recorded_by) == (3_550, "the dispatcher")
    assert "¥35.50" in page(client, job)
    strike = url("outlay_strike", job_ref(job.pk), paid.ref)
    assert client.post(strike, {"reason": ""}).status_code == 422
    assert client.post(strike, {"reason": "重复"}).status_code == 302
    assert JobCost.objects.filter(job=job, kind="laid_out", superseded_at=None).count() == 0
    other = world.in_custody(vin=VINS[1])
    assert client.get(url("outlay_strike", job_ref(other.pk), paid.ref)).status_code == 404
    assert client.get(url("outlay_strike", job_ref(job.pk), public_id("dsb", job.pk))).status_code == 404


def test_an_agent_notes_it_on_his_phone(world: World) -> None:
    job = world.in_custody()
    leg = public_id("leg", world.leg(job).pk)
    own, others = (agent.user for agent in (world.li, world.wu) if agent.user is not None)
    for user in (own, others):
        ensure_staff(user=user, roles=[StaffRole.AGENT.value])
    client, other = (Client(headers={"host": "ops.baylink.localhost", "accept-language": "en"}) for _ in range(2))
    client.force_login(own)
    other.force_login(others)
    path = url("handover_outlay", leg)
    assert url("handover_outlay", leg) in client.get(url("handover", leg)).content.decode()
    assert client.get(path).status_code == 200 and other.get(path).status_code == 404
    assert other.post(path, sent(world)).status_code == 404
    assert client.post(path, sent(world, kind="parking")).headers["Location"] == url("handover", leg)
    assert Disbursement.objects.get().recorded_by == own.name


def test_a_lead_waives_a_fee(world: World, at_console: AtConsole) -> None:
    publish_prices(world.now)
    job = world.in_repair()
    client = at_console("lead")
    changing.stop_job(job_id=job.pk, reason="卖车", actor=world.ten, now=world.tick(), tenant_id=world.tenant.pk)
    path = url("fee_waive", job_ref(job.pk), "stop")
    assert path in page(client, job) and path not in page(at_console("dispatcher"), job)
    assert client.post(path, {"reason": "老客户"}).status_code == 302
    assert Fee.objects.get().waived_by == "the lead"
    assert client.post(path, {"reason": "again"}).status_code == 403
    assert client.get(url("fee_waive", job_ref(job.pk), "diagnosis")).status_code == 404


def test_a_dispatcher_says_that_it_is_at_our_own_wish(world: World, at_console: AtConsole) -> None:
    publish_prices(world.now)
    client = at_console("dispatcher")
    ours, theirs = world.name(world.order()), world.name(world.order(vin=VINS[1]), agent=world.wu)
    for job, more in ((ours, {"is_free": "on"}), (theirs, {})):
        assert client.post(url("step", job_ref(job.pk), "cancel"), {"reason": "停运", **more}).status_code == 302
        assert fresh(job).status == "cancelled"
    amounts = JobCost.objects.filter(kind="cancellation").values_list("job_id", "amount_fen")
    assert list(amounts) == [(theirs.pk, 3_000)]
