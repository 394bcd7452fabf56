"""An order's documents by program: listed with what is printed, fetched by the asking credential alone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from events.ids import new_id, public_id
from files.services import keep_file
from repair.events import OrderDocumentIssued, OrderDocumentPrinted, OrderDocumentWithdrawn
from tenants.actors import system_actor
from tenants.models import Tenant
from tests.api.conftest import Partner, key_of, line, place_orders
from tests.conftest import NOW
from tests.fleet.world import tell


def fetch(partner: Partner, url: str) -> Any:
    headers = {"Host": f"{partner.slug}.baylink.localhost", "Authorization": f"Bearer {partner.key}"}
    return partner.client.get(urlsplit(url).path, headers=headers)


def test_an_orders_documents_are_listed_and_fetched_by_who_asked(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    (order,) = place_orders(erp, world, line(1))
    key, first, second = key_of(order["id"]), new_id(), new_id()
    told = {"subject": order["id"], "order_id": key, "kind": "settlement", "number": "BL2611-000001-S1"}
    issued = {**told, "sha256": "a" * 64, "check_code": "CODE", "issued_at": NOW}
    tell(world, OrderDocumentIssued(**issued, document_id=first, document_version=1))
    (shown,) = erp.get(f"orders/{order['id']}/documents").json()["data"]
    assert (shown["id"], shown["state"], shown["is_printed"], shown["copies"]) == (
        public_id("doc", first),
        "valid",
        False,
        [],
    )
    assert shown["check_url"].endswith("acme.baylink.localhost:8000/check/CODE/")

    file = keep_file(
        tenant=world, name="a.pdf", content=b"%PDF-1.7", purpose="document", content_type="application/pdf",
        actor=system_actor("t"), now=NOW,
    )  # fmt: skip
    printed = {**told, "document_id": first, "file_id": file.pk, "sha256": file.sha256, "size_bytes": file.size_bytes}
    tell(world, *(OrderDocumentPrinted(**printed, language=language) for language in ("en", "zh-hans")))
    tell(
        world,
        OrderDocumentIssued(**{**issued, "kind": "quality"}, document_id=second, document_version=1, supersedes=first),
    )
    tell(world, OrderDocumentWithdrawn(**{**told, "kind": "quality"}, document_id=second, why="wrong"))
    page = erp.get(f"orders/{order['id']}/documents?limit=1").json()
    rest = erp.get(f"orders/{order['id']}/documents?limit=1&cursor={page['next_cursor']}").json()
    old, new = page["data"][0], rest["data"][0]
    assert (old["state"], old["is_printed"], [copy["language"] for copy in old["copies"]]) == (
        "superseded",
        True,
        ["en", "zh-hans"],
    )
    assert (new["kind"], new["state"], new["withdrawn_reason"]) == ("quality", "withdrawn", "wrong")
    assert [row["id"] for row in erp.get(f"orders/{order['id']}/documents?kind=quality").json()["data"]] == [new["id"]]
    assert erp.get(f"orders/{order['id']}/documents?kind=nothing").status_code == 400

    url = old["copies"][0]["url"]
    answer = fetch(erp, url)
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    others = (issue(world), issue(pacific), Partner("", "acme"))
    assert [fetch(other, url).status_code for other in others] == [404, 404, 404]
    assert issue(pacific).get(f"orders/{order['id']}/documents").status_code == 404
