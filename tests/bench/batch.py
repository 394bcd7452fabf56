"""Figure: 10,000 rows from the upload to all orders submitted, beside COPY of the very rows that it wrote.

The floor copies the ready bytes of every row that the run left in any table into the same tables, with their indexes and
constraints, of a database that is as it was before the run; one transaction a schema.
"""

import csv
import io
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from psycopg import sql

from config import clock
from fleet.models import Batch
from fleet.services.checking import check_file
from fleet.services.opening import open_orders
from fleet.services.receiving import receive_batch
from fleet.services.submitting import submit_batch
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.owner import as_owner
from tests.bench.figures import Figure

ROWS = 10_000
ORDERS = Path(__file__).parents[1] / "data" / "orders.csv"
VALUES = {**{c: i + 1 for i, c in enumerate("ABCDEFGH")}, **{c: i + 1 for i, c in enumerate("JKLMN")}, "P": 7, "R": 9,
          **{c: i + 2 for i, c in enumerate("STUVWXYZ")}, **{str(d): d for d in range(10)}}  # fmt: skip
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('public', %s) AND c.relname NOT LIKE 'django_%%'
"""
LINKS = """
SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c
WHERE c.contype = 'f' AND c.conrelid <> c.confrelid
"""
Table = tuple[str, str]


def make_csv(*, rows: int = ROWS) -> bytes:
    """The sample orders, multiplied: own references, VINs with valid check digits, own plates."""
    with ORDERS.open(encoding="utf-8-sig", newline="") as file:
        samples = list(csv.DictReader(file))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(samples[0]))
    writer.writeheader()
    for number in range(rows):
        row = dict(samples[number % len(samples)])
        row["external_ref"] = f"BENCH-{number:06d}"
        if number >= len(samples):
            row["vin"] = vin_with_check(f"{row['vin'][:11]}{number:06d}")
            row["plate"] = f"沪{'ABCDEFGHJK'[number // 10_000 % 10]}{number % 100_000:05d}"
        writer.writerow(row)
    return out.getvalue().encode("utf-8-sig")


def vin_with_check(vin: str) -> str:
    """The same VIN with its check digit made right."""
    total = sum(VALUES[letter] * weight for letter, weight in zip(vin, WEIGHTS, strict=True))
    return f"{vin[:8]}{'0123456789X'[total % 11]}{vin[9:]}"


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of each part, and the peak memory of the process in MB."""

    seconds: dict[str, float]
    peak_mb: float
    orders: int


def run_batch() -> Run:
    """Upload, check, submit and open, as portal and worker do it, in this process."""
    tenant = Tenant.objects.get(slug="acme")
    actor = Actor(kind="user", id="bench", name="Bench", tenant=tenant, roles=frozenset({"admin", "fleet_manager"}))
    content = make_csv()
    seconds: dict[str, float] = {}
    start = time.perf_counter()
    batch = receive_batch(
        name="bench.csv", content=content, policy="all_or_nothing", channel="portal", actor=actor, now=clock.now()
    )
    seconds["receive"] = time.perf_counter() - start
    start = time.perf_counter()
    check_file(tenant=tenant, batch_id=batch.pk, clock=clock.now)
    seconds["check"] = time.perf_counter() - start
    start = time.perf_counter()
    with tenant_context(tenant):
        submit_batch(batch_id=batch.pk, actor=actor, now=clock.now())
    open_orders(tenant=tenant, batch_id=batch.pk, clock=clock.now)
    seconds["submit"] = time.perf_counter() - start
    with tenant_context(tenant):
        orders = Batch.objects.get(pk=batch.pk).rows.filter(status="submitted").count()
    return Run(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, orders)


def measure_floor(before: dict[Table, int], blank: str, full: str) -> tuple[float, int]:
    """Seconds of COPY alone for every row that the run wrote, and how many rows that is. Leaves the connection on `full`."""
    from tests.databases import use_database

    with as_owner():
        grown = [t for t, count in count_rows().items() if count > before.get(t, 0)]
        data = {table: dump(table) for table in in_order(grown)}
        rows = sum(count - before.get(t, 0) for t, count in count_rows().items() if t in data)
    use_database(blank)
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for table in reversed(list(data)):
            cursor.execute(
                sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(*table)).as_string(None)
            )
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(*table)).as_string(None))
    start = time.perf_counter()
    with as_owner(), transaction.atomic():
        for table, content in data.items():
            load(table, content)
    took = time.perf_counter() - start
    use_database(full)
    return took, rows


def count_rows() -> dict[Table, int]:
    """Rows by table, of the core and of acme's book."""
    schema = Tenant.objects.get(slug="acme").schema_name
    counts: dict[Table, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [schema])
        for table in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*table)).as_string(None))
            counts[table] = cursor.fetchone()[0]
    return counts


def in_order(tables: list[Table]) -> list[Table]:
    """Parents before children."""
    with connection.cursor() as cursor:
        cursor.execute(LINKS)
        links = {
            (child.split(".")[-1].strip('"'), parent.split(".")[-1].strip('"')) for child, parent in cursor.fetchall()
        }
    ordered: list[Table] = []
    waiting = sorted(tables)
    while waiting:
        names = {name for _schema, name in waiting}
        free = [t for t in waiting if not any(child == t[1] and parent in names for child, parent in links)] or waiting[
            :1
        ]
        ordered += free
        waiting = [t for t in waiting if t not in free]
    return ordered


def dump(table: Table) -> bytes:
    """The ready bytes of a table."""
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*table))) as copy,
    ):
        return b"".join(bytes(block) for block in copy)


def load(table: Table, content: bytes) -> None:
    """COPY them in."""
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(*table))) as copy,
    ):
        copy.write(content)


def run(*, blank: str, full: str) -> list[Figure]:
    """The batch in a worker-like process of its own, then its floor in a database without it."""
    with as_owner():
        before = count_rows()
    done = run_in_child(full)
    seconds = sum(done.seconds.values())
    floor, rows = measure_floor(before, blank, full)
    parts = ", ".join(f"{name} {value:.2f}" for name, value in done.seconds.items())
    return [
        Figure(
            f"10,000-row CSV to {done.orders:,} orders submitted ({rows:,} rows; {parts})",
            seconds,
            floor,
            seconds / floor,
            4.0,
        ),
        Figure("  peak memory of the worker for it", done.peak_mb, None, None, 400.0, "MB"),
    ]


def run_in_child(database: str) -> Run:
    """In a process of its own, so that the memory measured is the worker's."""
    command = [sys.executable, "-m", "tests.bench", "--child", database]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    seconds = {name: float(kept[name]) for name in ("receive", "check", "submit")}
    return Run(seconds, float(kept["peak_mb"]), int(kept["orders"]))
