"""The mail to approvers: to whom, what it says and leads to, once, and never for what is decided or another tenant's."""

import pytest

from events.delivering import catch_up
from fleet.models import ApprovalLimit
from messages.models import Mail
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.members import join
from tests.fleet.world import estimated, moved, place, ref, tell

pytestmark = pytest.mark.django_db


def ask(tenant: Tenant, *amounts: int) -> str:
    """An order whose estimate waits; its public id."""
    (order,) = place(tenant)
    tell(tenant, moved(order.order_id, jobs.AWAITING_APPROVAL), estimated(order.order_id, *amounts))
    return ref(order.order_id)


def mails() -> list[str]:
    return list(Mail.objects.order_by("to").values_list("to", flat=True))


def test_those_whose_limit_covers_it_get_one_mail_each_with_the_way_to_the_decision(
    acme: Tenant, pacific: Tenant
) -> None:
    for role in ("viewer", "requester", "finance", "admin"):
        join(acme, role)
    join(acme, "approver", language="en")
    join(acme, "fleet_manager", language="zh-hans")
    join(pacific, "approver")
    order = ask(acme, 300_000, 12_345)
    for _again in range(2):
        catch_up(name="approval_mail", tenant_id=acme.pk)
        catch_up(name="approval_mail", tenant_id=pacific.pk)
    assert mails() == ["approver@acme.example", "fleet_manager@acme.example"]
    english, chinese = Mail.objects.order_by("to")
    assert english.subject == "BL2611-000001: ¥3,123.45 waits for your approval"
    assert f"acme.baylink.localhost:8000/orders/{order}/estimates/1/" in english.body_text.replace(":80/", ":8000/")
    assert "沪A00001" in english.body_html
    assert chinese.subject == "BL2611-000001：¥3,123.45 待您审批"


@pytest.mark.parametrize(
    ("amount", "asked"), [(500_001, "fleet_manager"), (2_000_001, "admin"), (1_000_000_000_001, "admin")]
)
def test_above_the_limit_of_one_the_next_is_asked(acme: Tenant, amount: int, asked: str) -> None:
    for role in ("fleet_manager", "admin"):
        join(acme, role)
    ask(acme, amount)
    catch_up(name="approval_mail", tenant_id=acme.pk)
    assert mails() == [f"{asked}@acme.example"]


def test_with_no_limit_at_all_those_are_asked_who_may_cut_or_reject(acme: Tenant) -> None:
    join(acme, "approver")
    with tenant_context(acme):
        for role in ("approver", "fleet_manager", "admin"):
            ApprovalLimit.objects.create(role=role, up_to_fen=None)
    ask(acme, 100)
    catch_up(name="approval_mail", tenant_id=acme.pk)
    assert mails() == ["approver@acme.example"]


def test_what_is_over_when_the_log_is_read_is_not_asked_for(acme: Tenant) -> None:
    join(acme, "approver")
    (order,) = place(acme)
    tell(acme, moved(order.order_id, jobs.AWAITING_APPROVAL), estimated(order.order_id, 100))
    tell(acme, moved(order.order_id, jobs.APPROVED))
    catch_up(name="approval_mail", tenant_id=acme.pk)
    assert mails() == []


def test_who_has_left_gets_none(acme: Tenant) -> None:
    user = join(acme, "approver")
    user.memberships.update(is_active=False)
    ask(acme, 100)
    catch_up(name="approval_mail", tenant_id=acme.pk)
    assert mails() == []
