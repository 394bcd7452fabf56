from typing import Any

from django.core.management.base import BaseCommand

from tenants.migrating import migrate_all


class Command(BaseCommand):
    help = "Migrate the core, the template and every tenant's schema, and re-apply the grants (owner's login)."
    requires_system_checks: Any = []

    def handle(self, *args: Any, **options: Any) -> None:
        migrate_all(progress=lambda line: self.stdout.write(f"  migrate {line}"))
