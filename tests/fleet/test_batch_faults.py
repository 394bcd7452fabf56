"""A batch that fails on its way: crashes, holds, files that cannot be taken, checks that were overtaken."""

from datetime import timedelta
from typing import Any

import pytest

from events.ids import new_id
from files.models import StoredFile
from fleet.errors import OnCreditHold, Superseded
from fleet.intake.columns import COLUMNS
from fleet.intake.reading import FileRefused
from fleet.intake.refusals import explain_file
from fleet.models import Batch, BatchRow
from fleet.services import checking, rollback, sweeping
from fleet.services.attempts import MOST_ATTEMPTS
from fleet.services.checking import begin_check, check_file, lock_run
from fleet.services.opening import open_orders
from fleet.services.receiving import receive_batch
from fleet.services.rollback import roll_back_orders, rollback_batch
from fleet.services.submitting import resume_batch
from fleet.services.sweeping import list_left, sweep_tenants
from partners.desk.models import TenantTerms
from tenants.context import place_of, tenant_context
from tenants.postgresql.base import current_wrapper
from tests.fleet.conftest import Desk
from tests.fleet.test_batches import as_csv, lines_of, states_of, status_of


def test_a_roll_back_that_fails_again_and_again_waits_for_a_person(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of())))
    with tenant_context(desk.tenant):
        rollback_batch(batch_id=batch.pk, reason="发错文件", actor=desk.actor, now=desk.now)

    def crash(**_kwargs: Any) -> None:
        raise OSError("as if the database were gone")

    later = desk.now + timedelta(minutes=5)
    with monkeypatch.context() as patch:
        patch.setattr(rollback, "cancel_orders", crash)
        for _attempt in range(MOST_ATTEMPTS):
            with pytest.raises(OSError, match="gone"):
                roll_back_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
        with tenant_context(desk.tenant):
            assert list_left(now=later) == [(batch.pk, "roll_back_batch")]
        roll_back_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    assert desk.read(batch).halt
    with tenant_context(desk.tenant):
        assert list_left(now=later) == []
        resume_batch(batch_id=batch.pk, actor=desk.actor, now=desk.now)
    roll_back_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    assert status_of(desk, batch) == "rolled_back"


def test_a_check_that_crashes_again_and_again_does_not_blame_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = receive_batch(
        name="a.csv", content=as_csv(lines_of()), policy=None, channel="portal", actor=desk.actor, now=desk.now
    )

    def crash(**_kwargs: Any) -> None:
        raise OSError("no storage")

    monkeypatch.setattr(checking, "read_file", crash)
    for _attempt in range(MOST_ATTEMPTS):
        with pytest.raises(OSError, match="no storage"):
            check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    batch = desk.read(batch)
    assert (batch.status, batch.refusal) == ("refused_file", {"code": "check_failed", "params": {}})


def test_a_refusal_stops_quietly_when_a_newer_check_has_begun(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = receive_batch(
        name="a.csv", content=as_csv(lines_of()), policy=None, channel="portal", actor=desk.actor, now=desk.now
    )

    def refuse_late(**_kwargs: Any) -> None:
        begin_check(tenant=desk.tenant, batch_id=batch.pk, now=desk.now)
        raise FileRefused("not_a_table")

    monkeypatch.setattr(checking, "read_orders", refuse_late)
    check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    assert desk.read(batch).status == "validating"


def test_one_bad_tenant_or_batch_stops_no_sweep(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = new_id(), new_id()
    woken: list[object] = []

    def left(*, now: object) -> list[Any]:
        if current_wrapper().wanted == place_of(desk.tenant):
            raise OSError("a bad tenant")
        return [(first, "check_batch"), (second, "check_batch")]

    def wake(_task: str, _tenant: object, batch_id: object) -> None:
        if batch_id == first:
            raise ConnectionRefusedError
        woken.append(batch_id)

    monkeypatch.setattr(sweeping, "list_left", left)
    monkeypatch.setattr(sweeping, "wake", wake)
    assert sweep_tenants(now=desk.now) == 1
    assert woken == [second]
    assert f"next time: {desk.tenant}" in caplog.text
    assert str(first) in caplog.text


def test_a_tenant_on_credit_hold_is_told_kindly(desk: Desk) -> None:
    batch = desk.upload(as_csv(lines_of()))
    TenantTerms.objects.update_or_create(tenant=desk.tenant, defaults={"is_on_credit_hold": True})
    with pytest.raises(OnCreditHold) as refused:
        desk.submit(batch)
    assert "finance" in refused.value.message
    assert desk.read(batch).status == "ready"


def test_a_hold_that_begins_after_the_submit_halts_the_batch_until_it_is_lifted(desk: Desk) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of())), is_opened=False)
    TenantTerms.objects.update_or_create(tenant=desk.tenant, defaults={"is_on_credit_hold": True})
    open_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    halted = desk.read(batch)
    assert halted.halt
    assert halted.opened_at is None
    TenantTerms.objects.update(is_on_credit_hold=False)
    with tenant_context(desk.tenant):
        resume_batch(batch_id=batch.pk, actor=desk.actor, now=desk.now)
    open_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    assert desk.read(batch).opened_at is not None


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", ",".join(COLUMNS).encode() + b'\n"R1,x\n', "unclosed_quote"),
        ("a.xlsm", b"PK\x03\x04", "macros"),
        ("a.pdf", b"%PDF-1.7 ...", "not_a_table"),
        ("a.csv", b"external_ref,plate\nR1,x\n", "missing_columns"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_its_reason(
    desk: Desk, name: str, content: bytes, code: str
) -> None:
    batch = desk.upload(content, name=name)
    assert batch.status == "refused_file"
    assert batch.refusal is not None
    assert batch.refusal["code"] == code
    message, fix = explain_file(**batch.refusal)
    assert message
    assert fix
    with tenant_context(desk.tenant):
        assert not BatchRow.objects.exists()


@pytest.mark.parametrize("size", [0, 50 * 1024 * 1024])
def test_a_file_of_an_impossible_size_is_refused_before_anything_is_stored(desk: Desk, size: int) -> None:
    with pytest.raises(FileRefused):
        receive_batch(name="a.csv", content=bytes(size), policy=None, channel="portal", actor=desk.actor, now=desk.now)
    with tenant_context(desk.tenant):
        assert not Batch.objects.exists()
    assert not StoredFile.objects.exists()


def test_what_cannot_be_stored_as_text_is_an_error_of_the_row_and_not_of_the_server(desk: Desk) -> None:
    rows = lines_of()
    rows[0]["notes"], rows[1]["vin"] = "a\x00b", "LSV\x0042183R20000\x01"
    batch = desk.upload(as_csv(rows))
    assert batch.status == "needs_fixes"
    assert states_of(desk, batch)[2] == "rejected"


def test_an_older_check_stops_when_a_newer_one_has_begun(desk: Desk) -> None:
    batch = receive_batch(
        name="a.csv", content=as_csv(lines_of()), policy=None, channel="portal", actor=desk.actor, now=desk.now
    )
    old = begin_check(tenant=desk.tenant, batch_id=batch.pk, now=desk.now)
    new = begin_check(tenant=desk.tenant, batch_id=batch.pk, now=desk.now)
    assert old is not None
    assert new is not None
    with tenant_context(desk.tenant):
        with pytest.raises(Superseded):
            lock_run(old)
        assert lock_run(new).run == 2


def test_the_sweep_finds_what_nobody_works_on(desk: Desk) -> None:
    checked = desk.upload(as_csv(lines_of()))
    waiting = receive_batch(
        name="a.csv", content=as_csv(lines_of()), policy=None, channel="portal", actor=desk.actor, now=desk.now
    )
    desk.submit(checked, is_opened=False)
    with tenant_context(desk.tenant):
        assert list_left(now=desk.now) == []
        left = list_left(now=desk.now + timedelta(minutes=5))
    assert sorted(left) == sorted([(waiting.pk, "check_batch"), (checked.pk, "open_batch")])
