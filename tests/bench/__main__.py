"""`make bench`: each figure beside its floor, measured in the same run."""

import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DEMO", "1")
os.environ["LOG_LEVEL"] = "ERROR"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from tenants.models import Tenant  # noqa: E402
from tests.bench import assignment, batch, board, clocks, documents, grid, order_list, tenant_figures  # noqa: E402
from tests.bench.figures import table  # noqa: E402
from tests.databases import drop_database, drop_roles, make_database, use_database  # noqa: E402


def main() -> None:
    """Print the table; of the figures that are named, or of all."""
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2])
        return
    name = f"blbench_{secrets.token_hex(4)}"
    roles: list[str] = []
    make_database(name)
    try:
        use_database(name)
        call_command("migrate_all", verbosity=0, stdout=sys.stderr)
        call_command("seed_demo", stdout=sys.stderr)
        roles = list(Tenant.objects.values_list("role_name", flat=True))
        connections.close_all()
        make_database(f"{name}_blank", template=name)
        measures = {
            "batch": lambda: batch.run(blank=f"{name}_blank", full=name),
            "assignment": assignment.run,
            "tenants": tenant_figures.run,
            "grid": grid.run,
            "board": board.run,
            "documents": documents.run,
            "clocks": clocks.run,
            "orders": order_list.run,
        }
        wanted = sys.argv[1:] or list(measures)
        figures = [figure for each in wanted for figure in measures[each]()]
        sys.stdout.write(f"\n{table(figures)}\n")
    finally:
        connections.close_all()
        drop_database(f"{name}_blank")
        drop_database(name)
        drop_roles(roles)


def child(database: str) -> None:
    """The worker's part of the batch figure, in a process of its own."""
    use_database(database)
    done = batch.run_batch()
    for key, value in {**done.seconds, "peak_mb": done.peak_mb, "orders": done.orders}.items():
        sys.stdout.write(f"{key}={value}\n")


if __name__ == "__main__":
    main()
