"""The small world of tests/repair/world.py, on acme."""

from datetime import datetime

import pytest

from tenants.models import Tenant
from tests.repair.prices import publish_prices, set_vat
from tests.repair.world import World, build_world


@pytest.fixture
def world(db: None, acme: Tenant, now: datetime) -> World:
    return build_world(acme, now)


@pytest.fixture
def priced(world: World) -> World:
    """With a standard card and VAT."""
    set_vat(world.now)
    publish_prices(world.now)
    return world
