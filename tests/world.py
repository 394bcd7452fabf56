"""A committed world for stories: the operator's desks as the demo has them, with acme and pacific; seeded once, then copied.

A story's database is a copy of the seeded one (0.2 s), so it may commit what it likes; business time begins at NOW in it.
"""

import csv
import io
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.test import override_settings

from config import clock
from config.demo import tenants as demo
from config.demo.desk import PASSWORD, seed_desk
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import Membership, StaffMembership
from tests.conftest import NOW
from tests.databases import drop_database, make_database, use_database

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
__all__ = ["PASSWORD"]
SLUGS = ("acme", "pacific")
_made: set[str] = set()


@contextmanager
def copied_database(source: str, *, name: str, back_to: str) -> Iterator[str]:
    """A copy of `source` in use, dropped afterwards; then `back_to` is in use again."""
    connections.close_all()
    make_database(name, template=source)
    use_database(name)
    try:
        yield name
    finally:
        connections.close_all()
        use_database(back_to)
        drop_database(name)


@contextmanager
def business_time() -> Iterator[None]:
    """Business time starts at NOW and runs on; afterwards it is the true time again."""
    before = clock._offset[0]
    clock.move(by=NOW - clock.now())
    try:
        yield
    finally:
        clock._offset[0] = before


@pytest.fixture(scope="session")
def demo_world(django_db_setup: None, seeded_database: str, django_db_blocker: Any) -> Iterator[str]:
    """The seeded world's database: its name. Nobody works in it; stories work in copies.

    Several folders of tests take this fixture in; the first makes the world, and all use that one.
    """
    name = f"{seeded_database}_demo"
    if name not in _made:
        make_database(name, template=seeded_database)
        _made.add(name)
        use_database(name)
        try:
            with django_db_blocker.unblock(), business_time():
                seed()
                connections.close_all()
        finally:
            use_database(seeded_database)
    yield name
    if name in _made:
        _made.remove(name)
        drop_database(name)


@contextmanager
def told_story(demo_world: str, *, back_to: str, files: Path) -> Iterator[None]:
    """A copy of the demo world in use, at NOW, with files of its own."""
    name = f"{demo_world}_{secrets.token_hex(3)}"
    storage = override_settings(FILE_STORAGE_URL=f"file://{files}")
    with copied_database(demo_world, name=name, back_to=back_to), business_time(), storage:
        yield


@pytest.fixture
def story(demo_world: str, seeded_database: str, django_db_blocker: Any, tmp_path: Path) -> Iterator[None]:
    """A world of this test's own, where commits are real."""
    with django_db_blocker.unblock(), told_story(demo_world, back_to=seeded_database, files=tmp_path / "files"):
        yield


def seed() -> None:
    """The demo's desks, and two of its tenants."""
    seed_desk()
    chosen = tuple(tenant for tenant in demo.TENANTS if tenant.slug in SLUGS)
    with patch.object(demo, "TENANTS", chosen):
        demo.seed_tenants()


# --- who acts ---------------------------------------------------------------------------------------------------------


def tenant_of(slug: str) -> Tenant:
    return Tenant.objects.get(slug=slug)


def member(email: str) -> Actor:
    """A person of a tenant, as pages hand him to services."""
    row = Membership.objects.select_related("user", "tenant").get(user__email=email)
    return Actor(
        kind="user", id=str(row.user_id), name=row.user.get_full_name(), tenant=row.tenant, roles=frozenset(row.roles)
    )


def staff(email: str) -> Actor:
    """One of the operator's people, as pages hand him to services."""
    row = StaffMembership.objects.select_related("user").get(user__email=email)
    return Actor(
        kind="user", id=str(row.user_id), name=row.user.get_full_name(), staff_roles=frozenset(row.roles), staff_id=row.pk,
        workshop_id=row.workshop_id,
    )  # fmt: skip


# --- files of orders --------------------------------------------------------------------------------------------------


def sample_rows(name: str = "orders.csv") -> list[dict[str, str]]:
    """The rows of a sample file."""
    encoding = "gb18030" if "gbk" in name else "utf-8-sig"
    with (DATA / name).open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Rows as a spreadsheet saves them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Mapping[str, str]]) -> bytes:
    """The same as a workbook, every cell a text."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- the log ----------------------------------------------------------------------------------------------------------


def entries_of(tenant: Tenant) -> list[tuple[int, str, str]]:
    """The tenant's copy of its log: (number, type, subject)."""
    from events.book.models import Entry

    with tenant_context(tenant):
        return list(Entry.objects.order_by("seq").values_list("seq", "type", "subject"))
