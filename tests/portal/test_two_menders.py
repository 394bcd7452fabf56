"""Two people mend one batch: whichever way the second one takes, the first one's cells stay and the second is told."""

import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fleet.models import Batch
from fleet.services.checking import check_file
from fleet.services.mending import mend_rows
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.test_batches import as_csv, lines_of

SignIn = Callable[..., Client]


def wrong(desk: Desk, count: int = 4) -> tuple[Batch, list[dict[str, str]]]:
    """A batch of which every row but the first has a wrong VIN; and the right rows."""
    right = lines_of(count=count)
    return desk.upload(as_csv([right[0], *({**row, "vin": "LSV"} for row in right[1:])])), right


def mend_as_colleague(desk: Desk, batch: Batch, line: int, **cells: str) -> None:
    """Somebody else types over cells of a row."""
    colleague = make_actor(desk.tenant, "requester")
    with tenant_context(desk.tenant):
        mend_rows(batch_id=batch.pk, cells={line: cells}, actor=colleague, now=desk.now)


def cells_of(desk: Desk, batch: Batch) -> dict[int, dict[str, str]]:
    with tenant_context(desk.tenant):
        return {row.line: row.cells or {} for row in batch.rows.order_by("line")}


def download(client: Client, batch: Batch) -> str:
    return client.get(f"{batch.get_absolute_url()}rows-to-mend.csv").content.decode("utf-8-sig")


def send_back(client: Client, batch: Batch, text: str) -> Any:
    file = SimpleUploadedFile("rows-to-mend.csv", text.encode())
    return client.post(f"{batch.get_absolute_url()}mended-file/", {"file": file}, follow=True)


def with_vins(text: str, vins: dict[int, str]) -> str:
    """The list of rows to mend with these VINs, by line."""
    head, *rows = text.splitlines()
    columns = head.split(",")
    at, line_at = columns.index("vin"), columns.index("row_line")
    found = [row.split(",") for row in rows]
    for cells in found:
        cells[at] = vins.get(int(cells[line_at]), cells[at])
    return "\r\n".join([head, *(",".join(cells) for cells in found)])


def test_the_list_of_rows_to_mend_leaves_what_a_colleague_has_mended(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    batch, right = wrong(desk)
    client = sign_in("acme", "fleet_manager")
    mine = with_vins(download(client, batch), {3: "LSVMINE", 4: right[2]["vin"]})
    mend_as_colleague(desk, batch, 3, vin="LSVHERS")
    text = send_back(client, batch, mine).content.decode()
    assert "1 row was mended and checked" in text
    assert "Rows that were left" in text
    assert "LSVHERS" in text
    assert "王娟平" in text
    found = cells_of(desk, batch)
    assert (found[3]["vin"], found[4]["vin"], found[5]["vin"]) == ("LSVHERS", right[2]["vin"], "LSV")
    anew = with_vins(download(client, batch), {3: right[1]["vin"]})  # made after her mend: it has seen it
    assert "1 row was mended and checked." in send_back(client, batch, anew).content.decode()
    assert cells_of(desk, batch)[3]["vin"] == right[1]["vin"]


def test_what_one_has_mended_oneself_is_mended_again_from_the_same_list(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    batch, right = wrong(desk)
    client = sign_in("acme", "fleet_manager")
    first = with_vins(download(client, batch), {3: "LSVN"})
    assert "1 row was mended" in send_back(client, batch, first).content.decode()
    again = with_vins(first, {3: right[1]["vin"], 4: right[2]["vin"]})
    assert "2 rows were mended and checked." in send_back(client, batch, again).content.decode()
    assert cells_of(desk, batch)[3]["vin"] == right[1]["vin"]


def test_a_list_that_says_not_what_it_has_seen_leaves_every_mend_of_a_colleague(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    batch, right = wrong(desk)
    client = sign_in("acme", "fleet_manager")
    mend_as_colleague(desk, batch, 3, vin="LSVHERS")
    text = with_vins(download(client, batch), {3: right[1]["vin"], 4: right[2]["vin"]}).replace("row_version", "x")
    assert "LSVHERS" in send_back(client, batch, text).content.decode()
    assert (cells_of(desk, batch)[3]["vin"], cells_of(desk, batch)[4]["vin"]) == ("LSVHERS", right[2]["vin"])


def test_a_value_is_replaced_only_where_it_was_offered_and_stands_still(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    batch, right = wrong(desk, count=6)
    client = sign_in("acme", "fleet_manager")
    grid = f"{batch.get_absolute_url()}grid/"
    data = json.dumps({"rows": [{"line": 3, "cells": {"vin": "LSVN"}, "seen": {"vin": "LSV"}}], "columns": ["vin"]})
    offer = client.post(f"{grid}mend/", {"data": data}).json()["same"]
    assert offer["lines"] == [4, 5, 6, 7]
    mend_as_colleague(desk, batch, 4, vin="LSVHERS")
    mend_as_colleague(desk, batch, 5, vin=right[3]["vin"])
    mend_as_colleague(desk, batch, 3, vin="LSV")  # not among what was offered
    wish = {"column": "vin", "was": "LSV", "text": "LSVN", "lines": ",".join(map(str, offer["lines"]))}
    assert client.post(f"{grid}replace/", wish).json()["message"] == ""
    text = client.get(grid).content.decode()
    assert "Line 4 was left: 王娟平 has mended it meanwhile. It says now: VIN “LSVHERS”." in text
    assert "Line 5 was left" in text
    assert {line: cells["vin"] for line, cells in cells_of(desk, batch).items() if line > 2} == {
        3: "LSV", 4: "LSVHERS", 5: right[3]["vin"], 6: "LSVN", 7: "LSVN",
    }  # fmt: skip


def test_the_form_of_one_row_tells_the_second_person_and_takes_the_second_yes(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    batch, right = wrong(desk)
    client = sign_in("acme", "fleet_manager")
    page = f"{batch.get_absolute_url()}rows/3/mend/"

    def fields(response: Any) -> dict[str, str]:
        form = response.context["form"]
        return {"seen": form.shown, **{name: form.cells.get(name, "") for name in form.fields}}

    shown = fields(client.get(page))
    mend_as_colleague(desk, batch, 3, vin="LSVHERS", contact="赵敏")
    refused = client.post(page, {**shown, "vin": right[1]["vin"]})
    assert refused.status_code == 409
    text = refused.content.decode()
    assert "王娟平 has changed line 3 meanwhile: VIN is now “LSVHERS”." in text
    assert f'value="{right[1]["vin"]}"' in text  # what was typed is not lost
    assert cells_of(desk, batch)[3]["vin"] == "LSVHERS"
    merged = client.post(page, {**shown, "description": "异响"})  # another cell is no quarrel, and hers stay
    assert merged.status_code == 302
    found = cells_of(desk, batch)[3]
    assert (found["vin"], found["contact"], found["description"]) == ("LSVHERS", "赵敏", "异响")
    assert client.post(page, {**fields(refused), "vin": right[1]["vin"]}).status_code == 302
    assert cells_of(desk, batch)[3]["vin"] == right[1]["vin"]
    said = client.post(page, {**shown, "vin": "LSVX"}, follow=True).content.decode()
    assert "王娟平 has mended this row: nothing is wrong with it any more." in said


def test_who_mended_a_row_is_known_after_a_check_of_the_whole_file(desk: Desk) -> None:
    batch, _right = wrong(desk)
    mend_as_colleague(desk, batch, 3, vin="LSVHERS")
    with tenant_context(desk.tenant):
        Batch.objects.filter(pk=batch.pk).update(status="validating")
    check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    with tenant_context(desk.tenant):
        rows = list(batch.rows.order_by("line").values_list("line", "mended_by", "mended_at"))
    assert rows == [(2, "", None), (3, "王娟平", desk.now), (4, "", None), (5, "", None)]
