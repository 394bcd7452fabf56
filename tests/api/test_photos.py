"""Photos by program: listed with links that show them to the asking credential alone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from files.photos import keep_photo
from repair.events import OrderPhotographed, PhotoTold
from tenants.actors import system_actor
from tenants.models import Tenant
from tests.api.conftest import Partner, key_of, line, place_orders
from tests.conftest import NOW
from tests.files.test_photos import photo
from tests.fleet.world import tell


def fetch(partner: Partner, url: str) -> Any:
    headers = {"Host": f"{partner.slug}.baylink.localhost", "Authorization": f"Bearer {partner.key}"}
    return partner.client.get(urlsplit(url).path, headers=headers)


def test_an_orders_photos_are_listed_and_shown_to_who_asked(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    (order,) = place_orders(erp, world, line(1))
    kept = [
        keep_photo(tenant=world, name="a.jpg", content=photo(), purpose="test", actor=system_actor("t"), now=NOW)
        for _number in range(2)
    ]
    told = tuple(
        PhotoTold(file_id=file.pk, shot=shot, sha256=file.sha256, taken_at=NOW)
        for file, shot in zip(kept, ("front", "rear"), strict=True)
    )
    tell(world, OrderPhotographed(subject=order["id"], order_id=key_of(order["id"]), kind="pickup", photos=told))
    page = erp.get(f"orders/{order['id']}/photos?limit=1").json()
    rest = erp.get(f"orders/{order['id']}/photos?limit=1&cursor={page['next_cursor']}").json()
    shots = [*page["data"], *rest["data"]]
    assert [(shot["kind"], shot["shot"], shot["sha256"]) for shot in shots] == [
        ("pickup", "front", kept[0].sha256),
        ("pickup", "rear", kept[1].sha256),
    ]
    assert not rest["has_more"]
    assert erp.get(f"orders/{order['id']}/photos?kind=return").json()["data"] == []
    for name in ("url", "thumbnail_url"):
        shown = fetch(erp, shots[0][name])
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        others = (issue(world), issue(pacific), Partner("", "acme"))
        assert [fetch(other, shots[0][name]).status_code for other in others] == [404, 404, 404]
    assert issue(pacific).get(f"orders/{order['id']}/photos").status_code == 404
