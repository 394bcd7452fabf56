"""A file that was sent before and is named now, while the sweep takes what nobody names: one of the two, never both."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from files import services, storing
from files.models import StoredFile
from files.services import keep_file, read_file, sweep_files
from fleet.errors import NotValid
from fleet.models import Batch
from fleet.services.receiving import PURPOSE, record_batch
from tenants.context import tenant_context
from tests.fleet.conftest import Desk
from tests.fleet.test_batch_races import together
from tests.fleet.test_batches import as_csv, lines_of

SOON_S = 10


@pytest.fixture
def file(own_desk: Desk) -> StoredFile:
    """A file of orders that came in two days ago."""
    return keep_file(
        tenant=own_desk.tenant, name="a.csv", content=as_csv(lines_of()), purpose=PURPOSE, content_type="text/csv",
        actor=own_desk.actor, now=own_desk.now - timedelta(days=2),
    )  # fmt: skip


def record(desk: Desk, file: StoredFile) -> Batch:
    return record_batch(file=file, policy=None, channel="api", actor=desk.actor, now=desk.now)


def batches_of(desk: Desk) -> int:
    with tenant_context(desk.tenant):
        return Batch.objects.count()


def test_a_sweep_leaves_what_a_batch_that_is_not_committed_yet_names(own_desk: Desk, file: StoredFile) -> None:
    named, swept = threading.Event(), threading.Event()
    removed: list[int] = []

    def name() -> None:
        with tenant_context(own_desk.tenant):
            record(own_desk, file)
            named.set()
            assert swept.wait(SOON_S)

    def sweep() -> None:
        assert named.wait(SOON_S)
        removed.append(sweep_files(now=own_desk.now))
        swept.set()

    assert together(name, sweep) == [None, None]
    assert removed == [0]
    assert batches_of(own_desk) == 1
    assert sweep_files(now=own_desk.now) == 0
    assert read_file(file_id=file.pk, tenant=own_desk.tenant) == as_csv(lines_of())


def test_who_names_what_a_sweep_is_taking_is_told_that_it_is_gone(
    own_desk: Desk, file: StoredFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = threading.Event()

    class Slow:
        """The storage, which tells when the sweep is at its bytes."""

        def __init__(self, storage: Any) -> None:
            self.storage = storage

        def __getattr__(self, name: str) -> Any:
            return getattr(self.storage, name)

        def remove(self, key: str) -> None:
            taking.set()
            threading.Event().wait(0.5)  # long enough for the other to stand before the row
            self.storage.remove(key)

    storage = storing.current_storage()
    monkeypatch.setattr(services, "current_storage", lambda: Slow(storage))

    def name() -> None:
        assert taking.wait(SOON_S)
        with tenant_context(own_desk.tenant):
            record(own_desk, file)

    raised = together(lambda: sweep_files(now=own_desk.now), name)
    assert raised[0] is None
    assert isinstance(raised[1], NotValid)
    assert batches_of(own_desk) == 0
    assert not StoredFile.objects.filter(pk=file.pk).exists()


def test_a_batch_that_is_rolled_back_claims_nothing(own_desk: Desk, file: StoredFile) -> None:
    with tenant_context(own_desk.tenant):
        record(own_desk, file)
        transaction.set_rollback(True)
    assert batches_of(own_desk) == 0
    assert sweep_files(now=own_desk.now) == 1
