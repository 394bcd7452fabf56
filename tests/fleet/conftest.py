"""The fleet of acme as the demo has it: ten sites, five cost centres, the operator's rules; and its people."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from events.ids import new_id
from fleet.models import Batch, CostCenter, Site
from fleet.services.checking import check_file
from fleet.services.opening import open_orders
from fleet.services.receiving import receive_batch
from fleet.services.submitting import submit_batch
from repair.models import ScopeRule, VehicleModel
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant

DATA = Path(__file__).parents[1] / "data"
CENTERS = ("华东干线", "公务用车", "冷链", "城配一部", "城配二部")
MakeActor = Callable[..., Actor]


def make_actor(tenant: Tenant, *roles: str, **more: Any) -> Actor:
    return Actor(
        kind="user", id=f"user-{'-'.join(roles)}", name="王娟平", tenant=tenant, roles=frozenset(roles), **more
    )


def seed_desk() -> None:
    """The operator's scope rules and model table."""
    for position, rule in enumerate(json.loads((DATA / "scope_rules.json").read_text(encoding="utf-8"))):
        ScopeRule.objects.get_or_create(code=rule.pop("id"), defaults={**rule, "position": position})
    with (DATA / "models.csv").open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            VehicleModel.objects.get_or_create(wmi=row.pop("wmi"), model=row.pop("model"), defaults=row)


def seed_book(tenant: Tenant) -> None:
    """Sites and cost centres."""
    with tenant_context(tenant):
        with (DATA / "sites.csv").open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                Site.objects.get_or_create(
                    code=row["site_code"],
                    defaults={
                        "id": new_id(),
                        "address": row["address"],
                        "lat": float(row["lat"]),
                        "lng": float(row["lng"]),
                    },
                )
        for name in CENTERS:
            CostCenter.objects.get_or_create(name=name)


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    """Every test has a storage of its own."""
    settings.FILE_STORAGE_URL = f"file://{tmp_path}/files"


@pytest.fixture
def world(db: None, acme: Tenant) -> Tenant:
    """acme with its places, in the test's transaction."""
    seed_desk()
    seed_book(acme)
    return acme


@pytest.fixture
def own_world(own_db: str) -> Tenant:
    """The same in a database where commits are real."""
    tenant = Tenant.objects.get(slug="acme")
    seed_desk()
    seed_book(tenant)
    return tenant


@pytest.fixture
def manager(acme: Tenant) -> Actor:
    return make_actor(acme, "fleet_manager")


class Desk:
    """A batch on its way, step by step, as page and worker take it."""

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        self.tenant, self.now = tenant, now
        self.actor = make_actor(tenant, "fleet_manager")

    def clock(self, tenant: object | None = None) -> datetime:
        return self.now

    def upload(self, content: bytes, *, name: str = "orders.csv", policy: str | None = None) -> Batch:
        batch = receive_batch(
            name=name, content=content, policy=policy, channel="portal", actor=self.actor, now=self.now
        )
        check_file(tenant=self.tenant, batch_id=batch.pk, clock=self.clock)
        return self.read(batch)

    def send(self, name: str, **more: Any) -> Batch:
        return self.upload((DATA / name).read_bytes(), name=name, **more)

    def read(self, batch: Batch) -> Batch:
        with tenant_context(self.tenant):
            return Batch.objects.get(pk=batch.pk)

    def submit(self, batch: Batch, *, is_opened: bool = True, **more: Any) -> Batch:
        with tenant_context(self.tenant):
            submit_batch(batch_id=batch.pk, actor=self.actor, now=self.now, **more)
        if is_opened:
            open_orders(tenant=self.tenant, batch_id=batch.pk, clock=self.clock)
        return self.read(batch)


@pytest.fixture
def desk(world: Tenant, now: datetime) -> Desk:
    return Desk(world, now)


@pytest.fixture
def own_desk(own_world: Tenant, now: datetime) -> Desk:
    return Desk(own_world, now)
