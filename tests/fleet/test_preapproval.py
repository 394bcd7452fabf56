"""What is approved beforehand counts toward the submitter's limit; otherwise one column would pass by every limit."""

import csv
import io
from pathlib import Path

import pytest

from fleet.errors import AboveLimit
from tests.fleet.conftest import Desk, make_actor

ORDERS = Path(__file__).parents[1] / "data" / "orders.csv"


def with_preapproval(yuan: str) -> bytes:
    """Two sample rows with an amount approved beforehand."""
    with ORDERS.open(encoding="utf-8-sig", newline="") as file:
        rows = [{**row, "pre_approved_up_to": yuan} for row in list(csv.DictReader(file))[:2]]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize(("role", "yuan"), [("requester", "0.01"), ("fleet_manager", "20000.01")])
def test_nobody_approves_beforehand_more_than_when_asked(desk: Desk, role: str, yuan: str) -> None:
    desk.actor = make_actor(desk.tenant, role)
    batch = desk.upload(with_preapproval(yuan))
    with pytest.raises(AboveLimit, match="Line 2"):
        desk.submit(batch)
    assert desk.read(batch).submitted_at is None


def test_within_the_limit_it_is_the_tenants_word(desk: Desk) -> None:
    batch = desk.submit(desk.upload(with_preapproval("20000")))
    assert batch.submitted_at is not None
