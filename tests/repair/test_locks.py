"""What is locked first, and what is tried again when two have locked crosswise."""

import threading
import time
from datetime import datetime
from uuid import uuid4

from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from files.models import StoredFile
from files.services import keep_file
from repair.models import EstimateDraft, Job
from repair.services import drafting, errands, working
from tenants.actors import system_actor
from tenants.models import Tenant
from tests.repair.world import World, build_world, fresh


def test_parts_to_be_fitted_lock_the_vehicles_visits_before_the_job(world: World) -> None:
    line = world.line(service="parts")
    parts = world.open(line)[0]
    errands.order_parts(job_id=parts.pk, actor=world.cc, now=world.tick())
    beside = world.order()
    with CaptureQueriesContext(connection) as said:
        errands.receive_parts(job_id=parts.pk, is_fitted=True, actor=world.cc, now=world.tick())
    locks = [query["sql"] for query in said if "FOR UPDATE" in query["sql"]]
    first = {
        table: next(i for i, sql in enumerate(locks) if f'FROM "{table}"' in sql)
        for table in ("dispatch_leg", "repair_visit", "repair_job")
    }
    assert first["dispatch_leg"] < first["repair_visit"] < first["repair_job"], locks
    assert fresh(parts).visit_id == beside.visit_id


def test_a_draft_that_meets_a_deadlock_is_saved_all_the_same(own_db: str, now: datetime) -> None:
    """Another holds the photo's row and wants the job's, while the draft holds the job's and wants the photo's."""
    world = build_world(Tenant.objects.get(slug="acme"), now)
    job = world.receive(world.in_custody())
    working.start_estimate(job_id=job.pk, actor=world.ws(job), now=world.tick())
    file = keep_file(
        tenant=world.tenant, name="a.jpg", content=b"x", purpose=drafting.PURPOSE, content_type="image/jpeg",
        actor=system_actor("test"), now=now, upload_key=uuid4(),
    )  # fmt: skip
    holds, is_over = threading.Event(), threading.Event()

    def cross() -> None:
        try:
            with transaction.atomic():
                list(StoredFile.objects.select_for_update().filter(pk=file.pk))
                holds.set()
                for _try in range(100):
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
                        if cursor.fetchone():
                            break
                    time.sleep(0.02)
                list(
                    Job.objects.select_for_update().filter(pk=job.pk)
                )  # closes the circle; PostgreSQL ends who waits longest
        finally:
            is_over.set()
            connections.close_all()

    other = threading.Thread(target=cross)
    other.start()
    assert holds.wait(10)
    line = {"kind": "part", "text": "制动片", "quantity": "1", "amount": "5", "photos": [file.ref]}
    draft = drafting.save_draft(job_id=job.pk, lines=[line], revision=0, actor=world.ws(job), now=world.tick())
    assert is_over.wait(10)
    other.join()
    assert draft.revision == EstimateDraft.objects.get(job=job).revision == 1
    assert StoredFile.objects.get(pk=file.pk).claimed_at is not None
