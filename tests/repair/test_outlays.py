"""Money laid out for a customer: at cost, with its receipt, once."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from PIL import Image

from events.machine import TransitionError
from events.models import Fact
from files.photos import keep_photo
from fleet.models import OrderPhoto
from partners.desk.models import TenantTerms
from repair.models import Disbursement, Job
from repair.selectors.costs import read_bill
from repair.services import laying_out
from repair.services.laying_out import Outlay
from tenants.actors import Actor, StaffRole
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.repair.prices import cancel, check, costs
from tests.repair.world import VINS, World, fresh, staff

LEAD = staff(StaffRole.LEAD)


def picture_of(colour: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def receipt(world: World, tenant: Tenant | None = None, colour: str = "red") -> Any:
    return keep_photo(
        tenant=tenant or world.tenant,
        name="r.jpg",
        content=picture_of(colour),
        purpose="receipt",
        actor=world.dsp,
        now=world.now,
    )


def outlay(world: World, **changes: Any) -> Outlay:
    values = {"kind": "toll", "amount_fen": 3_500, "paid_on": world.now.date()}
    return Outlay(**{**values, **changes})


def lay_out(world: World, job: Job, *, actor: Actor | None = None, **changes: Any) -> Disbursement:
    key = changes.pop("receipt_id", None) or receipt(world).pk
    submission = changes.pop("submission", None) or uuid4()
    return laying_out.lay_out(
        job_id=job.pk, outlay=outlay(world, **changes), receipt_id=key, submission=submission, actor=actor or world.dsp,
        now=world.tick(),
    )  # fmt: skip


def test_money_laid_out_is_charged_at_cost_and_shown_with_its_receipt(priced: World) -> None:
    job = priced.in_custody()
    paid = lay_out(priced, job, actor=priced.agent(), kind="fine", amount_fen=20_000)
    lay_out(priced, job, receipt_id=receipt(priced, colour="blue").pk, is_in_customers_name=False)
    bill = read_bill(fresh(job))
    assert [(line.operation, line.amount_fen, line.tax_fen) for line in bill.lines[2:]] == [
        ("fine", 20_000, 0),
        ("toll", 3_500, 198),
    ]
    with tenant_context(priced.tenant):
        shown = list(OrderPhoto.objects.filter(order=job.order_id, kind="receipt").values_list("file_id", "shot"))
    assert (paid.receipt_id, "fine") in shown and len(shown) == 2
    laying_out.strike_out(job_id=job.pk, disbursement_id=paid.pk, reason="重复", actor=priced.dsp, now=priced.tick())
    assert [name for name, _fen in costs(job)][2:] == ["laid_out toll"]
    with pytest.raises(ValidationError, match="already"):
        laying_out.strike_out(job_id=job.pk, disbursement_id=paid.pk, reason="x", actor=priced.dsp, now=priced.tick())
    assert [
        fact.data["struck_reason"] for fact in Fact.objects.filter(type="disbursement.recorded").order_by("id")
    ] == ["", "", "重复"]
    assert check() == "0 differences"


def test_the_same_sending_again_is_noted_once(priced: World) -> None:
    job, key, file = priced.in_custody(), uuid4(), receipt(priced)
    first = lay_out(priced, job, submission=key, receipt_id=file.pk)
    assert lay_out(priced, job, submission=key, receipt_id=file.pk).pk == first.pk
    with pytest.raises(ValidationError, match="photo of the receipt"):
        lay_out(priced, job, receipt_id=file.pk)
    assert Disbursement.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"amount_fen": 0}, "amount"),
        ({"amount_fen": 10_000_001, "agreed_by": "王晨"}, "amount"),
        ({"amount_fen": 50_001}, "agreed_by"),
        ({"days": 1}, "paid_on"),
        ({"days": -400}, "paid_on"),
    ],
)
def test_an_outlay_that_cannot_be(changes: dict[str, Any], field: str, priced: World) -> None:
    job = priced.in_custody()
    if "days" in changes:
        changes = {"paid_on": (priced.now + timedelta(days=changes["days"])).date()}
    with pytest.raises(ValidationError) as caught:
        lay_out(priced, job, **changes)
    assert list(caught.value.message_dict) == [field]
    assert not Disbursement.objects.exists()


def test_above_its_limit_a_customer_must_have_agreed(priced: World) -> None:
    job = priced.in_custody()
    TenantTerms.objects.update_or_create(tenant=priced.tenant, defaults={"lays_out_up_to_fen": 1_000})
    with pytest.raises(ValidationError, match=r"¥10\.00"):
        lay_out(priced, job, amount_fen=1_001)
    assert lay_out(priced, job, amount_fen=1_001, agreed_by="王晨，电话").agreed_by == "王晨，电话"


def test_whose_money_and_whose_receipt(priced: World, pacific: Tenant) -> None:
    job = priced.in_custody()
    for actor, error in (
        (priced.ten, PermissionDenied),
        (priced.ws(job), PermissionDenied),
        (priced.agent(priced.wu), TransitionError),
    ):
        with pytest.raises(error):
            lay_out(priced, job, actor=actor)
    with pytest.raises(ValidationError, match="photo of the receipt"):
        lay_out(priced, job, receipt_id=receipt(priced, tenant=pacific).pk)
    cancelled = priced.order(vin=VINS[1])
    cancel(priced, cancelled)
    with pytest.raises(ValidationError, match="ended"):
        lay_out(priced, cancelled)
    assert not Disbursement.objects.exists()
