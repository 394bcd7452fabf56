"""The sheet of a batch over HTTP: what it shows, what it takes, what it says to the second of two people."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fleet.models import Batch
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk
from tests.fleet.test_batches import as_csv, lines_of

SignIn = Callable[..., Client]


def dirty(desk: Desk, count: int = 3) -> tuple[Batch, str]:
    """A batch whose rows but the first have a wrong VIN; and the right one of line 3."""
    rows = lines_of(count=count)
    right = rows[1]["vin"]
    for row in rows[1:]:
        row["vin"] = "LSV"
    return desk.upload(as_csv(rows)), right


def mend(client: Client, batch: Batch, *rows: dict[str, Any]) -> Any:
    data = json.dumps({"rows": rows, "columns": ["vin", "site_code"]})
    return client.post(f"{batch.get_absolute_url()}grid/mend/", {"data": data})


def test_faults_stand_beside_their_cells(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch, _right = dirty(desk)
    client = sign_in("acme", "fleet_manager")
    text = client.get(f"{batch.get_absolute_url()}grid/").content.decode()
    assert text.count("data-open") == 2  # the wrong rows alone are shown first
    assert text.count('aria-invalid="true"') == 2
    assert "a VIN has 17" in text
    everything = client.get(f"{batch.get_absolute_url()}grid/?status=all").content.decode()
    assert everything.count("data-line=") == 3
    assert (
        "车架号"
        in client.get(f"{batch.get_absolute_url()}grid/", headers={"accept-language": "zh-hans"}).content.decode()
    )


def test_a_cell_is_mended_and_the_row_comes_back_checked(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch, right = dirty(desk)
    client = sign_in("acme", "fleet_manager")
    response = mend(client, batch, {"line": 3, "cells": {"vin": right}, "seen": {"vin": "LSV"}})
    assert response.status_code == 200
    data = response.json()
    assert (data["message"], data["is_busy"], list(data["rows"])) == ("", False, ["3"])
    assert 'data-status="valid"' in data["rows"]["3"]
    assert "1 row to mend" in data["summary"]
    assert data["same"] == {
        "text": "1 other row has “LSV” in VIN.", "column": "vin", "was": "LSV", "now": right, "lines": [4],
    }  # fmt: skip
    assert (desk.read(batch).valid, desk.read(batch).rejected) == (2, 1)


def test_the_second_person_is_told_and_nothing_is_written(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch, right = dirty(desk)
    client = sign_in("acme", "fleet_manager")
    mend(client, batch, {"line": 3, "cells": {"vin": right}, "seen": {"vin": "LSV"}})
    response = mend(client, batch, {"line": 3, "cells": {"vin": "LSVX"}, "seen": {"vin": "LSV"}})
    assert response.status_code == 409
    data = response.json()
    assert data["is_changed"]
    assert data["message"] == f"王娟平 has changed line 3 meanwhile: VIN is now “{right}”."
    assert right in data["rows"]["3"]
    with tenant_context(world):
        assert (batch.rows.get(line=3).cells or {})["vin"] == right


@pytest.mark.parametrize(
    "data",
    [
        "", "[]", "{", '{"rows": 3}', '{"rows": [{"line": "x"}]}', '{"rows": []}',
        '{"rows": [{"line": 99, "cells": {"vin": "x"}}]}', '{"rows": [{"line": 3, "cells": {"nonsense": "x"}}]}',
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said(world: Tenant, desk: Desk, sign_in: SignIn, data: str) -> None:
    batch, _right = dirty(desk)
    response = sign_in("acme", "fleet_manager").post(f"{batch.get_absolute_url()}grid/mend/", {"data": data})
    assert response.status_code == 422
    assert response.json()["message"]
    assert desk.read(batch).rejected == 2


def test_one_value_is_replaced_in_every_row(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch, right = dirty(desk)
    client = sign_in("acme", "fleet_manager")
    page = f"{batch.get_absolute_url()}grid/replace/"
    wish = {"column": "vin", "was": "LSV", "text": right, "lines": "3,4"}
    assert client.post(page, {**wish, "column": "nonsense"}).status_code == 422
    assert client.post(page, {**wish, "lines": "x"}).status_code == 422
    assert client.post(page, wish).json()["message"] == ""
    assert desk.read(batch).status == "ready"
    assert client.post(page, wish).status_code == 422


def test_who_may_not_send_orders_reads_and_mends_nothing(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch, right = dirty(desk)
    client = sign_in("acme", "viewer")
    text = client.get(f"{batch.get_absolute_url()}grid/").content.decode()
    assert "data-open" not in text
    assert "The rows cannot be changed now." in text
    assert mend(client, batch, {"line": 3, "cells": {"vin": right}}).status_code == 403
    assert client.post(f"{batch.get_absolute_url()}grid/replace/", {"column": "vin", "was": "LSV"}).status_code == 403
    assert desk.read(batch).rejected == 2


def test_a_submitted_batch_has_no_sheet(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of())))
    client = sign_in("acme", "fleet_manager")
    assert client.get(f"{batch.get_absolute_url()}grid/").status_code == 302
    assert mend(client, batch, {"line": 3, "cells": {"vin": "X"}}).status_code == 422


def test_it_costs_as_many_queries_with_forty_rows_as_with_three(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    counts = []
    for count in (3, 40):
        batch, _right = dirty(desk, count)
        address = f"{batch.get_absolute_url()}grid/?field=vin"
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_what_was_typed_is_shown_as_text(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    rows = lines_of()
    rows[1]["vin"], rows[1]["notes"], rows[1]["contact"] = "<b>", "<script>alert('x')</script>", 'a"b&c'
    batch = desk.upload(as_csv(rows))
    text = sign_in("acme", "fleet_manager").get(f"{batch.get_absolute_url()}grid/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in text
    assert '<span class="fl-text">&lt;b&gt;</span>' in text
    assert "a&quot;b&amp;c" in text
