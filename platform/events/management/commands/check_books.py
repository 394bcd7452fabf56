import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.checking import check_book, count_events
from tenants.models import Tenant, TenantState


class Command(BaseCommand):
    help = "Replay every book beside itself and compare; verify the chains of events (owner's login). Exit code 1: differences."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "tenants", nargs="*", metavar="TENANT", help="short names; every ready tenant when none is given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Tenant.objects.filter(state=TenantState.READY).order_by("slug")
        if options["tenants"]:
            chosen = chosen.filter(slug__in=options["tenants"])
            unknown = set(options["tenants"]) - set(chosen.values_list("slug", flat=True))
            if unknown:
                raise CommandError(f"No ready tenant: {', '.join(sorted(unknown))}.")
        total = sum(self.check_tenant(tenant) for tenant in list(chosen))
        if total:
            raise CommandError(f"{total} differences. Look at each, then: manage.py rebuild_book TENANT", returncode=1)

    def check_tenant(self, tenant: Tenant) -> int:
        """Check one, print what was found, return how much."""
        start = time.monotonic()
        found = check_book(tenant)
        took = time.monotonic() - start
        self.stdout.write(f"{tenant.slug}: {len(found)} differences, {count_events(tenant)} events, {took:.1f} s")
        for difference in found:
            self.stdout.write(f"  {difference}")
        return len(found)
