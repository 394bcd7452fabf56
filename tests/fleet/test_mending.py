"""Cells typed over: checked at once beside the rest of their batch; the second of two menders is told what the first did."""

import pytest
from django.http import Http404

from events.book.models import Entry
from events.machine import TransitionError
from fleet.errors import NotValid, RowChanged
from fleet.models import Batch, BatchRow
from fleet.selectors.grid import RowFilter, count_faults, filter_rows
from fleet.services import mending
from fleet.services.checking import check_file
from fleet.services.mending import mend_rows, replace_value
from fleet.services.seen import Mended
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.test_batch_races import together
from tests.fleet.test_batches import as_csv, lines_of


def mend(desk: Desk, batch: Batch, cells: dict[int, dict[str, str]], **more: object) -> Batch:
    with tenant_context(desk.tenant):
        mend_rows(batch_id=batch.pk, cells=cells, actor=desk.actor, now=desk.now, **more)  # type: ignore[arg-type]
    return desk.read(batch)


def codes(desk: Desk, batch: Batch) -> dict[int, list[tuple[str, str]]]:
    with tenant_context(desk.tenant):
        rows = batch.rows.order_by("line").values_list("line", "errors")
        return {line: [(e["field"], e["code"]) for e in errors] for line, errors in rows if errors}


def checked_anew(desk: Desk, batch: Batch) -> tuple[dict[int, tuple[object, ...]], dict[int, tuple[object, ...]]]:
    """The rows as they are, and as a check of the whole file with its mends makes them."""

    def read() -> dict[int, tuple[object, ...]]:
        with tenant_context(desk.tenant):
            rows = BatchRow.objects.filter(batch=batch).order_by("line")
            names = (
                "status",
                "external_ref",
                "cells",
                "asked",
                "errors",
                "warnings",
                "order_id",
                "search",
                "mended_by",
            )
            return {row.line: (*(getattr(row, n) for n in names), bytes(row.digest or b"")) for row in rows}

    before = read()
    with tenant_context(desk.tenant):
        Batch.objects.filter(pk=batch.pk).update(status="validating")
    check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    return before, read()


def test_a_few_rows_are_checked_as_the_whole_file_would_be(desk: Desk) -> None:
    batch = desk.send("orders-dirty.csv")
    faults = codes(desk, batch)
    right = {"vin": "LSVNV2183R2000004", "site_code": "SH-SJ", "phone": "13900001234", "service": "repair"}
    cells = {
        line: {field: right[field] for field, _code in found if field in right}
        for line, found in faults.items()
        if any(field in right for field, _code in found)
    }
    assert len(cells) > 5
    batch = mend(desk, batch, cells)
    assert batch.run == 1
    before, after = checked_anew(desk, batch)
    assert before == after
    counts = desk.read(batch)
    assert (counts.valid, counts.rejected, counts.warned) == (batch.valid, batch.rejected, batch.warned)


def test_who_mended_is_said_and_counts_follow(desk: Desk) -> None:
    rows = lines_of()
    right, rows[1]["vin"], rows[2]["phone"] = rows[1]["vin"], "LSV", "12"
    batch = desk.upload(as_csv(rows))
    assert (batch.status, batch.valid, batch.rejected) == ("needs_fixes", 1, 2)
    batch = mend(desk, batch, {3: {"vin": right}})
    assert (batch.status, batch.valid, batch.rejected) == ("needs_fixes", 2, 1)
    batch = mend(desk, batch, {4: {"phone": "13900001234"}})
    assert (batch.status, batch.valid, batch.rejected) == ("ready", 3, 0)
    with tenant_context(desk.tenant):
        row = batch.rows.get(line=3)
        assert (row.mended_by, row.mended_at) == (desk.actor.name, desk.now)
        told = list(Entry.objects.order_by("seq").values_list("type", flat=True))
    assert told[-4:] == ["batch.mended", "batch.checked"] * 2
    with tenant_context(desk.tenant):  # what was mended can be mended again
        mend_rows(batch_id=batch.pk, cells={3: {"vin": "LSV"}}, actor=desk.actor, now=desk.now)
    assert codes(desk, batch) == {3: [("vin", "vin_length")]}
    assert desk.read(batch).status == "needs_fixes"


def test_a_reference_that_is_free_again_frees_the_row_that_waited_for_it(desk: Desk) -> None:
    rows = lines_of()
    rows[0]["vin"] = "LSV"
    rows[1]["external_ref"] = rows[0]["external_ref"]
    batch = desk.upload(as_csv(rows))
    assert codes(desk, batch)[3] == [("external_ref", "duplicate_in_file")]
    batch = mend(desk, batch, {2: {"external_ref": "NEW-1"}})
    assert codes(desk, batch) == {2: [("vin", "vin_length")]}
    batch = mend(desk, batch, {2: {"external_ref": rows[2]["external_ref"]}})
    assert ("external_ref", "duplicate_in_file") in codes(desk, batch)[2]


def test_the_second_mender_of_a_cell_is_told_what_the_first_did(desk: Desk) -> None:
    rows = lines_of()
    right, rows[1]["vin"] = rows[1]["vin"], "LSV"
    batch = desk.upload(as_csv(rows))
    mend(desk, batch, {3: {"vin": "LSVN"}}, seen={3: {"vin": "LSV"}})
    with pytest.raises(RowChanged) as refused:
        mend(desk, batch, {3: {"vin": right}}, seen={3: {"vin": "LSV"}})
    assert refused.value.params == {"line": 3, "by": "王娟平", "field": "vin", "text": "LSVN"}
    assert "王娟平" in refused.value.message
    assert "LSVN" in refused.value.message
    assert codes(desk, batch) == {3: [("vin", "vin_length")]}
    mend(desk, batch, {3: {"notes": "急"}}, seen={3: {"notes": ""}})  # another cell of the row is no quarrel
    assert mend(desk, batch, {3: {"vin": right}}, seen={3: {"vin": "LSVN"}}).status == "ready"


def test_two_menders_at_once_are_heard_one_after_the_other(own_desk: Desk) -> None:
    rows = lines_of()
    right, rows[1]["vin"], rows[2]["phone"] = rows[1]["vin"], "LSV", "12"
    batch = own_desk.upload(as_csv(rows))

    def change(cells: dict[int, dict[str, str]], seen: dict[int, dict[str, str]]) -> None:
        with tenant_context(own_desk.tenant):
            mend_rows(batch_id=batch.pk, cells=cells, seen=seen, actor=own_desk.actor, now=own_desk.now)

    raised = together(
        lambda: change({3: {"vin": right}}, {3: {"vin": "LSV"}}),
        lambda: change({3: {"vin": "LSVX"}}, {3: {"vin": "LSV"}}),
        lambda: change({4: {"phone": "13900001234"}}, {4: {"phone": "12"}}),
    )
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "NoneType", "RowChanged"]
    found = own_desk.read(batch)
    is_right = raised[0] is None
    assert (found.valid, found.rejected) == ((3, 0) if is_right else (2, 1))
    assert found.mends == {"3": {"vin": right if is_right else "LSVX"}, "4": {"phone": "13900001234"}}


def test_a_value_replaced_everywhere_while_a_colleague_mends_takes_nothing_from_her(own_desk: Desk) -> None:
    rows = lines_of(count=5)
    right = rows[1]["site_code"]
    for row in rows[1:]:
        row["site_code"] = "SH-WQG"
    batch = own_desk.upload(as_csv(rows))
    colleague = make_actor(own_desk.tenant, "requester")
    done: list[Mended] = []

    def replace() -> None:
        with tenant_context(own_desk.tenant):
            wish = {"column": "site_code", "was": "SH-WQG", "text": "SH-XX", "lines": [3, 4, 5, 6]}
            done.append(replace_value(batch_id=batch.pk, **wish, actor=own_desk.actor, now=own_desk.now))  # type: ignore[arg-type]

    def mend_hers() -> None:
        with tenant_context(own_desk.tenant):
            mend_rows(
                batch_id=batch.pk, cells={4: {"site_code": right}}, seen={4: {"site_code": "SH-WQG"}}, actor=colleague,
                now=own_desk.now,
            )  # fmt: skip

    raised = together(replace, mend_hers)
    assert raised[0] is None
    was_first = raised[1] is None
    assert was_first or isinstance(raised[1], RowChanged)
    assert (done[0].count, [row.line for row in done[0].left]) == ((3, [4]) if was_first else (4, []))
    with tenant_context(own_desk.tenant):
        assert (batch.rows.get(line=4).cells or {})["site_code"] == (right if was_first else "SH-XX")


def test_one_wrong_value_is_replaced_wherever_it_stands(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = lines_of(count=4)
    for row in rows[:3]:
        row["site_code"] = "SH-WQG"
    batch = desk.upload(as_csv(rows))
    with tenant_context(desk.tenant):
        who = {"actor": desk.actor, "now": desk.now}
        wish = {"column": "site_code", "was": "SH-WQG", "text": "SH-SJ", "lines": [2, 3, 4], **who}
        assert replace_value(batch_id=batch.pk, **wish) == Mended(count=3)  # type: ignore[arg-type]
        with pytest.raises(NotValid):
            replace_value(batch_id=batch.pk, **wish)  # type: ignore[arg-type]
    assert desk.read(batch).status == "ready"
    again = desk.upload(as_csv([{**row, "external_ref": f"X{n}"} for n, row in enumerate(rows)]))
    monkeypatch.setattr(mending, "MOST_AT_ONCE", 2)  # more than that: a worker checks the whole
    with tenant_context(desk.tenant):
        assert replace_value(batch_id=again.pk, **wish) == Mended(count=3)  # type: ignore[arg-type]
    assert desk.read(again).status == "validating"
    check_file(tenant=desk.tenant, batch_id=again.pk, clock=desk.clock)
    assert (desk.read(again).status, desk.read(again).run) == ("ready", 2)


def test_a_text_that_no_database_takes_stays_a_fault(desk: Desk) -> None:
    rows = lines_of()
    rows[1]["vin"] = "LSV"
    batch = mend(desk, desk.upload(as_csv(rows)), {3: {"contact": "a\x00b", "vin": "LSV\ud800"}})
    assert ("contact", "control_characters") in codes(desk, batch)[3]


def test_what_is_submitted_or_another_tenants_is_not_mended(desk: Desk, pacific: Tenant) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of())))
    with tenant_context(desk.tenant), pytest.raises(TransitionError):
        mend_rows(batch_id=batch.pk, cells={2: {"vin": "LSV"}}, actor=desk.actor, now=desk.now)
    with tenant_context(pacific), pytest.raises(Http404):
        mend_rows(batch_id=batch.pk, cells={2: {"vin": "X"}}, actor=make_actor(pacific, "fleet_manager"), now=desk.now)


def test_rows_are_found_by_state_fault_and_words(desk: Desk) -> None:
    batch = desk.send("orders-dirty.csv")
    with tenant_context(desk.tenant):

        def lines(**wanted: str) -> list[int]:
            return [row["line"] for row in filter_rows(batch, RowFilter(**wanted))]

        rejected = list(batch.rows.filter(status="rejected").order_by("line"))
        assert lines(status="rejected") == [row.line for row in rejected]
        faults = count_faults(batch.pk)
        assert faults["vin"] == len({r.line for r in rejected for e in r.errors if e["field"] == "vin"})
        assert lines(field="vin") == [r.line for r in rejected if any(e["field"] == "vin" for e in r.errors)]
        assert len(lines(status="warned")) == batch.warned
        assert len(lines()) == batch.total
        valid = batch.rows.filter(status="valid").order_by("line")[0]
        assert valid.asked is not None
        for text in (valid.external_ref, valid.asked["vin"].lower(), valid.asked["plate"]):
            assert valid.line in lines(search=text)
            assert len(lines(search=text)) < batch.total
        assert lines(search="no such thing") == []
